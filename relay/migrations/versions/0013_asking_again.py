"""Asking a reporter for the place a second time, then having somebody call: the timer of it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("reports", sa.Column("place_asks", sa.Integer(), server_default="0", nullable=False))
    op.add_column("reports", sa.Column("place_next_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE reports SET place_asks = 1 WHERE place_asked_at IS NOT NULL")
    op.create_index(
        "ix_reports_place_next",
        "reports",
        ["place_next_at"],
        postgresql_where=sa.text("place_next_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_reports_place_next", table_name="reports")
    op.drop_column("reports", "place_next_at")
    op.drop_column("reports", "place_asks")
