"""What the provider is to forget once a search is over."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "blankings",
        sa.Column("search_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["search_id"], ["searches.id"], name=op.f("fk_blankings_search_id_searches"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("search_id", name=op.f("pk_blankings")),
    )
    op.create_table(
        "provider_copies",
        sa.Column("sid", sa.String(), nullable=False),
        sa.Column("search_id", sa.Integer(), nullable=False),
        sa.Column("blank_from", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["search_id"],
            ["searches.id"],
            name=op.f("fk_provider_copies_search_id_searches"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_provider_copies")),
    )
    op.create_index(op.f("ix_provider_copies_search_id"), "provider_copies", ["search_id"], unique=False)
    op.add_column("messages", sa.Column("blank_from", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_messages_unblanked",
        "messages",
        ["search_id"],
        unique=False,
        postgresql_where=sa.text("blanked_at IS NULL AND channel = 'sms' AND state <> 'failed'"),
    )


def downgrade() -> None:
    op.drop_index("ix_messages_unblanked", table_name="messages")
    op.drop_column("messages", "blank_from")
    op.drop_index(op.f("ix_provider_copies_search_id"), table_name="provider_copies")
    op.drop_table("provider_copies")
    op.drop_table("blankings")
