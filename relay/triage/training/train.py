"""``make triage-train``: learn from the labelled reports, say how well unseen ones are read, write the model.

    python -m relay.triage.training.train [--check]

The same texts and lexicon give the same model. ``--check`` writes nothing.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from relay.places.table import TownTable
from relay.settings import DEFAULT_CONFIG
from relay.triage import learned, lexicon
from relay.triage.figures import figures, one_line
from relay.triage.learned import Header, fingerprint
from relay.triage.lexicon import Lexicon
from relay.triage.reading import Reader
from relay.triage.training import kana, pairs, second, texts
from relay.triage.training.folds import Prepared, answers, inputs, learn, out_of_fold, prepare
from relay.triage.weighing import OUTPUTS

#: The cross-validated figures of the shipped model, for the tests to hold.
FIGURES = Path(__file__).with_name("figures.json")


def main() -> None:
    """Train, print figures, write model and figures."""
    parser = argparse.ArgumentParser(description="Train the learned reader.")
    parser.add_argument("--check", action="store_true", help="only print the figures; write nothing")
    check = parser.parse_args().check
    words = lexicon.load(DEFAULT_CONFIG / "triage.toml", with_model=False)
    reader = Reader(words, TownTable.from_folder(DEFAULT_CONFIG / "sample"))
    files = texts.all_files()
    reports = prepare(files, reader, words)
    more = [*prepare(pairs.of(reports), reader, words), *prepare(kana.of(reports), reader, words)]
    found, by_fold = cross_validated(reports, more, words)
    if check:
        return
    header, rows, rarity = whole(reports, more, by_fold, files, words, found["folds"])
    learned.save(learned.SHIPPED, header, rows, rarity)
    FIGURES.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{learned.SHIPPED.name}: {learned.SHIPPED.stat().st_size // 1024} KB, {len(rows)} features")


def cross_validated(
    reports: list[Prepared], more: list[Prepared], words: Lexicon
) -> tuple[dict[str, dict[str, float]], np.ndarray]:
    """The figures on texts not trained on: by folds, and with whole files left out. Prints them.

    Also the sums by models that had not seen the report, one row a report.
    """
    least = words.reader.sign
    place = {id(t): i for i, t in enumerate(reports)}
    by_fold = out_of_fold(reports, more, lambda t: t.fold)
    read = answers(reports, by_fold, lambda t: by_fold[place[id(t)]], lambda t: t.fold, least=least)
    found = {"rules": figures([(t.record, t.rules) for t in reports]), "folds": figures(read)}
    by_bundle = out_of_fold(reports, more, lambda t: t.bundle)
    read = answers(reports, by_bundle, lambda t: by_fold[place[id(t)]], lambda t: t.bundle, least=least)
    found["without_own_file"] = figures(read)
    ids = {t.record["id"]: t.file for t in reports}
    for file in sorted({t.file for t in reports}):
        found[f"without_{file}"] = figures([pair for pair in read if ids[pair[0]["id"]] == file])
    for name, line in found.items():
        print(f"{name:22} {one_line(line)}")
    rounded = {name: {key: round(value, 4) for key, value in line.items()} for name, line in found.items()}
    return rounded, by_fold


def whole(
    reports: list[Prepared],
    more: list[Prepared],
    by_fold: np.ndarray,
    files: dict[str, list[texts.Record]],
    words: Lexicon,
    figures_said: dict[str, float],
) -> tuple[Header, dict[str, list[int]], dict[str, float]]:
    """The model learned from all reports; its second stage from sums by models that had not seen the report."""
    weighing = second.fit(
        [inputs(t, by_fold[i], least=words.reader.sign) for i, t in enumerate(reports)],
        [t.record for t in reports],
    )
    fitted = learn([*reports, *more])
    rows, step = fitted.whole_rows()
    phrases = {
        fingerprint(sign.value, phrase.source) for (sign, _), said in words.signs.items() for phrase in said
    }
    header = Header(
        outputs=OUTPUTS,
        step=tuple(step),
        threshold=tuple(map(float, fitted.threshold)),
        weights=tuple(tuple(map(float, row)) for row in fitted.weights),
        bias=tuple(map(float, fitted.bias)),
        levels=tuple(tuple(row) for row in weighing.levels),
        signs=tuple(tuple(row) for row in weighing.signs),
        training=texts.digest(files),
        figures=figures_said,
        phrases=frozenset(phrases),
    )
    return header, rows, dict(fitted.vocabulary.rarity)


if __name__ == "__main__":
    main()
