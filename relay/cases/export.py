"""Reports as people read them in the end, in the format of labelled reports: to learn from, and to test a changed
``triage.toml`` with (``relay triage`` reads the same lines)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay.cases.models import Case, Corrected, Correction, Report
from relay.partners.models import Staff
from relay.places import names, numbers
from relay.places import service as places
from relay.places.mentions import index
from relay.places.table import TownTable
from relay.places.writing import hiragana, place_form, plain
from relay.vocabulary import Sign


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which reports are written, and how."""

    since: datetime | None = None
    """Corrected since then; with ``every``, of cases closed since then."""
    every: bool = False
    """All reports of closed cases, not only those that somebody has corrected."""
    sealed: bool = False
    """Those of suspected abuse too."""
    raw: bool = False
    """Family names and telephone numbers as they stand in the text."""


def records(session: Session, choice: Choice) -> Iterator[dict[str, Any]]:
    """One record a report, in the order of their arrival."""
    towns = places.town_table(session)
    for report, case, staff in _chosen(session, choice):
        corrections = session.scalars(
            select(Correction)
            .where(Correction.report_id == report.id, Correction.undone_at.is_(None))
            .order_by(Correction.id)
        ).all()
        known = () if choice.raw else tuple(filter(None, (report.surname, case.surname, staff)))
        yield _record(report, corrections, towns, hidden=not choice.raw, known=known)


def withheld(session: Session, choice: Choice) -> int:
    """How many reports are left out because they are of suspected abuse."""
    if choice.sealed:
        return 0
    return len(_chosen(session, replace(choice, sealed=True))) - len(_chosen(session, choice))


def _chosen(session: Session, choice: Choice) -> list[tuple[Report, Case, str | None]]:
    wanted = select(Report, Case, Staff.name).join(Case, Case.id == Report.case_id).order_by(Report.id)
    wanted = wanted.outerjoin(Staff, Staff.id == Report.staff_id)
    # Boxes that were ticked without a word teach nothing about words.
    wanted = wanted.where(Report.text != "")
    if choice.every:
        wanted = wanted.where(Case.closed_at.is_not(None))
        if choice.since:
            wanted = wanted.where(Case.closed_at >= choice.since)
    else:
        corrected = select(Correction.report_id).where(Correction.undone_at.is_(None))
        if choice.since:
            corrected = corrected.where(Correction.at >= choice.since)
        wanted = wanted.where(Report.id.in_(corrected))
    if not choice.sealed:
        wanted = wanted.where(~Report.sealed, ~Case.sealed)
    return [(report, case, staff) for report, case, staff in session.execute(wanted)]


def _record(
    report: Report,
    corrections: Sequence[Correction],
    towns: TownTable,
    *,
    hidden: bool,
    known: Sequence[str],
) -> dict[str, Any]:
    last = {correction.what: correction.after for correction in corrections}
    town, number = last.get(Corrected.TOWN), last.get(Corrected.NUMBER)
    reasons = dict.fromkeys(correction.reason for correction in corrections if correction.reason)

    def shown(text: str) -> str:
        return names.hide(text, towns, known=known) if hidden else text

    return {
        "id": report.number,
        "text": shown(report.text),
        **({"heat_alert": True} if report.heat_alert else {}),
        "level": last.get(Corrected.LEVEL) or report.level.value,
        "signs": report.signs,
        "days": report.days,
        # A label says what stands in the text: what somebody found out by telephone, no reading could know.
        "town": town if town and says_town(report.text, town, towns) else report.town,
        "number": number if number and says_number(report.text, number) else report.number_in_town,
        "sealed": Sign.ABUSE.value in report.signs,
        **({"note": shown("／".join(reasons))} if reasons else {}),
    }


def says_town(text: str, town: str, towns: TownTable) -> bool:
    """Whether ``text`` names ``town`` in any way that could be read: written out, in part, or in kana."""
    written = plain(text)
    if place_form(plain(town)) in place_form(written):
        return True
    kana = hiragana(written)
    if any(town in read and reading in kana for reading, read in towns.readings.items()):
        return True
    return any(town in mention.towns and not mention.person for mention in index(towns).mentions(written))


def says_number(text: str, number: str) -> bool:
    """Whether the parts of a house number stand in ``text`` one after the other, however they are written."""
    wanted, found = numbers.parts(number), numbers.parts(plain(text))
    return any(found[at : at + len(wanted)] == wanted for at in range(len(found) - len(wanted) + 1))
