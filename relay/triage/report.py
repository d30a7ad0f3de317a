"""``make triage-report``: how well a file of labelled reports is read: figures, confusion of levels, every miss.

python -m relay.triage.report FILE [--only-figures]
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

from relay.places.table import TownTable
from relay.settings import DEFAULT_CONFIG
from relay.triage import lexicon
from relay.triage.figures import answer, confusion, figures, misses, one_line
from relay.triage.reading import Reader
from relay.triage.training import texts


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
    reader = Reader(
        lexicon.load(DEFAULT_CONFIG / "triage.toml"), TownTable.from_folder(DEFAULT_CONFIG / "sample")
    )
    pairs, times = [], []
    for record in texts.load(asked.file):
        begin = time.perf_counter()
        reading = reader.read(record["text"], heat_alert=bool(record.get("heat_alert")))
        times.append((time.perf_counter() - begin) * 1000)
        pairs.append((record, answer(reading)))
    print(f"{len(pairs)} reports, median {statistics.median(times):.1f} ms, longest {max(times):.1f} ms")
    print(one_line(figures(pairs)).replace("  ", "\n"))
    print(confusion(pairs))
    if not asked.only_figures:
        print("\n".join(misses(pairs)))


if __name__ == "__main__":
    main()
