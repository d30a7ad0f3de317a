"""The database: PostgreSQL through SQLAlchemy. One transaction per service call, never held over a network call."""

import enum
import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Engine, Enum, MetaData, create_engine
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session

from relay import nudge, settings

#: Names by rule, so that migrations can name what they change.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Parent of all tables. Every moment is stored with its time zone, every dictionary as JSONB."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads this attribute from the class
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
        # Enums are stored as their codes, not as PostgreSQL types: a new code needs no migration of a type.
        enum.Enum: Enum(
            enum.Enum,
            native_enum=False,
            length=32,
            values_callable=lambda codes: [code.value for code in codes],
        ),
    }


_making = threading.Lock()


def engine() -> Engine:
    """The pooled engine of this process. Fails within seconds rather than hanging when the database is away."""
    with _making:  # threads that come first together must not make a pool each
        return _engine()


@functools.cache
def _engine() -> Engine:
    return create_engine(
        settings.current().database_url,
        pool_size=10,
        max_overflow=20,
        pool_pre_ping=True,
        pool_timeout=5,
        hide_parameters=True,  # an error's text goes to the log, and the parameters are people
        connect_args={
            "connect_timeout": 3,
            "options": "-c statement_timeout=15000 -c lock_timeout=8000 -c timezone=UTC",
        },
    )


@contextmanager
def transaction() -> Iterator[Session]:
    """One transaction: committed when the block ends, rolled back when it raises.

    Workers whose help the transaction asked for (``wake``) are woken after the commit, never before: they would
    find nothing.
    """
    with Session(engine(), expire_on_commit=False) as session:
        with session.begin():
            yield session
        for task in sorted(session.info.get("wake", ())):
            nudge.nudge(task)


def wake(session: Session, task: str) -> None:
    """Have the worker task ``task`` run at once when this transaction has committed."""
    session.info.setdefault("wake", set()).add(task)


def forget() -> None:
    """Close this process's pool; the next use makes a new one."""
    with _making:
        if _engine.cache_info().currsize:
            _engine().dispose()
            _engine.cache_clear()


def migrate(url: str) -> None:
    """Bring the database to the newest schema; safe to run at every start."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["url"] = url
    command.upgrade(config, "head")
