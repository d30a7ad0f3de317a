"""A sighting whose words speak of somebody in danger: it stands first until somebody has looked at it."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column(
        "search_sightings", sa.Column("danger", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    op.drop_column("search_sightings", "danger")
