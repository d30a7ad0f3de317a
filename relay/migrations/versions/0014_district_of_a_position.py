"""The district that a phone's position gave a case whose town is not known."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("cases", sa.Column("district", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("cases", "district")
