"""Fitting the first stage: one layer of units between the features of a report and all outputs.

The features of a report are many and each is rare; the units are few and shared by all outputs, so that what is
learned of one sign's words helps the others. While learning, half of the features and a part of the units are left
out at random, so that no answer hangs on one of them. Several such networks, begun differently, are laid side by side:
each is mistaken elsewhere, and their mean less often than any of them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from scipy.special import expit  # type: ignore[import-untyped]

from relay.triage.learned import FACT_RARITY, Seen
from relay.triage.training.vocabulary import Vocabulary

#: The answers for a report by its place in the list, one an output; None where its labels do not tell.
Wanted = Callable[[int], Sequence[bool | None]]

_NETWORKS, _UNITS = 2, 80
_ROUNDS, _TOGETHER = 13, 128
#: How far one step goes at first (Adam, Kingma and Ba 2015); it shrinks evenly to a fiftieth.
_PACE, _SLOWEST = 4e-3, 0.02
_FEATURES_LEFT_OUT, _UNITS_LEFT_OUT = 0.5, 0.3
_AT_FIRST = 0.05
_SEED = 20_261_123
#: Whole numbers up to this hold the weights of the features, all but one in a thousand of a unit's: finer ones
#: fill the file and read no better.
_LARGEST, _WITHIN = 7, 99.9


@dataclass(frozen=True)
class First:
    """The fitted first stage, as ``relay.triage.learned.Header`` names its parts."""

    vocabulary: Vocabulary
    #: features x units
    rows: np.ndarray
    threshold: np.ndarray
    #: outputs x units
    weights: np.ndarray
    bias: np.ndarray

    def sums(self, reports: Sequence[Seen]) -> np.ndarray:
        """The log-odds of every output, one row a report."""
        units = self.vocabulary.matrix(reports) @ self.rows + self.threshold
        return np.asarray(np.maximum(units, 0) @ self.weights.T + self.bias)

    def whole_rows(self) -> tuple[dict[str, list[int]], list[float]]:
        """The rows as whole numbers, one list a feature, and what one step is worth, by unit."""
        scaled = self.rows.astype(float)
        for name, column in self.vocabulary.column.items():
            scaled[column] *= self.vocabulary.rarity.get(name, FACT_RARITY)
        steps = np.maximum(np.percentile(np.abs(scaled), _WITHIN, axis=0), 1e-9) / _LARGEST
        whole = np.clip(np.rint(scaled / steps), -_LARGEST, _LARGEST).astype(int)
        return {
            name: whole[column].tolist() for name, column in self.vocabulary.column.items()
        }, steps.tolist()


def fit(words: Vocabulary, reports: Sequence[Seen], wanted: Wanted) -> First:
    """Fit the networks on these reports, of which they know ``words``, and lay them side by side.

    ``wanted``: the answers for a report by its place in the list, one an output. The same reports give the same
    networks.
    """
    table = words.matrix(reports)
    answers = [wanted(row) for row in range(table.shape[0])]
    told = np.array([[answer is not None for answer in row] for row in answers], dtype=np.float32)
    held = np.array([[bool(answer) for answer in row] for row in answers], dtype=np.float32)
    fitted = [_fit_one(words, table, told, held, np.random.default_rng((_SEED, n))) for n in range(_NETWORKS)]
    return First(
        words,
        np.hstack([one.rows for one in fitted]),
        np.concatenate([one.threshold for one in fitted]),
        np.hstack([one.weights for one in fitted]) / _NETWORKS,
        np.mean([one.bias for one in fitted], axis=0),
    )


def _fit_one(
    words: Vocabulary, table: csr_matrix, told: np.ndarray, held: np.ndarray, chance: np.random.Generator
) -> First:
    """One network. ``told``: whether the labels of a report (row) tell an output (column); ``held``: what they tell."""
    outputs = told.shape[1]
    rows = _Learning(chance.normal(0, _AT_FIRST, (table.shape[1], _UNITS)))
    threshold = _Learning(np.zeros(_UNITS))
    width = 1 / np.sqrt(_UNITS)
    weights = _Learning(chance.uniform(-width, width, (outputs, _UNITS)))
    bias = _Learning(np.zeros(outputs))
    steps = _ROUNDS * -(-table.shape[0] // _TOGETHER)
    for step, batch in enumerate(_batches(table.shape[0], chance)):
        known, columns = _thinned(table[batch], chance)
        sums = known @ rows.now[columns] + threshold.now
        open_units = (sums > 0) * (chance.random(sums.shape) >= _UNITS_LEFT_OUT) / (1 - _UNITS_LEFT_OUT)
        units = (sums * open_units).astype(np.float32)
        error = told[batch] * (expit(units @ weights.now.T + bias.now) - held[batch]) / len(batch)
        back = ((error @ weights.now) * open_units).astype(np.float32)
        pace = _PACE * max(_SLOWEST, 1 - step / steps)
        rows.learn(known.T @ back, pace, columns)
        threshold.learn(back.sum(axis=0), pace)
        weights.learn(error.T @ units, pace)
        bias.learn(error.sum(axis=0), pace)
    return First(words, rows.now, threshold.now, weights.now, bias.now)


def _batches(reports: int, chance: np.random.Generator) -> Iterator[np.ndarray]:
    for _ in range(_ROUNDS):
        order = chance.permutation(reports)
        for start in range(0, reports, _TOGETHER):
            yield order[start : start + _TOGETHER]


def _thinned(batch: csr_matrix, chance: np.random.Generator) -> tuple[csr_matrix, np.ndarray]:
    """A random part of the features of a batch, and which columns of the whole table they are."""
    kept = chance.random(batch.nnz) >= _FEATURES_LEFT_OUT
    columns, place = np.unique(batch.indices[kept], return_inverse=True)
    starts = np.concatenate([[0], np.cumsum(kept)])[batch.indptr]
    values = batch.data[kept] / np.float32(1 - _FEATURES_LEFT_OUT)
    return csr_matrix((values, place, starts), shape=(batch.shape[0], len(columns))), columns


class _Learning:
    """Numbers that are learned, with the two running means of Adam; rare rows wait until they are seen."""

    _KEPT, _KEPT_OF_SQUARES, _LEAST = 0.9, 0.999, 1e-8

    def __init__(self, first: np.ndarray) -> None:
        self.now = first.astype(np.float32)
        self._mean = np.zeros_like(self.now)
        self._square = np.zeros_like(self.now)
        self._steps = 0

    def learn(self, slope: np.ndarray, pace: float, rows: np.ndarray | slice = slice(None)) -> None:
        """One step down the slope; of ``rows`` only, where given."""
        self._steps += 1
        mean = self._KEPT * self._mean[rows] + np.float32(1 - self._KEPT) * slope
        square = self._KEPT_OF_SQUARES * self._square[rows] + np.float32(1 - self._KEPT_OF_SQUARES) * slope**2
        self._mean[rows], self._square[rows] = mean, square
        pace *= np.sqrt(1 - self._KEPT_OF_SQUARES**self._steps) / (1 - self._KEPT**self._steps)
        self.now[rows] -= np.float32(pace) * mean / (np.sqrt(square) + np.float32(self._LEAST))
