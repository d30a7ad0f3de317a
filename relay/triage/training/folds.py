"""How the model does on texts that it was not trained on: folds through all files, and whole files left out."""

import os
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from multiprocessing import get_context

import numpy as np

from relay.triage.draft import Draft, Judge
from relay.triage.figures import Answer, answer
from relay.triage.learned import Header, Seen
from relay.triage.lexicon import Lexicon
from relay.triage.opinion import describe, form, less_denied
from relay.triage.reading import Reader
from relay.triage.training import network, second
from relay.triage.training.labels import wanted
from relay.triage.training.texts import Record
from relay.triage.training.vocabulary import vocabulary
from relay.triage.weighing import OUTPUTS, rubric_chances, second_inputs

FOLDS = 6
#: So many bundles of files are left out in turn.
BUNDLES = 3


@dataclass(frozen=True)
class Prepared:
    """One labelled report, read by the rules and described for the model."""

    file: str
    record: Record
    draft: Draft
    judge: Judge
    seen: Seen
    #: Town and number do not hang on the model.
    rules: Answer

    @property
    def fold(self) -> int:
        """Which fold the report belongs to: by its id, so that it stays there when texts are added.

        Both halves of a pair are of one fold, and so is a report told once more.
        """
        own, _, _ = self.record["id"].partition("+")
        return zlib.crc32(own.encode()) % FOLDS

    @property
    def bundle(self) -> int:
        """Which files are left out together: another writer's texts are further away than another text."""
        return zlib.crc32(self.file.encode()) % BUNDLES


@dataclass(frozen=True)
class Stub:
    """A model that has its sums already."""

    header: Header
    said: Mapping[str, float]

    def sums(self, _seen: Seen) -> Mapping[str, float]:
        return self.said

    def knows(self, _sign: str, _phrase: str) -> bool:
        return True


def prepare(files: Mapping[str, Sequence[Record]], reader: Reader, lexicon: Lexicon) -> list[Prepared]:
    """Read all reports by the rules (``reader`` and ``lexicon`` without a model)."""
    prepared = []
    for file, records in files.items():
        for record in records:
            heat = bool(record.get("heat_alert"))
            draft, judge = reader.draft(record["text"], heat_alert=heat)
            read = answer(reader.read(record["text"], heat_alert=heat))
            seen = describe(draft, lexicon, heat_alert=heat)
            prepared.append(Prepared(file, record, draft, judge, seen, read))
    return prepared


def learn(texts: Sequence[Prepared]) -> network.First:
    """Fit the first stage on these reports. What only pairs of them say often enough is no feature."""
    words = vocabulary([t.seen for t in texts if not t.record.get("pair")])
    return network.fit(
        words,
        [t.seen for t in texts],
        lambda row: [wanted(texts[row].record, output) for output in OUTPUTS],
    )


def out_of_fold(
    texts: Sequence[Prepared], more: Sequence[Prepared], group: Callable[[Prepared], object]
) -> np.ndarray:
    """The sums for every report by a model that was trained without its group, on these and ``more``."""
    groups = sorted({group(t) for t in texts}, key=str)
    rows = {left_out: [i for i, t in enumerate(texts) if group(t) == left_out] for left_out in groups}

    def leave_out(left_out: object) -> np.ndarray:
        train = [t for t in (*texts, *more) if group(t) != left_out]
        return learn(train).sums([texts[i].seen for i in rows[left_out]])

    # Forked, so that the groups are fitted side by side and the texts need not travel.
    _forked["work"] = leave_out
    sums = np.zeros((len(texts), len(OUTPUTS)))
    with get_context("fork").Pool(os.cpu_count()) as pool:
        for left_out, found in zip(groups, pool.imap(_leave_out, groups), strict=True):
            sums[rows[left_out]] = found
    return sums


_forked: dict[str, Callable[[object], np.ndarray]] = {}


def _leave_out(left_out: object) -> np.ndarray:
    return _forked["work"](left_out)


def inputs(text: Prepared, sums: np.ndarray, *, least: float) -> list[float]:
    """What the second stage sees of a report."""
    said = less_denied(dict(zip(OUTPUTS, map(float, sums), strict=True)), text.draft)
    return second_inputs(
        said, rubric_chances(said, text.judge), draft=text.draft, judge=text.judge, least=least
    )


def answers(
    texts: Sequence[Prepared],
    sums: np.ndarray,
    learned_from: Callable[[Prepared], np.ndarray],
    group: Callable[[Prepared], object],
    *,
    least: float,
) -> list[tuple[Record, Answer]]:
    """The joint answers, with a second stage that was trained without the report's own group.

    ``learned_from``: for a report to learn from, its sums by a model that had not seen it.
    """
    pairs: list[tuple[Record, Answer]] = []
    for left_out in sorted({group(t) for t in texts}, key=str):
        train = [t for t in texts if group(t) != left_out]
        weights = second.fit(
            [inputs(t, learned_from(t), least=least) for t in train], [t.record for t in train]
        )
        header = bare_header(weights)
        for i, text in enumerate(texts):
            if group(text) == left_out:
                said = dict(zip(OUTPUTS, map(float, sums[i]), strict=True))
                pairs.append((text.record, joint(text, Stub(header, said))))
    return pairs


def joint(text: Prepared, model: Stub) -> Answer:
    """One answer of rules and model together."""
    if text.draft.sheet.language == "other":
        return text.rules
    opinion = form(text.draft, text.judge, model)
    signs = frozenset(sign.value for sign in opinion.signs)
    days = opinion.days if signs - {"all_clear"} else None
    return replace(text.rules, level=opinion.level, signs=signs, days=days, sealed="abuse" in signs)


def bare_header(fitted: second.Second) -> Header:
    """A header for a model that is never written."""
    return Header(
        outputs=OUTPUTS,
        step=(),
        threshold=(),
        weights=(),
        bias=(),
        levels=tuple(tuple(row) for row in fitted.levels),
        signs=tuple(tuple(row) for row in fitted.signs),
        training="",
        figures={},
        phrases=frozenset(),
    )
