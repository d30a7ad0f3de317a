"""Whatever a file holds, bringing it in ends with a result, and a faulty one leaves no trace."""

import csv
import io
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from relay import db
from relay.imports import service
from relay.partners.models import Partner
from relay.tables import metadata
from tests.imports.helpers import SAMPLE, Take

CELL = st.one_of(
    st.sampled_from(
        [
            "", "hokubu", "seibu", "市", "○", "1", "2", "080-0000-2001", "080-0000-2003", "080-0000-3003",
            "080-0000-0009", "080-0000-5001", "090-1111-2222", "大宮", "オオミヤ", "4910044", "一宮中央", "丹陽",
            "新聞販売店（見本）", "郵便（見本）", "2026-12-01 00:00", "2026-12-01 12:00", "2026-12-02 00:00",
        ]
    ),
    st.text(max_size=8),
)  # fmt: skip
TABLES = ("centres", "districts", "towns", "partners", "staff", "officers", "shifts")


def census(session: Session) -> list[str]:
    """Every row of every table that imports write."""
    session.rollback()
    tables = (metadata.tables[name] for name in TABLES)
    return [str(row) for table in tables for row in session.execute(select(table).order_by(table.c.id))]


@pytest.mark.parametrize("kind", service.KINDS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_rows_make_an_import_raise_or_leave_half_of_themselves(
    kind: str, data: st.DataObject, session: Session
) -> None:
    columns = service.KINDS[kind].columns
    rows = data.draw(st.lists(st.tuples(*(CELL for _ in columns)), min_size=1, max_size=4))
    remove_missing = data.draw(st.booleans())
    file = io.StringIO()
    csv.writer(file).writerows([[column.ja for column in columns], *rows])
    before = census(session)

    tried = service.run(kind, bytes_of(file), folder=SAMPLE, dry_run=True, remove_missing=remove_missing)
    if tried.faults:
        assert service.run(kind, bytes_of(file), folder=SAMPLE, remove_missing=remove_missing) == tried

    assert census(session) == before
    assert tried.faults or tried.added or tried.changed or tried.unchanged


def bytes_of(file: io.StringIO) -> bytes:
    return file.getvalue().encode()


def test_two_at_once_end_with_one_being_told_to_try_again(take: Take, session: Session) -> None:
    session.add(Partner(name="ガス（見本）", form_token="first"))
    session.flush()  # not committed yet: the import can't see it, and waits at the unique name

    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(take, "partners", "会社名\nガス（見本）\n")
        while not blocked():
            assert not second.done()
            time.sleep(0.01)
        session.commit()

        assert isinstance(second.exception(timeout=5), service.Collision)


def blocked() -> bool:
    """Whether some session waits for another one's lock."""
    with db.transaction() as session:
        return bool(session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))
