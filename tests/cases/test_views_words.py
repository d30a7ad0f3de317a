"""Every code that the pages meet has a word, in both languages."""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from relay import clock
from relay.cases import homes, service
from relay.cases.chronicle import Sent
from relay.cases.details import ReportView
from relay.cases.queries import Place
from relay.cases.views import maps, refusals, sentences, words
from relay.outbox.models import State
from relay.outbox.rules import REASONS
from relay.timeline import Kind
from relay.vocabulary import Level
from relay.web import site

ROOMS = Path(service.__file__).parents[1]
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
#: What the relay writes beside each kind of event.
DATA: dict[Kind, dict[str, Any]] = {
    Kind.OPENED: {"level": "urgent"},
    Kind.REPORTED: {"report": "M0001", "level": "urgent", "joined": True},
    Kind.RECEIVED_AT_DESK: {},
    Kind.PLACED: {"town": "A", "number": "1-2", "building": None, "room": "3", "centre": "B"},
    Kind.LOCATED: {"district": "A", "centre": "B"},
    Kind.POSITION_DIFFERS: {"report": "M0001", "district": "A", "own": "B"},
    Kind.ASKED_PLACE: {"report": "M0001", "missing": "house", "nth": 2},
    Kind.PLACE_ANSWERED: {"report": "M0001", "missing": "which"},
    Kind.PLACE_UNANSWERED: {"report": "M0001", "callable": True},
    Kind.RAISED: {"from": "prompt", "to": "urgent", "why": "second_report"},
    Kind.LEVEL_SET: {"from": "prompt", "to": "urgent", "reason": "C"},
    Kind.READING_CORRECTED: {
        "report": "M0001",
        "struck": ["mail"],
        "added": ["smell"],
        "days": ["3", None],
        "undone": False,
        "reason": "C",
    },
    Kind.WAITING_FOR_OPENING: {"until": "2026-11-24T23:30:00+00:00"},
    Kind.STEP: {"who": "duty", "officers": ["D", "E"], "step": 0, "round": 0},
    Kind.STEP_EMPTY: {"who": "backup"},
    Kind.STEP_FAILED: {"officer": "D", "reason": "handset_off"},
    Kind.ALARM: {"officer": "D", "reason": "opted_out"},
    Kind.ACCEPTED: {"officer": "D", "via": "link"},
    Kind.ACCEPT_REFUSED: {"officer": "D", "owner": "E"},
    Kind.REMINDED: {"officer": "D"},
    Kind.LEASE_LOST: {"officer": "D"},
    Kind.PROGRESS: {"officer": "D"},
    Kind.CALLED_119: {},
    Kind.RELEASED: {"officer": "D"},
    Kind.ASSIGNED: {"officer": "D"},
    Kind.NOTE: {"text": "F"},
    Kind.SPLIT: {"to": 9},
    Kind.JOINED: {"into": 9},
    Kind.CLOSED: {"outcome": "safe", "text": "F"},
    Kind.REOPENED: {"reason": "F"},
}
#: What a sentence must not leave out. Free texts stand beside it.
NAMED = ("report", "town", "number", "room", "centre", "officers", "officer", "owner", "to", "into")


@pytest.fixture
def app() -> Flask:
    """An app that has nothing but languages: words need no database."""
    plain = Flask("words")
    plain.config["SECRET_KEY"] = "only-for-tests"
    site.init_app(plain)
    return plain


@pytest.fixture(params=["ja", "en"])
def language(app: Flask, request: pytest.FixtureRequest) -> Iterator[str]:
    """One language after the other."""
    with app.test_request_context(f"/?lang={request.param}"):
        yield request.param


def test_every_kind_of_event_reads_as_a_sentence(language: str) -> None:
    assert set(DATA) == set(Kind)
    for kind, data in DATA.items():
        sentence = sentences.sentence(kind, data)
        assert "%(" not in sentence
        assert bool(JAPANESE.search(sentence)) == (language == "ja"), sentence
        for name in ("A", "B", "D", "E", "M0001", "9"):
            # Who goes on is the actor of the event, whose name stands before the sentence.
            if kind is not Kind.PROGRESS and name in str([data.get(key) for key in NAMED]):
                assert name in sentence, f"{kind} leaves out {name}"


@pytest.mark.parametrize(
    ("kind", "data", "says"),
    [
        (Kind.REPORTED, {"report": "M1", "level": "prompt", "joined": False}, "通報 M1 を受け付けました（当日）"),
        (Kind.PLACED, {"town": "本町", "number": "2-5-6", "centre": None}, "場所を「本町2-5-6」にしました（市の窓口）"),
        (Kind.ASKED_PLACE, {"report": "M1"}, "通報した人に家の場所をたずねました（M1）"),
        (
            Kind.ASKED_PLACE,
            {"report": "M1", "missing": "which", "nth": 2},
            "通報した人に、もう一度どの町かをたずねました（M1）",
        ),
        (Kind.PLACE_ANSWERED, {"report": "M1", "missing": None}, "通報した人から場所の返事がありました（M1）"),
        (
            Kind.PLACE_UNANSWERED,
            {"report": "M1", "callable": False},
            "通報した人に聞いても場所が分かりません。電話番号が分からないため、事業者に確かめてください（M1）",
        ),
        (Kind.SPLIT, {"from": 3}, "案件 3 から分けた案件です"),
        (Kind.JOINED, {"from": 3}, "案件 3 をここにまとめました"),
        (Kind.STEP_FAILED, {"officer": "見本", "reason": "error_30500"}, "見本 に届きませんでした（エラー 30500）"),
        (
            Kind.READING_CORRECTED,
            {"report": "M1", "struck": ["mail"], "added": [], "days": ["3", None], "reason": "C"},
            "通報 M1 の読み取りを直しました（消した様子：郵便がたまっている、日数：3日 → 日数なし）",
        ),
        (
            Kind.READING_CORRECTED,
            {"report": "M1", "struck": [], "added": ["mail"], "days": None, "undone": True},
            "通報 M1 の訂正を元に戻しました（加えた様子：郵便がたまっている）",
        ),
        (Kind.STEP, {"who": "head", "officers": ["見本"]}, "センター長（見本）に知らせました"),
    ],
)  # fmt: skip
def test_the_sentence_tells_which_way_it_went(
    app: Flask, kind: Kind, data: dict[str, Any], says: str
) -> None:
    with app.test_request_context("/?lang=ja"):
        assert sentences.sentence(kind, data) == says


