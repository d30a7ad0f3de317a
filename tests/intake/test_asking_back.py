"""A report without a place is asked about twice, in other words, and then somebody is told to call."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from relay import city, clock, db
from relay.cases import answering, asking, service
from relay.cases.actors import Actor
from relay.cases.models import Case, Report
from relay.duty.models import Escalation, Officer
from relay.intake import service as intake
from relay.intake import sms, status, work
from relay.intake.form import parse
from relay.intake.incoming import Incoming, content_hash
from relay.outbox.models import Message
from relay.timeline import Event, Kind
from relay.triage.results import Given
from relay.vocabulary import Level, Outcome, Sign

pytestmark = pytest.mark.usefixtures("database")

#: A Tuesday at noon: everything is open.
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=clock.JAPAN)
NIGHT = datetime(2026, 11, 24, 22, 0, tzinfo=clock.JAPAN)
QUARTER = timedelta(minutes=15)
NO_PLACE = "新聞が5日分たまっています"
DESK = Actor(name="市 職員（見本）")


class Reporter:
    """A delivery worker's phone, and a look at what it was sent."""

    def __init__(self, phone: str, now: time_machine.Traveller) -> None:
        self.phone = phone
        self.now = now
        self.sent = 0

    def text(self, body: str) -> str:
        """Type an SMS; returns the answer that comes back at once."""
        self.sent += 1
        answer = sms.take({"MessageSid": f"SM{self.sent}", "From": self.phone, "Body": body})
        work.work_pending()
        return answer

    def asked(self) -> list[str]:
        with db.transaction() as session:
            return list(
                session.scalars(
                    select(Message.body)
                    .where(Message.purpose == "ask_place", Message.recipient == self.phone)
                    .order_by(Message.id)
                )
            )

    def wait(self, span: timedelta = QUARTER) -> int:
        """Let time pass; returns how many reports moved."""
        self.now.shift(span + timedelta(seconds=1))
        return asking.advance_due()


@pytest.fixture
def now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def worker(city_sample: dict[str, Any], now: time_machine.Traveller) -> Reporter:
    return Reporter(city_sample["worker"], now)


def report() -> Report:
    with db.transaction() as session:
        return session.scalars(select(Report).order_by(Report.id)).first() or pytest.fail("no report")


def case() -> Case:
    with db.transaction() as session:
        return session.get_one(Case, report().case_id)


def calls() -> list[Message]:
    """Texts that ask an officer to call back."""
    with db.transaction() as session:
        found = session.scalars(select(Message).where(Message.purpose == "duty").order_by(Message.id)).all()
    return [message for message in found if "折り返し" in message.body]


def told_kinds() -> list[str]:
    with db.transaction() as session:
        kinds = (Kind.ASKED_PLACE, Kind.PLACE_ANSWERED, Kind.PLACE_UNANSWERED)
        return list(session.scalars(select(Event.kind).where(Event.kind.in_(kinds)).order_by(Event.id)))


def test_nobody_answers_two_questions_and_the_desk_is_told_once_to_call(
    worker: Reporter, city_sample: dict[str, Any]
) -> None:
    worker.text(NO_PLACE)
    assert len(worker.asked()) == 1
    assert worker.wait() == 1
    first, second = worker.asked()
    assert first != second
    assert "まだ場所が分かりません" in second
    assert not calls()
    assert worker.wait() == 1
    [call] = calls()
    assert call.recipient == city_sample["city"]["number"]
    assert "080-0000-5001" in call.body
    assert "/c/" in call.body
    assert told_kinds() == ["asked_place", "asked_place", "place_unanswered"]
    assert worker.wait(timedelta(days=1)) == 0
    assert len(worker.asked()) == 2
    assert len(calls()) == 1


def test_not_before_its_time(worker: Reporter) -> None:
    worker.text(NO_PLACE)
    worker.now.shift(QUARTER - timedelta(seconds=1))
    assert asking.advance_due() == 0
    assert len(worker.asked()) == 1


