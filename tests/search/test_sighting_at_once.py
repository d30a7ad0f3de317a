"""Sightings that arrive at the same time: one is one, and two see each other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from relay import db, nudge
from relay.search import service, wipe
from relay.search.models import Search
from relay.search.sighting import sightings
from relay.search.sighting.sightings import Seen
from relay.search.states import Closing
from tests.search import scenes
from tests.search import sighting_scenes as scene
from tests.search.sighting_scenes import STRANGER, WORKER


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run all calls at the same moment, each in a thread of its own."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        start.wait(10)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def seen(number: int, external_id: str, **more: Any) -> Callable[[], Any]:
    values: dict[str, Any] = {
        "external_id": external_id,
        "channel": "form",
        "who": "other",
        "text": "駅",
        "words": "駅",
        "received_at": scene.minutes_ago(0),
    }

    def keep() -> Any:
        with db.transaction() as session:
            return sightings.keep(session, number, Seen(**(values | more)))

    return keep


def test_one_sms_delivered_many_times_at_once_is_one_sighting(app: Flask, session: Session) -> None:
    number = scene.live(session)
    answers = at_once(*[lambda: scene.sms(app.test_client(), f"K{number} 駅前") for _ in range(6)])
    assert len(set(answers)) == 1
    assert answers[0]
    assert len(scene.sightings()) == 1
    assert len(scene.texts()) == 1


def test_one_page_sent_many_times_at_once_is_one_sighting(session: Session) -> None:
    number = scene.live(session)
    kept = at_once(*[seen(number, "form:same") for _ in range(6)])
    assert [one.new for one in kept].count(True) == 1
    assert len(scene.sightings()) == 1


def test_two_who_tell_of_one_moment_at_once_are_joined_and_ring_once(session: Session) -> None:
    number = scene.live(session)
    at_once(*[seen(number, f"form:{n}", town="本町") for n in range(4)])
    roots = [one for one in scene.sightings() if one.same_as_id is None]
    assert len(roots) == 1
    assert {one.same_as_id for one in scene.sightings()} == {None, roots[0].id}
    assert len({phone for phone, _ in scene.told()}) == len(scene.told())


def test_a_flood_that_comes_all_at_once_rings_five_times(session: Session) -> None:
    number = scene.live(session)
    at_once(*[seen(number, f"form:{n}", phone=STRANGER) for n in range(9)])
    assert sorted(one.held for one in scene.sightings()) == [False] * 5 + [True] * 4


@pytest.mark.parametrize("round_", range(3))
def test_a_sighting_and_the_wipe_at_once_leave_nothing_behind(session: Session, round_: int) -> None:
    number = scene.live(session)
    service.close(number, scenes.actors(session)[0], closing=Closing.FOUND)

    def clear() -> None:
        with db.transaction() as changing:
            wipe.wipe(changing, changing.get_one(Search, number, with_for_update=True))

    kept, _ = at_once(seen(number, f"form:{round_}", phone=WORKER), clear)
    assert scene.sightings() == []
    assert kept is None or kept.new


def test_the_sender_of_duty_messages_is_woken_in_the_moment_the_sighting_is_kept(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = scene.live(session)
    woken: list[str] = []
    monkeypatch.setattr(nudge, "nudge", woken.append)
    seen(number, "form:1")()
    assert woken == ["send_duty"]
