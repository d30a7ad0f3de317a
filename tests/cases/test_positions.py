"""A report with a phone's position and no town goes to the district in which the phone is; a town wins over it."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from relay import db
from relay.cases import answering, service
from relay.cases.actors import Actor
from relay.duty import texts
from relay.duty.models import Escalation
from relay.outbox.models import Message
from relay.places.models import Centre
from relay.timeline import Event, Kind
from relay.triage.results import NOWHERE, Place, Reading
from relay.vocabulary import Level
from tests import officer_scenes as scenes

pytestmark = pytest.mark.usefixtures("database")

KISOGAWA, HAGIWARA, FAR = (35.3489, 136.7638), (35.255, 136.77), (35.0, 137.3)
WHO = Actor(name="市 職員（見本）")


def located(spot: tuple[float, float] = KISOGAWA, **more: Any) -> int:
    return scenes.report(**{"town": None, "number": None, "spot": spot} | more)


def centre_of(case: int) -> str | None:
    with db.transaction() as session:
        row = scenes.case_row(case)
        return session.get_one(Centre, row.centre_id).code if row.centre_id else None


def events(case: int, kind: Kind) -> list[dict[str, Any]]:
    with db.transaction() as session:
        found = session.scalars(select(Event).where(Event.case_id == case, Event.kind == kind))
        return [event.data for event in found]


def alerts(case: int) -> list[str]:
    with db.transaction() as session:
        rows = select(Message.body).where(Message.case_id == case, Message.purpose == "duty")
        return list(session.scalars(rows.order_by(Message.id)))


def answer(case: int, place: Place = NOWHERE, spot: tuple[float, float] | None = None) -> None:
    reading = Reading(
        level=Level.PROMPT,
        signs=(),
        days=None,
        place=place,
        sealed=False,
        called_119=False,
        repeat=False,
        reasons=(),
        lexicon="",
        language="ja",
    )
    with db.transaction() as session:
        report = scenes.reports_of(case)[0]
        answering.answer(session, report.id, reading, text="", by_sms=False, spot=spot)


def place(town: str, number: str | None = None) -> Place:
    return Place(town=town, number=number, building=None, room=None, candidates=())


def test_the_centre_of_the_district_gets_the_case_and_the_alert_says_why() -> None:
    case = located()
    assert centre_of(case) == "hokubu"
    row = scenes.case_row(case)
    assert (row.town, row.district) == (None, "木曽川")
    assert events(case, Kind.LOCATED) == [
        {"district": "木曽川", "centre": "北部地域包括支援センター（見本）"}
    ]
    assert events(case, Kind.RECEIVED_AT_DESK) == []
    [alert] = alerts(case)
    assert "位置情報から 木曽川地区" in alert


def test_the_reporter_is_asked_for_the_town_all_the_same() -> None:
    case = located()
    assert [data["missing"] for data in events(case, Kind.ASKED_PLACE)] == ["town"]


def test_a_position_outside_of_all_districts_goes_to_the_city_desk() -> None:
    case = located(FAR)
    assert centre_of(case) is None
    assert len(events(case, Kind.RECEIVED_AT_DESK)) == 1
    assert "場所不明" in alerts(case)[0]


def test_where_town_and_position_do_not_agree_the_town_wins_and_the_timeline_says_so() -> None:
    case = scenes.report(town=scenes.OTHER_TOWN, spot=KISOGAWA)
    assert centre_of(case) == "seibu"
    assert scenes.case_row(case).district is None
    [noted] = events(case, Kind.POSITION_DIFFERS)
    assert (noted["district"], noted["own"]) == ("木曽川", "萩原")
    assert "位置情報" not in alerts(case)[0]


def test_where_they_agree_nothing_is_noted() -> None:
    assert events(scenes.report(spot=KISOGAWA), Kind.POSITION_DIFFERS) == []


def test_a_report_that_joins_a_case_is_compared_too() -> None:
    case = scenes.report()
    assert scenes.report(spot=HAGIWARA) == case
    assert len(events(case, Kind.POSITION_DIFFERS)) == 1


def test_the_town_that_is_told_later_takes_the_case_to_its_own_centre() -> None:
    case = located()
    answer(case, place(scenes.OTHER_TOWN, "5-6"))
    assert centre_of(case) == "seibu"
    assert scenes.case_row(case).district is None
    assert len(events(case, Kind.POSITION_DIFFERS)) == 1


def test_an_officer_who_names_the_town_ends_the_guess_of_the_position() -> None:
    case = located()
    service.set_place(case, WHO, town=scenes.TOWN, number="2-5-6", building=None, room=None)
    row = scenes.case_row(case)
    assert (row.town, row.district, centre_of(case)) == (scenes.TOWN, None, "hokubu")


def test_a_position_that_comes_later_moves_the_case_from_the_desk_to_the_centre() -> None:
    case = scenes.report(town=None, number=None)
    assert centre_of(case) is None
    answer(case, spot=KISOGAWA)
    assert centre_of(case) == "hokubu"
    with db.transaction() as session:
        escalation = session.scalars(select(Escalation).where(Escalation.case_id == case)).one()
    assert escalation.brief["district"] == "木曽川"
    assert "位置情報から 木曽川地区" in alerts(case)[-1]


def test_an_answer_without_a_town_leaves_the_case_with_the_positions_centre() -> None:
    case = located()
    answer(case, Place(town=None, number="2-5-6", building=None, room=None, candidates=()))
    assert centre_of(case) == "hokubu"
    assert events(case, Kind.LOCATED) == [
        {"district": "木曽川", "centre": "北部地域包括支援センター（見本）"}
    ]


@pytest.mark.parametrize(
    ("name", "says"), [("木曽川", "木曽川地区"), ("第一地区", "第一地区"), ("神山小学校区", "神山小学校区")]
)
def test_a_district_is_called_one_as_people_say(name: str, says: str) -> None:
    assert texts.district(name) == says


def test_board_case_page_and_duty_link_say_where_by_position(
    client: FlaskClient, city_sample: dict[str, Any]
) -> None:
    case = located()
    scenes.sign_in(client, city_sample, "officer")
    assert "位置情報から 木曽川地区" in client.get("/board").text
    page = client.get(f"/cases/{case}").text
    assert "位置情報から 木曽川地区" in page
    assert "位置情報から木曽川地区としました（北部地域包括支援センター（見本））" in page
    assert "https://maps.gsi.go.jp/#18/35.348900/136.763800/" in page
    link = client.get(f"/c/{scenes.link_token(case)}").text
    assert "位置情報から 木曽川地区" in link
    assert "https://maps.gsi.go.jp/#18/35.348900/136.763800/" in link
    assert "By position: 木曽川" in client.get(f"/cases/{case}?lang=en").text