def test_free_texts_are_shown_as_their_authors_wrote_them() -> None:
    assert sentences.said(Kind.NOTE, {"text": "訪問中"}) == "訪問中"
    assert sentences.said(Kind.LEVEL_SET, {"reason": "ガスのにおい"}) == "ガスのにおい"
    assert sentences.said(Kind.STEP, {"reason": "no free text"}) == ""


def test_every_state_and_every_reason_of_the_outbox_has_its_word(language: str) -> None:
    for state in State:
        assert words.of(words.STATES, state.value) != state.value
    for reason in (*REASONS.values(), "withdrawn", None):
        text = words.not_sent(reason)
        assert text != reason
        assert bool(JAPANESE.search(text)) == (language == "ja")


def test_what_was_taken_back_in_time_is_no_failure(app: Flask) -> None:
    def message(state: str, reason: str | None) -> Sent:
        return Sent(
            id=1,
            at=clock.now(),
            purpose="duty",
            channel="sms",
            name="見本",
            report=None,
            body="",
            state=state,
            reason=reason,
            moved_at=None,
            not_before=clock.now(),
        )

    with app.test_request_context("/?lang=ja"):
        withdrawn, refused = message("failed", "withdrawn"), message("failed", "landline")
        assert (words.state(withdrawn), words.tone(withdrawn)) == ("送らなかった", "")
        assert (words.state(refused), words.tone(refused)) == ("送れなかった", "error")


def test_a_link_in_a_message_is_shown_to_nobody_else(app: Flask) -> None:
    with app.test_request_context("/?lang=ja"):
        shown = words.body("【至急】本町2-5-6 返信12で受付\nhttps://mimamori.example.jp/c/AbCdEfGh12345678")
    assert "AbCdEfGh12345678" not in shown
    assert "返信12で受付" in shown


@pytest.mark.parametrize(
    ("stored", "shown"),
    [("+819012345678", "090-1234-5678"), ("+81586289100", "0586-28-9100"), ("なし", "なし")],
)
def test_phone_numbers_are_written_as_people_here_write_them(stored: str, shown: str) -> None:
    assert words.phone(stored) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(20, "たった今"), (60, "1分前"), (3599, "59分前"), (3600, "1時間前"), (90000, "1日前")],
)
def test_ages_are_told_in_the_largest_unit_that_fits(app: Flask, seconds: int, shown: str) -> None:
    with app.test_request_context("/?lang=ja"):
        assert words.ago(clock.now() - timedelta(seconds=seconds)) == shown


def test_a_rule_that_a_later_lexicon_dropped_is_named_by_its_code(app: Flask) -> None:
    with app.test_request_context("/?lang=ja"):
        assert words.reason("gone_for_good") == "gone_for_good"


def test_every_refusal_of_the_service_is_marked_for_translation() -> None:
    raised = set()
    for file in ROOMS.glob("cases/**/*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "CaseError":
                assert isinstance(node.args[0], ast.Constant), f"{file.name}: give CaseError a plain text"
                raised.add(node.args[0].value)
    assert homes.__name__  # the room that raises most of them is really among the files
    assert raised == {sentence._args[0] for sentence in refusals.SENTENCES}


def report(lat: float | None, lng: float | None) -> ReportView:
    return ReportView(
        id=1,
        number="M0001",
        channel="form",
        received_at=clock.now(),
        text="",
        level=Level.URGENT,
        signs=(),
        days=None,
        heat_alert=False,
        called_119=False,
        reasons=(),
        verified=True,
        partner=None,
        staff=None,
        phone=None,
        has_photo=False,
        lat=lat,
        lng=lng,
    )


def test_maps_open_at_the_newest_position_and_at_the_address(app: Flask) -> None:
    place = Place(town="本町", number="2-5-6", building=None, room=None, surname=None)
    with app.test_request_context("/?lang=ja"):
        found = maps.links(place, [report(35.0, 136.0), report(35.304, 136.803), report(None, None)])
        assert [url for _, url in found] == [
            "https://maps.gsi.go.jp/#18/35.304000/136.803000/",
            "https://www.google.com/maps/search/?api=1&query=35.304000%2C136.803000",
            "https://www.google.com/maps/search/?api=1&query=%E4%B8%80%E5%AE%AE%E5%B8%82%E6%9C%AC%E7%94%BA2-5-6",
        ]
        assert len(maps.links(place, [report(None, None)])) == 1
        nowhere = Place(town=None, number=None, building=None, room=None, surname=None)
        assert maps.links(nowhere, [report(None, None)]) == []
