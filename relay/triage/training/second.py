"""Fitting the second stage, which weighs what the first one said of all signs and levels against each other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize  # type: ignore[import-untyped]
from scipy.special import expit, logsumexp  # type: ignore[import-untyped]

from relay.triage.training.texts import Record
from relay.vocabulary import Level, Sign

#: How closely the training texts are followed (the inverse of the regularisation).
_CLOSELY = 1.0


@dataclass(frozen=True)
class Second:
    """The second stage: for each level and each sign the weights of its inputs (the last input is the constant one)."""

    levels: list[list[float]]
    signs: list[list[float]]


def fit(inputs: Sequence[Sequence[float]], labels: Sequence[Record]) -> Second:
    """Fit it on what the first one said of labelled reports."""
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
        return _CLOSELY * lost + 0.5 * float((weights**2).sum()), (
            _CLOSELY * table.T @ slope + weights
        ).ravel()

    found = minimize(
        loss, np.zeros(shape[0] * shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 500}
    )
    return [[float(weight) for weight in row] for row in found.x.reshape(shape).T]
