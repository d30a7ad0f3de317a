"""What people do to cases, and what the reporters hear of it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from relay import clock, db
from relay.cases import service as cases
from relay.cases.actors import Actor
from relay.cases.errors import CaseError
from relay.cases.models import Case, Report
from relay.outbox import service as outbox
from relay.outbox.models import Message, State
from relay.timeline import Event, Kind
from relay.vocabulary import Level, Outcome, Sign
from tests.desk import Desk

WHO = Actor(name="市の職員（見本）")


def case(case_id: int) -> Case:
    with db.transaction() as session:
        return session.get_one(Case, case_id)


def reports(case_id: int) -> Sequence[Report]:
    with db.transaction() as session:
        return session.scalars(select(Report).where(Report.case_id == case_id).order_by(Report.id)).all()


def feedback(desk: Desk) -> list[Message]:
    with db.transaction() as session:
        return list(
            session.scalars(
                select(Message)
                .where(Message.purpose == "feedback", Message.recipient == desk.city["worker"])
                .order_by(Message.id)
            )
        )


def kinds(case_id: int) -> list[str]:
    with db.transaction() as session:
        return list(session.scalars(select(Event.kind).where(Event.case_id == case_id).order_by(Event.id)))


def test_two_reports_of_one_home_are_one_case_with_a_higher_level(desk: Desk) -> None:
    first = desk.file(Level.PROMPT)
    second = desk.file(Level.PROMPT, phone=desk.city["other_worker"])
    assert first == second
    assert case(first).level == Level.URGENT
    assert len(reports(first)) == 2


def test_two_homes_are_two_cases_with_two_codes(desk: Desk) -> None:
    first, second = desk.file(), desk.file(number="9-9-9")
    assert first != second
    assert desk.escalation(first).reply_code != desk.escalation(second).reply_code


def test_good_news_without_a_place_belongs_to_what_the_same_phone_reported_and_closes_nothing(
    desk: Desk,
) -> None:
    first = desk.file(Level.URGENT)
    news = desk.file(Level.ROUTINE, town=None, number=None, signs=(Sign.ALL_CLEAR,))
    assert news == first
    assert len(reports(first)) == 2
    assert (case(first).level, case(first).closed_at) == (Level.URGENT, None)


@pytest.mark.parametrize(
    "other",
    [
        {"phone": "other_worker"},
        {"signs": (Sign.ALL_CLEAR, Sign.NEWSPAPERS)},
        {"number": "9-9-9", "town": ""},
        {"later": timedelta(hours=25)},
    ],
    ids=["another phone", "and trouble", "another home", "a day later"],
)
def test_what_may_be_another_matter_is_a_case_of_its_own(desk: Desk, other: dict[str, Any]) -> None:
    first = desk.file(Level.URGENT)
    said: dict[str, Any] = {"town": None, "number": None, "signs": (Sign.ALL_CLEAR,), **other}
    if "phone" in said:
        said["phone"] = desk.city[said["phone"]]
    with time_machine.travel(clock.now() + said.pop("later", timedelta()), tick=False):
        assert desk.file(Level.ROUTINE, **said) != first


def test_good_news_from_a_phone_with_two_open_cases_is_a_case_of_its_own(desk: Desk) -> None:
    before = {desk.file(Level.URGENT), desk.file(Level.URGENT, number="9-9-9")}
    assert desk.file(Level.ROUTINE, town=None, number=None, signs=(Sign.ALL_CLEAR,)) not in before


def test_after_closing_the_same_home_gets_a_new_case(desk: Desk) -> None:
    first = desk.file()
    cases.close(first, WHO, outcome=Outcome.SAFE)
    assert desk.file() != first


def test_an_owner_hears_of_a_second_report_and_nobody_else_does(desk: Desk) -> None:
    first = desk.file()
    cases.accept(first, WHO, officer_id=desk.officer("duty"), via="sms")
    desk.file(signs=(Sign.NO_ANSWER,))
    assert desk.told(first) == ["duty", "duty"]
    with db.transaction() as session:
        body = session.scalars(select(Message.body).order_by(Message.id.desc()).limit(1)).one()
    assert "続報" in body
    assert "応答なし" in body


def test_without_an_owner_those_who_were_told_hear_of_a_second_report(desk: Desk) -> None:
    first = desk.file(Level.URGENT)
    desk.file(Level.URGENT)
    assert desk.told(first) == ["duty", "duty"]


def test_the_reporter_hears_of_acceptance_and_ending_once_each(desk: Desk) -> None:
    number = desk.file()
    cases.accept(number, WHO, officer_id=desk.officer("duty"), via="sms")
    cases.accept(number, WHO, officer_id=desk.officer("duty"), via="sms")
    cases.close(number, WHO, outcome=Outcome.HOSPITAL, text="市民病院に入院中")
    texts = [message.body for message in feedback(desk)]
    assert len(texts) == 2
    assert "対応を始めました" in texts[0]
    assert "受付番号0000-0001" in texts[1]
    assert not any(word in texts[1] for word in ("入院", "病院"))


def test_a_death_is_told_in_neutral_words(desk: Desk) -> None:
    number = desk.file()
    cases.close(number, WHO, outcome=Outcome.DIED)
    assert "対応を終えました" in feedback(desk)[-1].body


def test_a_sealed_case_says_nothing_beyond_the_receipt(desk: Desk) -> None:
    number = desk.file(sealed=True, signs=(Sign.ABUSE,))
    cases.accept(number, WHO, officer_id=desk.officer("duty"), via="sms")
    cases.close(number, WHO, outcome=Outcome.SUPPORTED)
    assert feedback(desk) == []


def test_a_reporter_who_opted_out_hears_nothing(desk: Desk) -> None:
    with db.transaction() as session:
        outbox.opt_out(session, desk.city["worker"])
    number = desk.file()
    cases.close(number, WHO, outcome=Outcome.SAFE)
    assert feedback(desk) == []


def test_at_night_feedback_waits_for_the_morning(desk: Desk, quiet_city: Any) -> None:
    del quiet_city
    with time_machine.travel(datetime(2026, 11, 24, 14, 0, tzinfo=UTC), tick=False):  # 23:00 in Japan
        number = desk.file()
        cases.close(number, WHO, outcome=Outcome.SAFE)
        waiting = feedback(desk)[-1]
    assert waiting.not_before == datetime(2026, 11, 24, 22, 0, tzinfo=UTC)


def test_reopening_before_the_word_went_out_takes_it_back(desk: Desk, quiet_city: Any) -> None:
    del quiet_city
    with time_machine.travel(datetime(2026, 11, 24, 14, 0, tzinfo=UTC), tick=False):
        number = desk.file()
        cases.close(number, WHO, outcome=Outcome.SAFE)
        cases.reopen(number, WHO, reason="別の家だった")
        assert feedback(desk)[-1].state == State.FAILED
    assert case(number).closed_at is None


def test_a_closed_case_refuses_what_only_an_open_one_can_take(desk: Desk) -> None:
    number = desk.file()
    cases.close(number, WHO, outcome=Outcome.SAFE)
    with pytest.raises(CaseError, match="終了しています"):
        cases.accept(number, WHO, officer_id=desk.officer("duty"), via="sms")
    with pytest.raises(CaseError, match="終了しています"):
        cases.close(number, WHO, outcome=Outcome.DIED)


def test_a_case_that_does_not_exist_is_refused_with_a_sentence(desk: Desk) -> None:
    del desk
    with pytest.raises(CaseError, match="見つかりません"):
        cases.progress(4711, WHO)


def test_a_level_needs_a_reason_and_stands_on_the_timeline(desk: Desk) -> None:
    number = desk.file(Level.URGENT)
    with pytest.raises(CaseError, match="理由"):
        cases.set_level(number, WHO, level=Level.EMERGENCY, reason=" ")
    cases.set_level(number, WHO, level=Level.EMERGENCY, reason="電話で確認、意識がない")
    assert case(number).level == Level.EMERGENCY
    assert Kind.LEVEL_SET in kinds(number)
    assert desk.told(number) == ["duty", "duty"]


def test_lowering_to_routine_stops_the_ladder(desk: Desk) -> None:
    number = desk.file(Level.URGENT)
    cases.set_level(number, WHO, level=Level.ROUTINE, reason="家族と連絡がとれた")
    assert desk.escalation(number).next_step_at is None


def sent(message: Message) -> None:
    """The message has arrived."""
    with db.transaction() as session:
        session.get_one(Message, message.id).state = State.DELIVERED


def test_a_reporter_who_heard_of_the_end_hears_that_it_goes_on(desk: Desk) -> None:
    case_id = desk.file()
    cases.close(case_id, WHO, outcome=Outcome.SAFE)
    sent(feedback(desk)[-1])
    cases.reopen(case_id, WHO)
    last = feedback(desk)[-1]
    assert "もう一度確かめています" in last.body
    assert last.state == State.QUEUED
    cases.close(case_id, WHO, outcome=Outcome.HOSPITAL)
    bodies = [message.body for message in feedback(desk) if message.reason != "withdrawn"]
    assert "無事を確認したか" in bodies[-1]


def test_a_reporter_who_has_not_heard_of_the_end_hears_nothing_of_the_reopening(desk: Desk) -> None:
    case_id = desk.file()
    cases.close(case_id, WHO, outcome=Outcome.SAFE)
    cases.reopen(case_id, WHO)
    assert [message.reason for message in feedback(desk)] == ["withdrawn"]


def test_of_a_sealed_case_nobody_hears_that_it_goes_on(desk: Desk) -> None:
    case_id = desk.file()
    cases.close(case_id, WHO, outcome=Outcome.SAFE)
    sent(feedback(desk)[-1])
    with db.transaction() as session:
        session.get_one(Case, case_id).sealed = True
    cases.reopen(case_id, WHO)
    assert len(feedback(desk)) == 1


@pytest.mark.usefixtures("quiet_city")
def test_a_reopening_at_night_is_told_in_the_morning_and_only_if_it_is_still_open(desk: Desk) -> None:
    with time_machine.travel(datetime(2026, 11, 24, 5, 0, tzinfo=UTC), tick=False):
        case_id = desk.file()
        cases.close(case_id, WHO, outcome=Outcome.SAFE)
        sent(feedback(desk)[-1])
    with time_machine.travel(datetime(2026, 11, 24, 14, 0, tzinfo=UTC), tick=False):
        cases.reopen(case_id, WHO)
        told = feedback(desk)[-1]
        assert told.not_before == datetime(2026, 11, 24, 22, 0, tzinfo=UTC)
        cases.close(case_id, WHO, outcome=Outcome.SAFE)
        assert [m.reason for m in feedback(desk) if m.id == told.id] == ["withdrawn"]


def test_an_unclear_place_is_the_citys_until_it_is_known(desk: Desk) -> None:
    number = desk.file(town=None)
    assert case(number).centre_id is None
    assert desk.told(number) == ["city"]
    cases.set_place(number, WHO, town=desk.city["centre"]["town"], number="1-2-3", building=None, room=None)
    assert case(number).centre_id is not None
    assert desk.told(number) == ["city", "duty"]


def test_a_corrected_place_that_has_an_open_case_joins_it(desk: Desk) -> None:
    known, unclear = desk.file(), desk.file(town=None)
    town = desk.city["centre"]["town"]
    assert cases.set_place(unclear, WHO, town=town, number="1-2-3", building=None, room=None) == known
    assert case(unclear).closed_at is not None
    assert len(reports(known)) == 2


def test_a_town_that_is_not_in_the_table_is_refused(desk: Desk) -> None:
    number = desk.file(town=None)
    with pytest.raises(CaseError, match="町名表にありません"):
        cases.set_place(number, WHO, town="東京", number="1", building=None, room=None)


def test_a_split_report_gets_a_case_with_its_own_clock(desk: Desk) -> None:
    number = desk.file()
    desk.file(phone=desk.city["other_worker"])
    new = cases.split(number, WHO, report_ids=[reports(number)[1].id])
    assert [len(reports(number)), len(reports(new))] == [1, 1]
    assert desk.told(new) == ["duty"]
    assert case(new).home_key is None


def test_all_reports_of_a_case_cannot_be_split_away(desk: Desk) -> None:
    number = desk.file()
    with pytest.raises(CaseError, match="すべて"):
        cases.split(number, WHO, report_ids=[reports(number)[0].id])


def test_two_cases_joined_by_hand_are_one_and_the_higher_level_wins(desk: Desk) -> None:
    low, high = desk.file(Level.URGENT), desk.file(Level.EMERGENCY, number="9-9-9")
    assert cases.join(high, WHO, into=low) == low
    assert case(low).level == Level.EMERGENCY
    assert desk.escalation(high).ended_at is not None
    assert len(reports(low)) == 2


def test_an_officer_named_at_the_board_owns_the_case_and_is_told(desk: Desk) -> None:
    number = desk.file()
    cases.assign(number, WHO, officer_id=desk.officer("head"))
    assert desk.escalation(number).owner_id == desk.officer("head")
    assert desk.told(number)[-1] == "head"


def test_only_the_owner_hands_over(desk: Desk) -> None:
    number = desk.file()
    cases.accept(number, WHO, officer_id=desk.officer("duty"), via="sms")
    with pytest.raises(CaseError, match="担当は"):
        cases.release(number, Actor(name="x", officer_id=desk.officer("backup")))


def test_once_119_is_noted_the_next_person_told_hears_so(desk: Desk) -> None:
    number = desk.file(Level.EMERGENCY, signs=(Sign.COLLAPSED,))
    owner = desk.officer("duty")
    cases.accept(number, WHO, officer_id=owner, via="sms")
    cases.called_119(number, Actor(name="x", officer_id=owner))
    cases.release(number, Actor(name="x", officer_id=owner))
    with db.transaction() as session:
        bodies = list(
            session.scalars(select(Message.body).where(Message.purpose == "duty").order_by(Message.id))
        )
    assert "119未確認" in bodies[0]
    assert "119通報済" in bodies[-1]
    assert Kind.CALLED_119 in kinds(number)


def test_an_empty_note_is_refused_and_a_real_one_is_kept(desk: Desk) -> None:
    number = desk.file()
    with pytest.raises(CaseError, match="空"):
        cases.note(number, WHO, text="  ")
    cases.note(number, WHO, text="隣の人に聞いた")
    assert Kind.NOTE in kinds(number)
