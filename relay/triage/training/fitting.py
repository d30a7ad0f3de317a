"""Fitting the two stages of the learned reader with numpy and scipy, which only training needs."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from scipy.optimize import minimize  # type: ignore[import-untyped]
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from scipy.special import expit, logsumexp  # type: ignore[import-untyped]

from relay.triage.learned import FACT_WEIGHT, Seen
from relay.triage.opinion import OUTPUTS
from relay.triage.training.texts import Record
from relay.vocabulary import Level, Sign

#: How often a run of characters or a fact must occur, and how many runs are kept.
_RARE_GRAM, _RARE_FACT = 5, 4
_MOST_GRAMS = 16_000
#: How closely the training texts are followed (the inverse of the regularisation), by stage.
_FIRST, _SECOND = 30.0, 1.0
#: The descent is stopped here: later steps change no answer.
_STEPS = 60
#: Whole numbers from -127 to 127 hold the weights.
_LARGEST = 127

Wanted = Callable[[int, str], bool | None]


@dataclass(frozen=True)
class Vocabulary:
    """The features that a model knows, in a fixed order, and how rare each run of characters is."""

    column: Mapping[str, int]
    rarity: Mapping[str, float]

    def matrix(self, reports: Sequence[Seen]) -> csr_matrix:
        """One row a report, as ``relay.triage.learned.Model.sums`` weighs it."""
        starts, columns, values = [0], [], []
        for report in reports:
            grams = [gram for gram in report.grams if gram in self.rarity]
            norm = sqrt(sum(self.rarity[gram] ** 2 for gram in grams)) or 1.0
            columns += [self.column[gram] for gram in grams]
            values += [self.rarity[gram] / norm for gram in grams]
            facts = [fact for fact in report.facts if fact in self.column]
            columns += [self.column[fact] for fact in facts]
            values += [FACT_WEIGHT] * len(facts)
            starts.append(len(columns))
        return csr_matrix((values, columns, starts), shape=(len(reports), len(self.column)))


def vocabulary(reports: Sequence[Seen], *, only: frozenset[str] | None = None) -> Vocabulary:
    """The features that occur often enough; of runs of characters ``only`` those given."""
    grams = Counter(gram for report in reports for gram in report.grams)
    facts = Counter(fact for report in reports for fact in report.facts)
    rarity = {
        gram: round(log(len(reports) / count) + 0.1, 3)
        for gram, count in sorted(grams.items())
        if count >= _RARE_GRAM and (only is None or gram in only)
    }
    names = [*rarity, *sorted(fact for fact, count in facts.items() if count >= _RARE_FACT)]
    return Vocabulary({name: column for column, name in enumerate(names)}, rarity)


@dataclass(frozen=True)
class First:
    """The first stage: a vocabulary and one line of weights an output."""

    vocabulary: Vocabulary
    weights: np.ndarray
    bias: np.ndarray

    def sums(self, reports: Sequence[Seen]) -> np.ndarray:
        """The log-odds of every output, one row a report."""
        return np.asarray(self.vocabulary.matrix(reports) @ self.weights.T + self.bias)


def first(reports: Sequence[Seen], wanted: Wanted, *, pruned: bool = True) -> First:
    """Fit one linear model an output. ``pruned``: keep only the runs of characters that weigh most."""
    words = vocabulary(reports)
    fitted = _fit(words, reports, wanted)
    if not pruned or len(words.rarity) <= _MOST_GRAMS:
        return fitted
    loudest = np.abs(fitted.weights).max(axis=0)
    ranked = sorted(words.rarity, key=lambda gram: (-float(loudest[words.column[gram]]), gram))
    fewer = vocabulary(reports, only=frozenset(ranked[:_MOST_GRAMS]))
    return _fit(fewer, reports, wanted)


def _fit(words: Vocabulary, reports: Sequence[Seen], wanted: Wanted) -> First:
    """All outputs at once: logistic regression with an equal pull of all weights towards nothing."""
    table = words.matrix(reports)
    held = np.zeros((len(reports), len(OUTPUTS)))
    told = np.zeros_like(held)
    for row in range(len(reports)):
        for column, output in enumerate(OUTPUTS):
            answer = wanted(row, output)
            held[row, column], told[row, column] = bool(answer), answer is not None
    shape = (table.shape[1] + 1, len(OUTPUTS))
    turned = table.T.tocsr()

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(shape)
        sums = table @ weights[:-1] + weights[-1]
        chances = expit(sums)
        cost = np.logaddexp(0.0, sums) - held * sums
        error = _FIRST * told * (chances - held)
        slope = np.vstack([turned @ error, error.sum(axis=0)]) + weights
        return float(_FIRST * (told * cost).sum() + 0.5 * (weights**2).sum()), slope.ravel()

    found = minimize(
        loss,
        np.zeros(shape[0] * shape[1]),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": _STEPS, "maxcor": 6},
    )
    weights = found.x.reshape(shape)
    return First(words, weights[:-1].T.copy(), weights[-1].copy())


@dataclass(frozen=True)
class Second:
    """The second stage: for each level and each sign the weights of its inputs (the last input is the constant one)."""

    levels: list[list[float]]
    signs: list[list[float]]


def second(inputs: Sequence[Sequence[float]], labels: Sequence[Record]) -> Second:
    """Fit the second stage on what the first one said of labelled reports."""
    table = np.array(inputs)
    levels = np.eye(len(Level))[[Level(label["level"]).rank for label in labels]]
    signs = np.array([[sign.value in label["signs"] for sign in Sign] for label in labels], dtype=float)

    def of_levels(sums: np.ndarray) -> tuple[float, np.ndarray]:
        whole = logsumexp(sums, axis=1, keepdims=True)
        return float(whole.sum() - (levels * sums).sum()), np.exp(sums - whole) - levels

    def of_signs(sums: np.ndarray) -> tuple[float, np.ndarray]:
        return float((np.logaddexp(0.0, sums) - signs * sums).sum()), expit(sums) - signs

    return Second(_weights(table, len(Level), of_levels), _weights(table, len(Sign), of_signs))


def _weights(
    table: np.ndarray, answers: int, cost: Callable[[np.ndarray], tuple[float, np.ndarray]]
) -> list[list[float]]:
    shape = (table.shape[1], answers)

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(shape)
        lost, slope = cost(table @ weights)
        return _SECOND * lost + 0.5 * float((weights**2).sum()), (_SECOND * table.T @ slope + weights).ravel()

    found = minimize(
        loss, np.zeros(shape[0] * shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 500}
    )
    return [[float(weight) for weight in row] for row in found.x.reshape(shape).T]


def rows(fitted: First) -> tuple[dict[str, list[int]], list[float]]:
    """The weights as whole numbers, one list a feature, and what one step is worth, by output."""
    names = list(fitted.vocabulary.column)
    scaled = fitted.weights.copy()
    for name, column in fitted.vocabulary.column.items():
        scaled[:, column] *= fitted.vocabulary.rarity.get(name, 1.0)
    steps = np.maximum(np.abs(scaled).max(axis=1), 1e-9) / _LARGEST
    whole = np.rint(scaled / steps[:, None]).astype(int)
    return {name: whole[:, column].tolist() for column, name in enumerate(names)}, steps.tolist()
