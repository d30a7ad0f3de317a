"""``relay triage``: read reports from JSON lines and write how each was read, without database or network.

For trying a changed ``triage.toml`` on old reports, and for tools outside the product.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import click

from relay.places.table import TownTableError
from relay.triage import of_city
from relay.triage.evidence import Evidence
from relay.triage.explaining import learned_part
from relay.triage.lexicon import Lexicon, LexiconError
from relay.triage.reading import Reader, Reading

#: Why a sign that a phrase stands for is not read, when no rule spoke against it.
OUTWEIGHED = "the whole text speaks against it"


class BadLine(ValueError):
    """A line of the input that is no report; the text says what it should be."""


@click.command()
@click.option(
    "--city",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with another city's towns.csv (and city.toml, if any).",
)
@click.option(
    "--explain", is_flag=True, help="Add the words behind each sign, and what was set aside and why."
)
@click.argument("file", type=click.File("rb"), default="-")
def triage(city: Path | None, explain: bool, file: IO[bytes]) -> None:
    """Read reports, one JSON object a line: {"id", "text", "heat_alert"?}; write one answer a line.

    Without FILE they are read from the standard input:

    echo '{"text": "新聞が3日分たまっています"}' | relay triage --explain
    """
    try:
        words, towns = of_city.load(city)
    except (LexiconError, TownTableError) as error:
        raise click.ClickException(str(error)) from error
    failed = False
    for answer in _answers(file, Reader(words, towns), words, explain=explain):
        failed = failed or "error" in answer
        # Bytes, so that Japanese comes out right whatever the terminal's locale is.
        sys.stdout.buffer.write(
            json.dumps(answer, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
        )
        sys.stdout.buffer.flush()
    sys.exit(1 if failed else 0)


def _answers(lines: IO[bytes], reader: Reader, words: Lexicon, *, explain: bool) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            report_id, text, heat_alert = _report(line)
        except BadLine as error:
            yield {"error": str(error), "line": number}
            continue
        reading = reader.read(text, heat_alert=heat_alert)
        answer = _answer(report_id, reading, words)
        if explain:
            answer["explain"] = _explained(reader, text, reading, words, heat_alert=heat_alert)
        yield answer


def _report(line: bytes) -> tuple[object, str, bool]:
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadLine("is not UTF-8; save the file as UTF-8") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadLine(f'is not JSON ({error}); write {{"id": "1", "text": "…"}}') from error
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        raise BadLine('has no text; write {"id": "1", "text": "…"}')
    heat_alert = record.get("heat_alert")
    if heat_alert is not None and not isinstance(heat_alert, bool):
        raise BadLine("heat_alert must be true or false")
    return record.get("id"), record["text"], bool(heat_alert)


def _answer(report_id: object, reading: Reading, words: Lexicon) -> dict[str, Any]:
    place = reading.place
    answer: dict[str, Any] = {
        "id": report_id,
        "level": reading.level.value,
        "signs": [sign.value for sign in reading.signs],
        "days": reading.days,
        "town": place.town,
        "number": place.number,
        "sealed": reading.sealed,
        "called_119": reading.called_119,
        "reasons": [words.reason(reason.code) for reason in reading.reasons],
    }
    return answer | {key: value for key in ("building", "room") if (value := getattr(place, key)) is not None}


def _explained(
    reader: Reader, text: str, reading: Reading, words: Lexicon, *, heat_alert: bool
) -> dict[str, Any]:
    findings = reader.explain(text)
    opinion = reader.opinion(text, heat_alert=heat_alert)
    learned = learned_part(opinion, words.model, findings.text) if opinion and words.model else []
    kept = [evidence for evidence in findings.evidence if evidence.sign in reading.signs]
    outweighed = [(evidence, OUTWEIGHED) for evidence in findings.evidence if evidence not in kept]
    return {
        "language": reading.language,
        "signs": [_evidence(evidence) for evidence in kept],
        "set_aside": [
            _evidence(evidence) | {"because": because}
            for evidence, because in (*findings.dropped, *outweighed)
        ],
        "facts": {name: [match.words for match in matches] for name, matches in findings.facts.items()},
        "rules": [{"rule": r.code, "level": r.level.value, "words": list(r.words)} for r in reading.reasons],
        "learned": learned,
        "candidates": list(reading.place.candidates),
    }


def _evidence(evidence: Evidence) -> dict[str, str]:
    tag = {"tag": evidence.tag} if evidence.tag else {}
    return {"sign": evidence.sign.value, **tag, "words": evidence.words, "phrase": evidence.why}
