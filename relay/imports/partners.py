"""Partner companies: name, and the day on which the agreement ended if it did."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import clock, tokens
from relay.imports.result import Column, Result
from relay.imports.rows import Once, need
from relay.imports.sheet import Row, key
from relay.partners.models import Partner

NAME = Column("会社名", "company", ("会社", "事業者", "事業者名", "協定事業者", "name"))
COLUMNS = (NAME,)
STATE = Column("協定", "agreement")


def bring_in(session: Session, rows: list[Row], result: Result, *, remove_missing: bool) -> None:
    """Register the companies of ``rows``; one whose agreement had ended is taken up again."""
    stored = {key(partner.name): partner for partner in session.scalars(select(Partner).order_by(Partner.id))}
    once = Once(NAME, result)
    listed: dict[str, str] = {}
    for row in rows:
        name = need(row, NAME, result, str)
        if name is not None and once.see(key(name), row.line, shown=name):
            listed[key(name)] = name
    if result.faults:
        return
    for same, name in listed.items():
        partner = stored.get(same)
        if partner is None:
            session.add(Partner(name=name, form_token=tokens.new()))
            result.added.append(name)
            continue
        state = (STATE, "終了" if partner.ended_at else "", "")
        result.settle(partner.name, [(NAME, partner.name, name), state])
        partner.name, partner.ended_at = name, None
    for same, partner in stored.items():
        if same in listed or partner.ended_at is not None:
            continue
        if remove_missing:
            partner.ended_at = clock.now()
            result.removed.append(partner.name)
        else:
            result.missing.append(partner.name)
