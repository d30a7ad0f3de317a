"""What runs how often, and on which lane."""

import os
import re
from collections import defaultdict
from pathlib import Path

import pytest

from relay import nudge
from relay.channels.registry import CHANNELS
from relay.embedded.fleet import relay_processes
from relay.outbox import rules
from workers import tasks
from workers.lanes import ALL, LANES, chosen
from workers.schedule import TICKS, beat_schedule

REPOSITORY = Path(__file__).resolve().parents[2]


def test_every_task_has_a_lane_a_tick_and_work_to_do() -> None:
    assert set(TICKS) == set(nudge.LANE_OF) == set(tasks.WORK)


def test_a_task_of_a_wrong_name_is_woken_nowhere() -> None:
    woken = set()
    for path in (REPOSITORY / "relay").rglob("*.py"):
        woken |= set(re.findall(r'(?:db\.wake\(session, |nudge\.nudge\()"(\w+)"', path.read_text()))
    assert woken
    assert woken <= set(nudge.LANE_OF)


def test_urgent_things_are_looked_at_every_second_or_two() -> None:
    assert {task: tick.every for task, tick in TICKS.items()} == {
        "advance_duty": 1,
        "send_duty": 1,
        "work_inbound": 2,
        "spread_search": 2,
        "send_bulk": 2,
        "send_bulk_mail": 2,
        "send_routine": 2,
        "reconcile": 5,
        "tick_search": 5,
        "ask_again": 15,
        "fetch_heat": 3600,
        "blank_bodies": 10,
        "flush_spool": 5,
        "poll_neighbours": 60,
    }


def test_every_tick_goes_to_its_lane_and_expires_about_when_the_next_is_there() -> None:
    for name, entry in beat_schedule().items():
        assert entry["options"]["queue"] == nudge.LANE_OF[name]
        assert entry["schedule"] <= entry["options"]["expires"] <= max(2, entry["schedule"])


@pytest.mark.parametrize("lane", LANES)
def test_no_slow_task_can_take_the_last_thread_of_its_lane(lane: str) -> None:
    mine = [tick for tick in TICKS.values() if tick.lane == lane]
    assert sum(tick.at_most for tick in mine) <= LANES[lane].threads


def test_texts_to_thousands_step_back_for_alerts_on_duty() -> None:
    assert LANES["bulk"].niceness > LANES["duty"].niceness == 0


def test_the_lane_of_a_message_is_that_of_the_task_that_sends_it() -> None:
    for lane in LANES:
        for channel in CHANNELS:
            assert nudge.LANE_OF[rules.task_of(lane, channel)] == lane


def test_the_lanes_of_workers_are_those_of_nudges() -> None:
    assert set(LANES) == set(nudge.LANES) == set(nudge.LANE_OF.values())
    assert {lane.name for lane in chosen(ALL)} == set(LANES)
    assert [lane.name for lane in chosen("bulk")] == ["bulk"]


def _lanes_started(text: str) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for lane in re.findall(r'worker[", ]+--lane[", ]+(\w+)', text):
        found[lane] += 1
    return dict(found)


@pytest.mark.parametrize("file", ["Procfile", "docker-compose.yml"])
def test_every_lane_has_a_worker_and_there_is_one_beat(file: str) -> None:
    text = (REPOSITORY / file).read_text()
    assert _lanes_started(text) == dict.fromkeys(LANES, 1)
    assert len(re.findall(r'relay[", ]+beat\b', text)) == 1


def test_every_lane_has_a_worker_in_the_demo_too() -> None:
    started = relay_processes(os.environ, bind="127.0.0.1:8299", web_workers=1, web_threads=1)
    text = "\n".join(" ".join(process.command) for process in started)
    assert _lanes_started(text) == dict.fromkeys(LANES, 1)
    assert [process.name for process in started] == [
        "web",
        "worker-duty",
        "worker-bulk",
        "worker-routine",
        "beat",
    ]
