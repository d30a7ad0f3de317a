"""Alembic's entry: runs the migrations on the database that ``relay.db.migrate`` names."""

from alembic import context
from sqlalchemy import create_engine, pool, text

from relay import tables

#: Any number that is ours alone: two processes that start at once migrate one after the other.
MIGRATION_LOCK = 0x4D47


def run() -> None:
    url = context.config.attributes["url"]
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        context.configure(connection=connection, target_metadata=tables.metadata, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
