"""``relay triage``: one answer a line, whatever comes in."""

import json
from pathlib import Path

from click.testing import CliRunner

from relay.triage.cli import triage


def answers(text: str, *options: str) -> tuple[int, list[dict[str, object]]]:
    result = CliRunner().invoke(triage, list(options), input=text.encode())
    return result.exit_code, [json.loads(line) for line in result.stdout_bytes.decode("utf-8").splitlines()]


def report(text: str, **more: object) -> str:
    return json.dumps({"id": "r1", "text": text, **more}) + "\n"


def test_an_answer_holds_what_outside_tools_rely_on() -> None:
    code, (answer,) = answers(report("本町2-5-6 コーポ花203号室 新聞3日 呼んでも返事なし"))
    assert code == 0
    assert answer["reasons"] == [
        "配達物がたまり、ほかの異変も重なっています。", "配達物がたまっています。", "呼んでも応答がありません。",
    ]  # fmt: skip
    expected = {
        "id": "r1", "level": "urgent", "signs": ["no_answer", "newspapers"], "days": 3, "town": "本町",
        "number": "2-5-6", "room": "203", "sealed": False, "called_119": False,
    }  # fmt: skip
    assert {key: answer[key] for key in expected} == expected


def test_a_heat_alert_is_heeded() -> None:
    _, (answer,) = answers(report("最近姿を見ません", heat_alert=True))
    assert answer["level"] == "urgent"


def test_a_broken_line_is_named_and_the_rest_goes_on() -> None:
    code, found = answers('{"id": 1\n' + report("テスト") + '{"id": 2}\n')
    assert code == 1
    assert [(answer.get("line"), answer.get("level")) for answer in found] == [
        (1, None),
        (None, "routine"),
        (3, None),
    ]
    assert "text" in str(found[2]["error"])


def test_explain_shows_the_words_behind_each_sign() -> None:
    _, (answer,) = answers(report("倒れてはいません。新聞がたまっています"), "--explain")
    explained = answer["explain"]
    assert isinstance(explained, dict)
    assert [sign["words"] for sign in explained["signs"]] == ["新聞がたまっ"]
    assert ("collapsed", "negated") in {(s["sign"], s["because"]) for s in explained["set_aside"]}


def test_another_city_needs_only_town_kana_and_postcode(tmp_path: Path) -> None:
    (tmp_path / "towns.csv").write_text("town,kana,postcode\n緑町,ミドリチョウ,1000001\n", encoding="utf-8")
    _, (answer,) = answers(report("緑町1-2 新聞3日"), "--city", str(tmp_path))
    assert (answer["town"], answer["number"]) == ("緑町", "1-2")


def test_a_broken_town_table_stops_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "towns.csv").write_text("name\nx\n", encoding="utf-8")
    result = CliRunner().invoke(triage, ["--city", str(tmp_path)], input=b"")
    assert result.exit_code == 1
    assert "column town is missing" in result.output