def test_the_ladders_speed_is_the_questions_speed(worker: Reporter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAY_TIME_SCALE", "60")
    worker.text(NO_PLACE)
    assert worker.wait(timedelta(seconds=15)) == 1


def test_a_clear_answer_ends_the_questions(worker: Reporter, city_sample: dict[str, Any]) -> None:
    worker.text(NO_PLACE)
    assert "場所を受け取りました" in worker.text(f"{city_sample['centre']['town']}2-5-6です")
    assert (report().town, report().number_in_town) == (city_sample["centre"]["town"], "2-5-6")
    assert case().centre_id is not None
    assert worker.wait() == 0
    assert told_kinds() == ["asked_place", "place_answered"]


def test_an_unclear_answer_is_asked_on_at_once_for_what_is_missing(
    worker: Reporter, city_sample: dict[str, Any]
) -> None:
    town = city_sample["centre"]["town"]
    worker.text(NO_PLACE)
    assert worker.text(f"{town}です") == ""  # the question that follows is the answer
    assert f"{town}までは分かりました" in worker.asked()[1]
    assert "名字" in worker.asked()[1]
    assert "場所を受け取りました" in worker.text("加藤です")
    assert (report().town, report().surname) == (town, "加藤")
    assert case().surname == "加藤"
    assert report().place_next_at is None


def test_after_two_unclear_answers_somebody_is_told_to_call_and_the_reporter_knows(worker: Reporter) -> None:
    worker.text(NO_PLACE)
    assert worker.text("いつもの角の家です") == ""
    assert len(worker.asked()) == 2
    assert "担当者から電話することがあります" in worker.text("角の家です、青い屋根")
    assert len(calls()) == 1
    assert told_kinds()[-2:] == ["place_answered", "place_unanswered"]


def test_thanks_are_no_answer_and_no_reason_to_ask_on(worker: Reporter) -> None:
    worker.text(NO_PLACE)
    assert worker.text("ありがとうございます。よろしくお願いします") == ""
    assert len(worker.asked()) == 1
    assert worker.wait() == 1
    assert len(worker.asked()) == 2


def test_several_towns_are_named_and_one_is_chosen_by_its_number(worker: Reporter) -> None:
    worker.text("馬寄か馬引の家、新聞が5日分たまっています")
    towns = report().candidates
    assert len(towns) > 1
    assert f"1 {towns[0]} 2 {towns[1]}" in worker.asked()[0]
    worker.wait()
    assert f"1 {towns[0]} 2 {towns[1]}" in worker.asked()[1]
    worker.text("2")
    assert report().town == towns[1]
    assert report().candidates == []


def test_a_town_without_a_house_is_asked_for_the_house(worker: Reporter, city_sample: dict[str, Any]) -> None:
    town = city_sample["centre"]["town"]
    worker.text(f"{town} 新聞が5日分たまっています")
    assert f"{town}のどの家ですか" in worker.asked()[0]
    assert case().centre_id is not None  # the centre has it all the while
    worker.text("12")
    assert report().number_in_town == "12"


def test_who_writes_english_is_asked_in_latin_letters_and_understood(worker: Reporter) -> None:
    worker.text("Newspapers have piled up for five days, nobody answers the door")
    assert "Honmachi" in worker.asked()[0]
    assert "Thank you, we have the place" in worker.text("Kisogawa-cho Kuroda 2-5-6")
    assert (report().town, report().number_in_town) == ("木曽川町黒田", "2-5-6")


def test_an_english_report_may_name_its_town_itself(worker: Reporter) -> None:
    worker.text("Newspapers have piled up for five days at Honmachi 4-12, nobody answers")
    assert (report().town, report().number_in_town) == ("本町", "4-12")
    assert worker.asked() == []


def test_an_officer_who_names_the_place_ends_the_questions(
    worker: Reporter, city_sample: dict[str, Any]
) -> None:
    worker.text(NO_PLACE)
    town = city_sample["centre"]["town"]
    service.set_place(case().id, DESK, town=town, number="2-5-6", building=None, room=None)
    assert worker.wait() == 1
    assert len(worker.asked()) == 1
    assert report().place_next_at is None


def test_a_late_answer_does_not_overrule_an_officer(worker: Reporter, city_sample: dict[str, Any]) -> None:
    worker.text(NO_PLACE)
    town = city_sample["centre"]["town"]
    service.set_place(case().id, DESK, town=town, number="2-5-6", building=None, room=None)
    worker.text(f"{city_sample['other_centre']['town']}9-9です")
    assert (case().town, case().number) == (town, "2-5-6")
    assert "9-9" in report().text


def test_a_closed_case_asks_nobody(worker: Reporter) -> None:
    worker.text(NO_PLACE)
    service.close(case().id, DESK, outcome=Outcome.UNFOUNDED)
    worker.wait()
    assert len(worker.asked()) == 1
    assert not calls()


@pytest.mark.parametrize("text", ["ありがとうございます", "テストです", "配達証明の書き方を教えてください"])
def test_what_tells_of_no_home_is_not_asked_about(worker: Reporter, text: str) -> None:
    worker.text(text)
    if report().level == Level.ROUTINE and not report().signs:
        assert worker.asked() == []
        assert report().place_next_at is None
    else:
        pytest.fail(f"{text} is read as {report().level}")


@pytest.mark.usefixtures("quiet_city")
def test_at_night_nobody_is_asked_again_for_what_can_wait(worker: Reporter) -> None:
    worker.now.move_to(NIGHT)
    worker.text("新聞が2日分たまっています")
    assert report().level == Level.PROMPT
    worker.wait()
    assert len(worker.asked()) == 1
    worker.now.move_to(datetime(2026, 11, 25, 6, 59, tzinfo=clock.JAPAN))
    asking.advance_due()
    assert len(worker.asked()) == 1
    worker.now.move_to(datetime(2026, 11, 25, 7, 0, 1, tzinfo=clock.JAPAN))
    asking.advance_due()
    assert len(worker.asked()) == 2


@pytest.mark.usefixtures("quiet_city")
def test_at_night_an_urgent_report_is_asked_about_all_the_same(worker: Reporter) -> None:
    worker.now.move_to(NIGHT)
    worker.text(NO_PLACE)
    worker.wait()
    assert len(worker.asked()) == 2


def test_of_a_sealed_case_nothing_is_named_to_anybody(worker: Reporter, city_sample: dict[str, Any]) -> None:
    town = city_sample["centre"]["town"]
    worker.text(f"{town}でどなり声がして、子どもではなくお年寄りにあざがあります")
    assert case().sealed
    worker.wait()
    worker.wait()
    assert len(worker.asked()) == 2
    assert all(town not in text for text in worker.asked())
    [call] = calls()
    assert "080-0000-5001" not in call.body


def test_the_number_is_behind_the_link_where_the_city_wants_it_so(
    worker: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    careful = replace(city.current(), sms_detail="town")
    monkeypatch.setattr(city, "current", lambda: careful)
    worker.text(NO_PLACE)
    worker.wait()
    worker.wait()
    [call] = calls()
    assert "080-0000-5001" not in call.body
    assert "番号は画面に" in call.body


def test_whoever_has_the_case_is_the_one_to_call(worker: Reporter, city_sample: dict[str, Any]) -> None:
    worker.text(f"{city_sample['centre']['town']} 新聞が5日分たまっています")
    with db.transaction() as session:
        backup = session.scalars(
            select(Officer).where(Officer.phone == city_sample["centre"]["backup"])
        ).one()
    service.accept(
        case().id, Actor(name=backup.name, officer_id=backup.id), officer_id=backup.id, via="board"
    )
    worker.wait()
    worker.wait()
    assert [call.recipient for call in calls()] == [city_sample["centre"]["backup"]]


def test_a_case_of_which_nobody_was_told_yet_waits_with_the_call_for_the_opening(
    worker: Reporter, city_sample: dict[str, Any]
) -> None:
    worker.now.move_to(NIGHT)
    worker.text(f"{city_sample['centre']['town']} 新聞が2日分たまっています")
    worker.wait()
    worker.wait()
    [call] = calls()
    assert call.recipient == city_sample["centre"]["duty"]
    assert clock.local(call.not_before).strftime("%d %H:%M") == "25 08:30"


def test_two_ticks_at_once_ask_once(worker: Reporter) -> None:
    worker.text(NO_PLACE)
    worker.now.shift(QUARTER + timedelta(seconds=1))
    with db.transaction() as first:
        first.scalars(select(Case).where(Case.id == case().id).with_for_update()).one()
        assert asking.advance_due() == 0  # somebody else has it
    assert asking.advance_due() == 1
    assert asking.advance_due() == 0
    assert len(worker.asked()) == 2


def test_a_question_that_fails_does_not_hold_up_the_others(
    worker: Reporter, city_sample: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Reporter(city_sample["other_worker"], worker.now)
    other.sent = 100
    worker.text(NO_PLACE)
    other.text("牛乳が5日分たまっています")
    really, broken = asking.ask, report().id

    def ask(session: Any, case: Case, report: Report, missing: Any) -> None:
        if report.id == broken:
            raise RuntimeError("a bug")
        really(session, case, report, missing)

    with monkeypatch.context() as while_broken:
        while_broken.setattr(asking, "ask", ask)
        worker.wait()
    assert len(other.asked()) == 2
    assert len(worker.asked()) == 1
    worker.wait(timedelta(minutes=2))
    assert len(worker.asked()) == 2


def form_report(phone: str | None = None, **fields: str) -> str:
    """Send the report form; returns the receipt's token."""
    filled = parse({"signs": "newspapers", "days": "5", **fields})
    receipt = intake.accept(
        Incoming(
            channel="form",
            external_id=f"form:{fields}:{phone}",
            content_hash=content_hash(str(fields), str(phone)),
            sender=phone,
            partner_id=None,
            text=filled.text,
            given=Given(signs=frozenset({Sign.NEWSPAPERS}), town=filled.given.town, days=5),
            surname=None,
            lat=None,
            lng=None,
            photo=None,
            language="ja",
            received_at=clock.now(),
            raw={},
        )
    )
    work.work_pending()
    return receipt.token


def shown(token: str) -> tuple[bool, str, str | None]:
    found = status.of_receipt(token)
    assert found
    return found.ask_place, found.missing.value, found.town


def test_the_receipt_page_asks_for_what_is_missing_until_it_is_clear(
    now: time_machine.Traveller, city_sample: dict[str, Any]
) -> None:
    del now
    town = city_sample["centre"]["town"]
    token = form_report()
    assert shown(token) == (True, "town", None)
    intake.answer_place(token, parse({"town": town}))
    assert shown(token)[0] is False  # it has come, and is being worked on
    work.work_pending()
    assert shown(token) == (True, "house", town)
    intake.answer_place(token, parse({"surname": "加藤"}))
    work.work_pending()
    assert shown(token)[0] is False
    assert (report().town, report().surname, case().surname) == (town, "加藤", "加藤")


def test_a_position_given_on_the_receipt_page_is_kept(now: time_machine.Traveller) -> None:
    del now
    token = form_report()
    intake.answer_place(token, parse({"town": "本町", "lat": "35.3", "lng": "136.8"}))
    work.work_pending()
    assert (report().lat, report().lng) == (35.3, 136.8)
    assert report().place_answered_at is not None


def test_the_same_answer_sent_twice_is_one(now: time_machine.Traveller) -> None:
    del now
    token = form_report()
    for _ in range(2):
        intake.answer_place(token, parse({"where": "角の家"}))
    work.work_pending()
    assert report().text.count("角の家") == 1


def test_a_form_with_a_phone_is_asked_again_by_sms(now: time_machine.Traveller) -> None:
    form_report(phone="+818000007777")
    reporter = Reporter("+818000007777", now)
    assert reporter.asked() == []  # the page asks first
    reporter.wait()
    assert len(reporter.asked()) == 1
    reporter.wait()
    assert len(calls()) == 1


def test_a_form_without_a_phone_leaves_a_word_on_the_timeline(now: time_machine.Traveller) -> None:
    form_report()
    now.shift(QUARTER + timedelta(seconds=1))
    assert asking.advance_due() == 1
    assert told_kinds() == ["asked_place", "place_unanswered"]
    assert not calls()


def test_a_town_in_latin_letters_in_the_forms_field_is_understood(now: time_machine.Traveller) -> None:
    del now
    form_report(town="Kisogawa-cho Kuroda")
    assert report().town == "木曽川町黒田"


def test_only_the_last_hours_question_takes_an_answer(worker: Reporter) -> None:
    worker.text(NO_PLACE)
    worker.now.shift(timedelta(hours=13))
    with db.transaction() as session:
        since = clock.now() - timedelta(hours=12)
        assert answering.waiting(session, worker.phone, since=since) is None


def test_the_engine_is_not_disturbed_by_questions(worker: Reporter) -> None:
    worker.text(NO_PLACE)
    with db.transaction() as session:
        before = session.scalars(select(Escalation.next_step_at)).one()
    worker.wait()
    with db.transaction() as session:
        assert session.scalars(select(Escalation.next_step_at)).one() == before
