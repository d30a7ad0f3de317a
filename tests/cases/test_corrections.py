"""What people correct in how a report was read: kept for learning, followed upwards, undone at any time."""

from datetime import datetime
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from relay import clock, db
from relay.cases import corrections, service
from relay.cases.actors import Actor
from relay.cases.corrections import Reread
from relay.cases.errors import CaseError
from relay.cases.models import Corrected, Correction, Report
from relay.outbox.models import Message, State
from relay.timeline import Event, Kind
from relay.vocabulary import Level, Outcome, Sign
from tests import officer_scenes as scenes

pytestmark = pytest.mark.usefixtures("database")

WHO = Actor(name="市 職員（見本）")
PAPERS = "新聞が3日分たまっている（見本）"
NIGHT = datetime(2026, 11, 24, 2, 0, tzinfo=clock.JAPAN)


def papers(**more: Any) -> int:
    """A report of newspapers alone: to be looked after the same day."""
    return scenes.report(Level.PROMPT, text=PAPERS, signs=(Sign.NEWSPAPERS,), **more)


def only_report(case: int) -> Report:
    return scenes.reports_of(case)[0]


def kept(case: int) -> list[Correction]:
    with db.transaction() as session:
        of_case = select(Report.id).where(Report.case_id == case)
        return list(
            session.scalars(
                select(Correction).where(Correction.report_id.in_(of_case)).order_by(Correction.id)
            )
        )


def correct(case: int, *signs: Sign, days: int | None = 3, reason: str = "本文を読み直した") -> None:
    wanted = Reread(signs=frozenset(signs), days=days)
    corrections.correct(case, WHO, report_id=only_report(case).id, wanted=wanted, reason=reason)


def told(case: int) -> int:
    with db.transaction() as session:
        return len(
            session.scalars(select(Message).where(Message.case_id == case, Message.purpose == "duty")).all()
        )


@time_machine.travel(NIGHT, tick=False)
def test_an_added_sign_is_kept_and_the_rules_raise_the_open_case() -> None:
    case = papers()
    assert told(case) == 0  # it could wait for the morning
    correct(case, Sign.NEWSPAPERS, Sign.NO_ANSWER)
    report = only_report(case)
    assert report.signs == ["no_answer", "newspapers"]
    assert report.level == scenes.case_row(case).level == Level.URGENT
    assert "items_and_more" in [reason["code"] for reason in report.reasons]
    [correction] = kept(case)
    assert (correction.what, correction.before, correction.after) == (Corrected.SIGN_ADDED, None, "no_answer")
    assert (correction.by, correction.reason) == (WHO.name, "本文を読み直した")
    assert told(case) == 1


def test_a_struck_sign_lowers_the_reading_but_never_the_open_case() -> None:
    case = scenes.report(text="新聞が3日分たまっている。呼んでも返事がない（見本）")
    correct(case, Sign.NEWSPAPERS)
    assert only_report(case).level == Level.PROMPT
    assert scenes.case_row(case).level == Level.URGENT
    [correction] = kept(case)
    assert (correction.what, correction.before, correction.after) == (
        Corrected.SIGN_STRUCK,
        "no_answer",
        None,
    )


def test_a_case_that_a_person_has_lowered_stays_low_when_a_sign_is_struck() -> None:
    case = scenes.report(
        Level.EMERGENCY,
        text="玄関で倒れている。新聞もある",
        signs=(Sign.COLLAPSED, Sign.NEWSPAPERS),
        days=None,
    )
    service.set_level(case, WHO, level=Level.ROUTINE, reason="電話で無事を確認")
    correct(case, Sign.NEWSPAPERS, days=None)
    assert only_report(case).level == Level.PROMPT
    assert scenes.case_row(case).level == Level.ROUTINE


def test_the_text_does_not_bring_a_struck_sign_back() -> None:
    case = scenes.report(text="新聞が3日分。人が倒れている（見本）", signs=(Sign.COLLAPSED, Sign.NEWSPAPERS))
    correct(case, Sign.NEWSPAPERS)
    assert only_report(case).signs == ["newspapers"]
    assert only_report(case).level == Level.PROMPT


def test_the_fine_points_of_a_sign_that_stays_still_count() -> None:
    case = scenes.report(
        Level.URGENT, text="胸が痛いと言っている。新聞が3日分（見本）", signs=(Sign.UNWELL, Sign.NEWSPAPERS)
    )
    correct(case, Sign.UNWELL)
    assert only_report(case).level == Level.EMERGENCY


def test_other_days_are_a_correction_too_and_none_means_that_none_are_said() -> None:
    case = papers()
    correct(case, Sign.NEWSPAPERS, days=5)
    assert only_report(case).level == Level.URGENT
    correct(case, Sign.NEWSPAPERS, days=None)
    assert only_report(case).level == Level.PROMPT
    assert [(c.before, c.after) for c in kept(case)] == [("3", "5"), ("5", None)]


def test_a_correction_stands_on_the_timeline_with_its_reason() -> None:
    case = papers()
    correct(case, Sign.MAIL, days=2, reason="新聞ではなくチラシ")
    with db.transaction() as session:
        event = session.scalars(
            select(Event).where(Event.case_id == case, Event.kind == Kind.READING_CORRECTED)
        ).one()
    assert event.actor == WHO.name
    assert event.data["struck"] == ["newspapers"]
    assert event.data["added"] == ["mail"]
    assert event.data["days"] == ["3", "2"]
    assert event.data["reason"] == "新聞ではなくチラシ"


