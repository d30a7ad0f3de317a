"""One case in hand, for whoever does something to it: itself and its escalation, both locked, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import db
from relay.cases.errors import CaseError
from relay.cases.models import Case
from relay.duty import service as duty
from relay.duty.models import Escalation


@dataclass
class Work:
    """A case in hand."""

    session: Session
    case: Case
    escalation: Escalation


@contextmanager
def on_case(case_id: int, *, open_only: bool = True) -> Iterator[Work]:
    """The case for one transaction. Raises ``CaseError`` when there is none, or when it is closed and may not be."""
    with db.transaction() as session:
        case = session.scalar(select(Case).where(Case.id == case_id).with_for_update())
        if case is None:
            raise CaseError("この案件は見つかりません。番号を確かめてください。")
        if open_only and case.closed_at is not None:
            raise CaseError("この案件は終了しています。続けるときは、先に再開してください。")
        yield Work(session, case, duty.locked(session, case_id))
