"""Figures of a search: people by how far the alert got to them."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from relay import clock
from relay.outbox.models import Message, State
from relay.search import progress, service, spread
from relay.search.models import Audience, Sighting
from relay.search.progress import Counts
from tests.search import scenes


@pytest.fixture
def live(session: Session) -> int:
    scenes.staff(session, 4)
    number = scenes.draft(session)
    service.send_urgent(number, scenes.actors(session)[0], reason="夜")
    spread.spread_due()
    return number


def states(session: Session, *wanted: State) -> None:
    ids = session.scalars(select(Message.id).order_by(Message.id)).all()
    for message, state in zip(ids, wanted, strict=False):
        session.execute(
            update(Message)
            .where(Message.id == message)
            .values(
                state=state, sent_at=clock.now(), reason="handset_off" if state == State.UNDELIVERED else None
            )
        )
    session.commit()


def test_every_person_is_counted_once_where_their_alert_stands(session: Session, live: int) -> None:
    states(
        session,
        State.DELIVERED,
        State.DELIVERED,
        State.ACCEPTED,
        State.UNDELIVERED,
        State.FAILED,
        State.SENDING,
    )
    total = progress.figures(session, live).total
    assert total == Counts(people=7, queued=2, sent=1, delivered=2, failed=2)


def test_people_whose_text_is_not_written_yet_count_as_queued(session: Session) -> None:
    number = scenes.draft(session)
    service.send_urgent(number, scenes.actors(session)[0], reason="夜")
    assert progress.figures(session, number).total == Counts(people=3, queued=3)


def test_the_companies_add_up_to_the_whole(session: Session, live: int) -> None:
    states(session, State.DELIVERED, State.UNDELIVERED)
    figures = progress.figures(session, live)
    assert sum((counts for _, counts in figures.companies), Counts()) == figures.total
    assert figures.companies[0][0] == "新聞販売店（見本）", "the one with most people first"


def test_who_was_not_reached_is_named_with_the_reason(session: Session, live: int) -> None:
    states(session, State.UNDELIVERED, State.DELIVERED)
    (lost,) = progress.figures(session, live).failed
    assert lost.reason == "handset_off"
    assert lost.company.endswith("（見本）")


def test_minutes_are_counted_from_the_text_leaving(session: Session, live: int) -> None:
    states(session, *[State.DELIVERED] * 7)
    people = session.scalars(select(Audience).order_by(Audience.id)).all()
    people[0].opened_at = clock.now() + timedelta(minutes=4)
    people[1].opened_at = clock.now() + timedelta(minutes=8)
    session.add(
        Sighting(
            search_id=live,
            external_id="sms:1",
            channel="sms",
            received_at=clock.now() + timedelta(minutes=10),
            audience_id=people[0].id,
            text="駅前",
        )
    )
    session.commit()
    figures = progress.figures(session, live)
    assert figures.minutes_to_open == pytest.approx(6, abs=0.1)
    assert figures.minutes_to_first_sighting == pytest.approx(10, abs=0.1)
    assert (figures.total.opened, figures.total.answered, figures.sightings) == (2, 1, 1)


def test_a_search_that_reached_nobody_yet_has_no_minutes(session: Session) -> None:
    number = scenes.draft(session)
    figures = progress.figures(session, number)
    assert (figures.total, figures.minutes_to_open, figures.companies) == (Counts(), None, ())
