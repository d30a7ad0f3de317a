"""The numbers behind a joint answer: probabilities, the rubric over all doubts, and the sums of the second stage."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from operator import mul

from relay.triage.draft import LEARNED_FACTS, Draft, Judge, Tags
from relay.triage.levels import ITEMS
from relay.vocabulary import Level, Sign

#: The fine points that decide a level, as outputs of the model.
FINE_POINTS: Mapping[str, tuple[Sign, str]] = {
    "serious": (Sign.UNWELL, "serious"),
    "danger": (Sign.SMELL, "danger"),
    "inside": (Sign.NO_ANSWER, "inside"),
    "violence": (Sign.ABUSE, "now"),
    "grave": (Sign.ABUSE, "grave"),
    "moving": (Sign.FRAUD, "now"),
}
LEVELS = tuple(f">={level.value}" for level in Level if level is not Level.ROUTINE)
_SIGN_OF = {sign.value: sign for sign in Sign}
SIGNS = tuple(_SIGN_OF)
OUTPUTS = (*SIGNS, *FINE_POINTS, *LEARNED_FACTS, *LEVELS)
#: A sum beyond this says no more than "certainly".
_CERTAIN = 6.0
#: More likely than not; and how unlikely something must be to leave no doubt.
EVEN, _DOUBT = 0.5, 0.08
#: So many doubtful signs and facts are played through.
_MOST_DOUBTS = 4
_ONE_DAY, _FEW_DAYS, _MANY_DAYS = 1, 2, 4


@dataclass(frozen=True)
class Held:
    """Which signs, fine points and facts hold, in one way to see a report."""

    signs: frozenset[Sign]
    tags: Tags
    facts: frozenset[str]


def likely(sums: Mapping[str, float], least: float) -> Held:
    """What is at least so likely."""
    return _held(output for output in (*SIGNS, *FINE_POINTS, *LEARNED_FACTS) if chance(sums[output]) >= least)


def _held(outputs: Iterable[str]) -> Held:
    names = frozenset(outputs)
    return Held(
        frozenset(_SIGN_OF[name] for name in names & _SIGN_OF.keys()),
        frozenset(tag for name, tag in FINE_POINTS.items() if name in names),
        names & frozenset(LEARNED_FACTS),
    )


def rubric_chances(sums: Mapping[str, float], judge: Judge) -> list[float]:
    """How likely the rubric's levels are, over all ways in which the doubtful signs and facts may hold."""
    chances = {output: chance(sums[output]) for output in (*SIGNS, *FINE_POINTS, *LEARNED_FACTS)}
    # A fine point or fact of a sign that is not there is no doubt.
    asked = [output for output in chances if _matters(output, chances)]
    doubtful = sorted(asked, key=lambda output: abs(chances[output] - EVEN))[:_MOST_DOUBTS]
    doubtful = [output for output in doubtful if _DOUBT < chances[output] < 1 - _DOUBT]
    sure = [output for output in chances if output not in doubtful and chances[output] >= EVEN]
    found = [0.0] * len(Level)
    for answers in product((True, False), repeat=len(doubtful)):
        share = 1.0
        holding = list(sure)
        for output, holds in zip(doubtful, answers, strict=True):
            share *= chances[output] if holds else 1 - chances[output]
            if holds:
                holding.append(output)
        held = _held(holding)
        level, _ = judge.decide(held.signs, held.tags, held.facts)
        found[level.rank] += share
    return found


def _matters(output: str, chances: Mapping[str, float]) -> bool:
    if output in FINE_POINTS:
        return chances[FINE_POINTS[output][0].value] > _DOUBT
    if output == "expected":
        return chances[Sign.NO_ANSWER.value] > _DOUBT
    if output == "single":
        return any(chances[sign.value] > _DOUBT for sign in ITEMS)
    return output != "office" or all(chances[sign] < EVEN for sign in SIGNS)


def chance(log_odds: float) -> float:
    """A probability from log-odds."""
    return (1 + math.tanh(log_odds / 2)) / 2


def second_inputs(
    sums: Mapping[str, float], by_rubric: Sequence[float], *, draft: Draft, judge: Judge, least: float
) -> list[float]:
    """What the second stage looks at: the model's sums, the levels of the rules and of the rubric, the days."""
    held = likely(sums, least)
    rubric, _ = judge.decide(held.signs, held.tags, held.facts)
    stated = judge.days(held.signs) or 0
    # A fine point is worth no more than its sign.
    fine = {name: min(sums[name], sums[sign.value]) for name, (sign, _) in FINE_POINTS.items()}
    said = {**sums, **fine}
    return [
        *(max(-_CERTAIN, min(_CERTAIN, said[output])) / _CERTAIN for output in OUTPUTS),
        *(_log_odds(sum(by_rubric[rank:])) / _CERTAIN for rank in range(1, len(Level))),
        *by_rubric,
        *(float(draft.level is level) for level in Level),
        *(float(rubric is level) for level in Level),
        float(stated == _ONE_DAY),
        float(_FEW_DAYS <= stated < _MANY_DAYS),
        float(stated >= _MANY_DAYS),
        1.0,
    ]


def _log_odds(share: float) -> float:
    least = 1 / (1 + math.exp(_CERTAIN))
    share = min(max(share, least), 1 - least)
    return math.log(share / (1 - share))


def level_chances(inputs: Sequence[float], weights: Sequence[Sequence[float]]) -> list[float]:
    """How likely each level is, from ``routine`` to ``emergency``."""
    sums = weighed(inputs, weights)
    largest = max(sums)
    powers = [math.exp(number - largest) for number in sums]
    whole = sum(powers)
    return [power / whole for power in powers]


def weighed(inputs: Sequence[float], weights: Sequence[Sequence[float]]) -> list[float]:
    """The sum of the inputs by each row of weights."""
    return [sum(map(mul, row, inputs)) for row in weights]


def choose(chances: Sequence[float], cut: Mapping[Level, float]) -> Level:
    """The highest level that is likely enough, counting all levels above it: a lost emergency costs more."""
    for level in reversed(Level):
        if level is not Level.ROUTINE and sum(chances[level.rank :]) >= cut[level]:
            return level
    return Level.ROUTINE
