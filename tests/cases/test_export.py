"""``relay triage-export``: what people corrected becomes labelled reports."""

import json
from datetime import datetime
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner, Result
from sqlalchemy import select

from relay import clock, db
from relay.cases import corrections, export, service
from relay.cases.actors import Actor
from relay.cases.cli import triage_export
from relay.cases.corrections import Reread
from relay.cases.export import Choice
from relay.cases.models import Correction
from relay.places import service as places
from relay.triage.cli import triage
from relay.vocabulary import Level, Outcome, Sign
from tests import officer_scenes as scenes

pytestmark = pytest.mark.usefixtures("database")

WHO = Actor(name="市 職員（見本）")
TEXT = "木曽川町黒田2-5-6の見本さん宅、新聞が3日分。090-0000-1234まで"


def written(*options: str) -> tuple[Result, list[dict[str, Any]]]:
    done = CliRunner().invoke(triage_export, list(options))
    return done, [json.loads(line) for line in done.stdout_bytes.decode("utf-8").splitlines()]


def corrected(text: str = TEXT, reason: str = "返事もないとのこと", **more: Any) -> int:
    """A report to which somebody has added that nobody answers."""
    case = scenes.report(Level.PROMPT, text=text, signs=(Sign.NEWSPAPERS,), **more)
    wanted = Reread(signs=frozenset({Sign.NEWSPAPERS, Sign.NO_ANSWER}), days=3)
    report = scenes.reports_of(case)[0]
    corrections.correct(case, WHO, report_id=report.id, wanted=wanted, reason=reason)
    return case


def test_a_corrected_report_is_written_as_a_label_and_others_are_not() -> None:
    case = corrected()
    scenes.report(number="9-9")
    done, [record] = written()
    assert done.exit_code == 0
    assert record == {
        "id": scenes.reports_of(case)[0].number,
        "text": "木曽川町黒田2-5-6の〇〇さん宅、新聞が3日分。〇〇まで",
        "level": "urgent",
        "signs": ["no_answer", "newspapers"],
        "days": 3,
        "town": "木曽川町黒田",
        "number": "2-5-6",
        "sealed": False,
        "note": "返事もないとのこと",
    }


def test_what_is_written_can_be_read_by_the_triage_command() -> None:
    corrected()
    done, _ = written("--raw")
    read = CliRunner().invoke(triage, input=done.stdout_bytes)
    assert read.exit_code == 0
    assert json.loads(read.stdout_bytes)["town"] == "木曽川町黒田"


def test_names_and_numbers_are_kept_only_where_that_is_asked_for() -> None:
    corrected(text="見本の家、新聞が3日分", surname="見本", reason="配達員Aに電話 090-0000-1234")
    _, [hidden] = written()
    _, [raw] = written("--raw")
    assert (hidden["text"], hidden["note"]) == ("〇〇の家、新聞が3日分", "配達員Aに電話 〇〇")
    assert (raw["text"], raw["note"]) == ("見本の家、新聞が3日分", "配達員Aに電話 090-0000-1234")


def test_a_level_set_by_hand_wins_over_the_rules() -> None:
    case = corrected()
    service.set_level(case, WHO, level=Level.EMERGENCY, reason="うめき声と電話で聞いた")
    _, [record] = written()
    assert record["level"] == "emergency"
    assert record["note"] == "返事もないとのこと／うめき声と電話で聞いた"


def test_an_undone_correction_teaches_nothing() -> None:
    case = corrected()
    with db.transaction() as session:
        [record] = export.records(session, Choice())
        assert record["signs"] == ["no_answer", "newspapers"]
        [correction] = session.scalars(select(Correction.id)).all()
    corrections.undo(case, WHO, correction_id=correction)
    done, records = written()
    assert records == []
    assert done.exit_code == 0


def test_nothing_to_write_is_said_beside_the_records() -> None:
    done, records = written()
    assert (done.exit_code, records) == (0, [])
    assert "書き出す通報はありません" in done.stderr
    assert "nothing to write" in written("--lang", "en")[0].stderr


def test_suspected_abuse_is_written_only_where_that_is_asked_for() -> None:
    corrected(text="どなり声がする。新聞が3日分", sealed=True)
    done, records = written()
    assert records == []
    assert "虐待の疑いがある通報1件は除きました" in done.stderr
    done, records = written("--sealed")
    assert len(records) == 1
    assert done.stderr == ""


def test_only_what_was_corrected_since_a_day_is_written() -> None:
    with time_machine.travel(datetime(2026, 11, 20, 23, 30, tzinfo=clock.JAPAN)):
        corrected(number="1-1")
    with time_machine.travel(datetime(2026, 11, 21, 0, 30, tzinfo=clock.JAPAN)):
        corrected(number="2-2")
    assert [record["number"] for record in written("--since", "2026-11-21")[1]] == ["2-2"]
    assert len(written("--since", "2026-11-20")[1]) == 2


def test_a_day_that_is_none_is_refused() -> None:
    done, _ = written("--since", "gestern")
    assert done.exit_code == 2
    assert "%Y-%m-%d" in done.stderr


def test_with_all_every_report_of_a_closed_case_is_written() -> None:
    closed, _open = scenes.report(), scenes.report(number="9-9")
    scenes.close(closed, Outcome.SAFE)
    _, [record] = written("--all")
    assert record["id"] == scenes.reports_of(closed)[0].number
    assert record["level"] == "urgent"
    assert "note" not in record


def test_a_report_of_ticked_boxes_alone_teaches_nothing_about_words() -> None:
    scenes.close(scenes.report(text=""), Outcome.SAFE)
    assert written("--all")[1] == []


def test_a_place_found_out_by_telephone_is_no_label_of_the_text() -> None:
    told = scenes.report(town=None, number=None, text="くろだの2丁目5番6号、新聞が3日分")
    service.set_place(told, WHO, town=scenes.TOWN, number="2-5-6", building=None, room=None)
    unsaid = scenes.report(town=None, number=None, text="いつもの家、新聞が3日分")
    service.set_place(unsaid, WHO, town=scenes.OTHER_TOWN, number="7", building=None, room=None)
    _, records = written()
    assert [(record["town"], record["number"]) for record in records] == [
        (None, "2-5-6"),
        (None, None),
    ]


@pytest.mark.parametrize(
    ("text", "town", "says"),
    [
        ("木曽川町黒田で", "木曽川町黒田", True),
        ("今伊勢の馬寄です", "今伊勢町馬寄", True),
        ("ほんまち4-12", "本町", True),
        ("馬引の角の家", "大和町馬引", True),
        ("新聞が3日分", "本町", False),
        ("黒田さんの家", "木曽川町黒田", False),
    ],
)
def test_a_town_is_said_in_full_in_part_or_in_kana(text: str, town: str, says: bool) -> None:
    with db.transaction() as session:
        assert export.says_town(text, town, places.town_table(session)) is says


@pytest.mark.parametrize(
    ("text", "number", "says"),
    [
        ("２丁目５番６号", "2-5-6", True),
        ("二丁目五の六", "2-5-6", True),
        ("2-5", "2-5-6", False),
        ("新聞が6日分、5部、2枚", "2-5-6", False),
    ],
)
def test_a_house_number_is_said_in_any_writing(text: str, number: str, says: bool) -> None:
    assert export.says_number(text, number) is says