def test_undoing_brings_the_reading_back_and_keeps_the_trace() -> None:
    case = papers()
    correct(case, Sign.MAIL, days=2)
    for correction in reversed(kept(case)):
        corrections.undo(case, WHO, correction_id=correction.id)
    report = only_report(case)
    assert (report.signs, report.days, report.level) == (["newspapers"], 3, Level.PROMPT)
    assert all(c.undone_at and c.undone_by == WHO.name for c in kept(case))
    with pytest.raises(CaseError, match="取り消されています"):
        corrections.undo(case, WHO, correction_id=kept(case)[0].id)


def test_what_was_changed_again_since_is_not_undone() -> None:
    case = papers()
    correct(case, Sign.NEWSPAPERS, days=5)
    first = kept(case)[0]
    correct(case, Sign.NEWSPAPERS, days=6)
    with pytest.raises(CaseError, match="新しい訂正から順に"):
        corrections.undo(case, WHO, correction_id=first.id)
    assert only_report(case).days == 6


def test_abuse_found_by_a_person_seals_the_case_and_takes_word_to_the_reporter_back() -> None:
    case = papers()
    scenes.accept(case)
    correct(case, Sign.NEWSPAPERS, Sign.ABUSE)
    assert only_report(case).sealed
    assert scenes.case_row(case).sealed
    with db.transaction() as session:
        states = session.scalars(
            select(Message.state).where(Message.case_id == case, Message.purpose == "feedback")
        ).all()
    assert set(states) == {State.FAILED}
    correct(case, Sign.NEWSPAPERS)
    assert scenes.case_row(case).sealed


@pytest.mark.parametrize(
    ("signs", "days", "reason", "says"),
    [
        ((Sign.NEWSPAPERS,), 3, "理由", "直すところが選ばれていません"),
        ((Sign.MAIL,), 3, "  ", "理由を書いてください"),
        ((Sign.MAIL,), 0, "理由", "1から365まで"),
        ((Sign.MAIL,), 366, "理由", "1から365まで"),
    ],
)
def test_a_correction_that_makes_no_sense_says_what_to_do(
    signs: tuple[Sign, ...], days: int, reason: str, says: str
) -> None:
    case = papers()
    with pytest.raises(CaseError, match=says):
        correct(case, *signs, days=days, reason=reason)
    assert kept(case) == []


def test_a_report_of_another_case_is_not_touched() -> None:
    mine, other = papers(), papers(number="9-9")
    with pytest.raises(CaseError, match="もうこの案件にありません"):
        corrections.correct(
            mine,
            WHO,
            report_id=only_report(other).id,
            wanted=Reread(signs=frozenset(), days=None),
            reason="見本",
        )
    assert only_report(other).signs == ["newspapers"]


def test_a_closed_case_can_still_teach_but_nobody_is_woken() -> None:
    case = papers()
    scenes.close(case, Outcome.SAFE)
    before = told(case)
    correct(case, Sign.NEWSPAPERS, Sign.NO_ANSWER)
    assert only_report(case).level == Level.URGENT
    assert scenes.case_row(case).level == Level.PROMPT
    assert told(case) == before


def test_a_level_set_by_hand_is_kept_for_the_report_that_decided_it() -> None:
    case = papers()
    scenes.report(Level.URGENT, number="2-5-6")
    weaker, stronger = scenes.reports_of(case)
    service.set_level(case, WHO, level=Level.ROUTINE, reason="入院と確認")
    [correction] = kept(case)
    assert (weaker.level, stronger.level) == (Level.PROMPT, Level.URGENT)
    assert correction.report_id == stronger.id
    assert (correction.what, correction.before, correction.after) == (Corrected.LEVEL, "urgent", "routine")
    assert correction.reason == "入院と確認"


def test_a_corrected_place_is_kept_once_for_every_report_that_was_read_otherwise() -> None:
    case = scenes.report(town=None, number=None)
    service.set_place(case, WHO, town=scenes.TOWN, number="2-5-6", building=None, room=None)
    service.set_place(case, WHO, town=scenes.TOWN, number="2-5-6", building="コーポ見本", room=None)
    service.set_place(case, WHO, town=scenes.TOWN, number="2-5-7", building=None, room=None)
    assert [(c.what, c.before, c.after) for c in kept(case)] == [
        (Corrected.TOWN, None, scenes.TOWN),
        (Corrected.NUMBER, None, "2-5-6"),
        (Corrected.NUMBER, "2-5-6", "2-5-7"),
    ]


def test_a_place_that_leads_into_another_case_is_kept_as_well() -> None:
    home = scenes.report()
    lost = scenes.report(town=None, number=None, candidates=(scenes.TOWN,))
    assert service.set_place(lost, WHO, town=scenes.TOWN, number="2-5-6", building=None, room=None) == home
    assert [(c.what, c.after) for c in kept(home)] == [
        (Corrected.TOWN, scenes.TOWN),
        (Corrected.NUMBER, "2-5-6"),
    ]
