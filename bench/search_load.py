"""How long an alert takes to the duty phone while a search goes to 10,000 phones, beside the same with nothing else.

    python bench/search_load.py [--texts 10000] [--runs 12] [--rounds 2]

starts a demo on free ports with a fresh data folder and takes turns: some reports with nothing else going on, then some
while the texts of a search are queued and sent at the sample city's rate, with all their receipts; and again. What
counts is the ratio of the two, from one run on one machine. It also counts that every phone got exactly one text, and
how fast they went. The simulated phones run on the same processors, which real ones do not. Results are printed and
kept in ``bench/search_load.json``.
"""

import argparse
import json
import os
import statistics
import time
from collections import Counter
from pathlib import Path

import requests
from alert_path import Phones, demo, keep
from sqlalchemy import func, select

from relay import db, tables
from relay.outbox import service
from relay.outbox.models import Message, State
from relay.outbox.service import Draft

#: One part each, so that a second's parts are as many texts, calls and receipts as can be.
TEXT = "【見本】K1 赤い帽子の高齢の方を探しています {link}"
#: Between two reports: the next one finds the relay as people would, not in step with the last.
PAUSE = 0.7
FINISH_SECONDS = 600.0


def use(folder: Path) -> dict[str, str]:
    """Let this process use the demo's database; returns the demo's facts."""
    city: dict[str, str] = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
    keys = json.loads((folder / "demo-keys.json").read_text(encoding="utf-8"))
    os.environ |= {
        **keys,
        "DATABASE_URL": city["database_url"],
        "REDIS_URL": city["redis_url"],
        "RELAY_PUBLIC_URL": city["web"],
        "TWILIO_FROM": city["relay_number"],
        "TWILIO_API_BASE": city["phones"],
        "RELAY_DATA": str(folder),
    }
    return city


class Reports:
    """Reports of ever new homes, and how long each takes to the duty phone."""

    def __init__(self, folder: Path) -> None:
        self.city = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
        keys = json.loads((folder / "demo-keys.json").read_text(encoding="utf-8"))
        self.phones = Phones(self.city, keys)
        self.count = 0

    def one(self) -> float:
        """Seconds from a worker's SMS to the officer's."""
        self.count += 1
        place = f"{self.city['centre']['town']}{self.count}-77-{self.count}"
        began = time.perf_counter()
        self.phones.report(self.city["worker"], f"{place} 新聞が4日分たまっています")
        took = self.phones.arrived(self.city["centre"]["duty"], place, began)
        time.sleep(PAUSE)
        return took


def search(number: int, texts: int) -> float:
    """Queue a search; returns the seconds that writing it took."""
    drafts = [
        Draft(
            key=f"bench:{number}:{n}",
            lane="bulk",
            purpose="search",
            recipient=f"+8170{number:02}{n:06}",
            body=TEXT.format(link=f"http://127.0.0.1/s/{number}{n:06}"),
        )
        for n in range(texts)
    ]
    began = time.perf_counter()
    with db.transaction() as session:
        service.enqueue_many(session, drafts)
    return time.perf_counter() - began


def waiting() -> int:
    """Texts of searches that have not left yet."""
    with db.transaction() as session:
        query = select(func.count()).where(
            Message.lane == "bulk", Message.state.in_((State.QUEUED, State.SENDING))
        )
        return session.scalar(query) or 0


def measure(folder: Path, *, texts: int, runs: int, rounds: int) -> dict[str, object]:
    """Quiet and busy in turn, after one warm-up."""
    city = use(folder)
    tables.metadata.sorted_tables  # every table that a message may point to  # noqa: B018
    reports = Reports(folder)
    reports.one()
    quiet: list[float] = []
    busy: list[float] = []
    writing: list[float] = []
    rates: list[float] = []
    for number in range(rounds):
        quiet += [reports.one() for _ in range(runs)]
        began = time.perf_counter()
        writing.append(search(number, texts))
        during = [reports.one() for _ in range(runs)]
        if not waiting():
            raise SystemExit("the search was over before the reports: more texts or fewer runs")
        busy += during
        while waiting():
            if time.perf_counter() - began > FINISH_SECONDS:
                raise SystemExit(f"{waiting()} texts have not left")
            time.sleep(0.5)
        rates.append(texts / (time.perf_counter() - began))
    taken = requests.get(f"{city['phones']}/control/messages", timeout=60).json()
    each = Counter(message["to"] for message in taken if message["to"].startswith("+8170"))
    if sorted(each.values()) != [1] * (texts * rounds):
        raise SystemExit(f"{len(each)} phones got {sum(each.values())} texts instead of {texts * rounds}")
    a, b = statistics.median(quiet), statistics.median(busy)
    return {
        "processors": os.cpu_count(),
        "reports_each": len(quiet),
        "report_to_duty_phone_alone_seconds": {"median": round(a, 3), "max": round(max(quiet), 3)},
        "report_to_duty_phone_during_search_seconds": {"median": round(b, 3), "max": round(max(busy), 3)},
        "ratio_of_medians": round(b / a, 2),
        "ratio_of_worst": round(max(busy) / max(quiet), 2),
        "search_texts": texts * rounds,
        "phones_with_exactly_one": len(each),
        "search_texts_a_second": round(statistics.median(rates), 1),
        "seconds_to_queue_one_search": round(statistics.median(writing), 2),
    }


def main() -> None:
    """Start the demo, measure, stop it."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--texts", type=int, default=10_000)
    arguments.add_argument("--runs", type=int, default=12)
    arguments.add_argument("--rounds", type=int, default=2)
    given = arguments.parse_args()
    with demo() as folder:
        found = measure(folder, texts=given.texts, runs=given.runs, rounds=given.rounds)
        db.forget()
    keep("search_load", found)


if __name__ == "__main__":
    main()
