"""``make triage-report``: how well a file of labelled reports is read: figures, confusion of levels, every miss.

python -m relay.triage.report FILE [--only-figures]
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

from relay.places.table import TownTableError
from relay.triage import of_city
from relay.triage.figures import answer, confusion, figures, misses, one_line
from relay.triage.lexicon import LexiconError
from relay.triage.reading import Reader
from relay.triage.training.texts import Record
from relay.vocabulary import Level, Sign


def main() -> None:
    """Read the file and print what was found."""
    parser = argparse.ArgumentParser(description="How well labelled reports are read.")
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--only-figures", action="store_true", help="no texts, only the figures and the table"
    )
    asked = parser.parse_args()
    if not asked.file.exists():
        sys.exit(
            f"triage-report: {asked.file} is missing; give FILE=… with labelled reports, one JSON object a line"
        )
    try:
        records = labelled(asked.file)
        reader = Reader(*of_city.load())
    except (ValueError, LexiconError, TownTableError) as error:
        sys.exit(f"triage-report: {error}")
    pairs, times = [], []
    for record in records:
        begin = time.perf_counter()
        reading = reader.read(record["text"], heat_alert=bool(record.get("heat_alert")))
        times.append((time.perf_counter() - begin) * 1000)
        pairs.append((record, answer(reading)))
    print(f"{len(pairs)} reports, median {statistics.median(times):.1f} ms, longest {max(times):.1f} ms")
    print(one_line(figures(pairs)).replace("  ", "\n"))
    print(confusion(pairs))
    if not asked.only_figures:
        print("\n".join(misses(pairs)))


def labelled(file: Path) -> list[Record]:
    """The labelled reports of a file. Raises ``ValueError`` that names the line and what to write instead."""
    records = []
    for number, line in enumerate(file.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            _ = record["text"], record["town"], record["number"], record["days"], record["sealed"]
            Level(record["level"])
            _ = [Sign(sign) for sign in record["signs"]]
        except KeyError as error:
            raise ValueError(f"{file} line {number}: {error.args[0]} is missing") from error
        except json.JSONDecodeError as error:
            raise ValueError(f"{file} line {number}: is not JSON ({error})") from error
        except (ValueError, TypeError) as error:
            known = ", ".join([*Level, *Sign])
            raise ValueError(f"{file} line {number}: {error}; known are {known}") from error
        records.append(record)
    if not records:
        raise ValueError(f"{file}: holds no report")
    return records


if __name__ == "__main__":
    main()
