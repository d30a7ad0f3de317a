"""How the rules and the learned reader come to one answer.

The learned reader says how likely each sign and each level is; the rules' findings are among what it looks at. The
rubric's levels are then taken of the signs that are likely enough, and a second, small stage weighs all signs and
levels against each other: those of the model, of the rules and of the rubric. What the city wrote stands above all of
it: evidence by a phrase that the model was not trained with makes its sign, and a sure phrase makes its level.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from operator import mul
from typing import Protocol

from relay.triage.draft import LEARNED_FACTS, Draft, Judge, Tags
from relay.triage.features import seen
from relay.triage.learned import Header, Seen
from relay.triage.levels import ITEMS, raised
from relay.triage.lexicon import Lexicon
from relay.triage.results import Reason
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
_SIGNS = tuple(_SIGN_OF)
OUTPUTS = (*_SIGNS, *FINE_POINTS, *LEARNED_FACTS, *LEVELS)
#: A sum beyond this says no more than "certainly".
_CERTAIN = 6.0
#: More likely than not; and how unlikely something must be to leave no doubt.
_EVEN, _DOUBT = 0.5, 0.08
_POSSIBLE = 0.1
#: The level that a sign makes by itself, whatever else is said.
_MAKES = {
    Sign.COLLAPSED: Level.EMERGENCY,
    Sign.CRY_FOR_HELP: Level.EMERGENCY,
    Sign.UNWELL: Level.URGENT,
    Sign.LOST: Level.URGENT,
    Sign.MISSING: Level.URGENT,
}
_EMERGENCIES = frozenset(
    {Sign.COLLAPSED, Sign.CRY_FOR_HELP, Sign.UNWELL, Sign.SMELL, Sign.NO_ANSWER, Sign.ABUSE}
)
_NO_TROUBLE = frozenset({Sign.ALL_CLEAR, Sign.ABSENCE_KNOWN})
#: What the rules are rarely wrong about, and the log-odds that it takes away.
_DENIAL = {"negated": 1.2, "over": 1.2, "imagined": 1.2, "unless": 1.2, "undone": 3.0}
#: So many doubtful signs and facts are played through.
_MOST_DOUBTS = 4
_ONE_DAY, _FEW_DAYS, _MANY_DAYS = 1, 2, 4


class Scorer(Protocol):
    """What the weighing needs of a model."""

    @property
    def header(self) -> Header: ...

    def sums(self, seen: Seen) -> Mapping[str, float]: ...

    def knows(self, sign: str, phrase: str) -> bool: ...


@dataclass(frozen=True)
class Opinion:
    """The joint answer for one text."""

    signs: frozenset[Sign]
    tags: Tags
    level: Level
    reasons: tuple[Reason, ...]
    days: int | None
    #: What the model looked at and its log-odds, for explaining.
    seen: Seen
    sums: Mapping[str, float]


def describe(draft: Draft, lexicon: Lexicon, *, heat_alert: bool) -> Seen:
    """What the model looks at: the text and all that the rules made of it."""
    return seen(
        draft.findings,
        lexicon.concepts,
        towns=draft.towns,
        durations=draft.durations,
        level=draft.level,
        codes=[reason.code for reason in draft.reasons],
        signs=sorted(draft.signs),
        heat_alert=heat_alert,
        language=draft.sheet.language,
    )


def form(draft: Draft, judge: Judge, model: Scorer) -> Opinion:
    """Weigh the rules and the model for one text."""
    lexicon = judge.lexicon
    looked_at = describe(draft, lexicon, heat_alert=judge.heat_alert)
    sums = less_denied(model.sums(looked_at), draft)
    own = _city_s(draft, model)
    closed = replace(judge, open_case=False)
    by_rubric = rubric_chances(sums, closed)
    inputs = second_inputs(sums, by_rubric, draft=draft, judge=closed, least=lexicon.reader.sign)
    chances = level_chances(inputs, model.header.levels)
    sums |= dict(zip(_SIGNS, _weighed(inputs, model.header.signs), strict=True))
    level = choose(chances, lexicon.reader.cut)
    if level is Level.EMERGENCY and not any(chance(sums[sign]) >= _POSSIBLE for sign in _EMERGENCIES):
        # No emergency is without a sign that can make one (rubric, «From signs to level»).
        level = Level.URGENT
    if max(chances[-1], by_rubric[-1]) >= lexicon.reader.suspicion:
        # A lost emergency costs a life, a needless visit an hour.
        level = max(level, Level.URGENT)
    level = max(level, _floor(draft, closed, own))
    signs = _fitting(likely(sums, lexicon.reader.sign).signs, sums, level) | frozenset(
        sign for sign, _ in own
    )
    signs = judge.with_given(signs - lexicon.never_in(draft.findings.text))
    held = likely(sums, _EVEN)
    tags = held.tags | frozenset((sign, tag) for sign, tag in own if tag)
    # Who is always there was learned of silent homes alone, and says nothing of homes with other signs.
    facts = held.facts if signs - _NO_TROUBLE == {Sign.NO_ANSWER} else held.facts - {"expected"}
    rubric, reasons = closed.decide(signs, tags, facts)
    if judge.given.signs or judge.given.chime_tried:
        # The model read the text alone; boxes that were ticked count as much.
        level = max(level, rubric)
    reasons = _agreed(level, rubric, reasons)
    lifted = tuple(raised(signs, level, heat_alert=judge.heat_alert, open_case=judge.open_case))
    level = max([level, *(reason.level for reason in lifted)])
    return Opinion(signs, tags, level, (*lifted, *reasons), judge.days(signs), looked_at, sums)


def less_denied(sums: Mapping[str, float], draft: Draft) -> dict[str, float]:
    """The sums, lower for signs of which the rules saw nothing but denied, past or imagined words."""
    kept = {evidence.sign for evidence in draft.findings.evidence}
    lower = dict(sums)
    for sign, less in {
        evidence.sign: _DENIAL[why.split(" ")[0]]
        for evidence, why in draft.findings.dropped
        if why.split(" ")[0] in _DENIAL and evidence.sign not in kept
    }.items():
        lower[sign.value] -= less
    return lower


def _fitting(signs: frozenset[Sign], sums: Mapping[str, float], level: Level) -> frozenset[Sign]:
    """The signs that go with a level: no doubtful one that would have made a higher, and one that can make this.

    Every urgent report has a sign (rubric, «From signs to level»): where none is likely enough, the likeliest is
    named, as far as it is possible at all.
    """
    fitting = frozenset(
        sign
        for sign in signs
        if level >= _MAKES.get(sign, Level.ROUTINE) or chance(sums[sign.value]) >= _EVEN
    )
    possible = _EMERGENCIES if level is Level.EMERGENCY else frozenset(Sign) - _NO_TROUBLE
    if level < Level.URGENT or fitting & possible:
        return fitting
    likeliest = max(sorted(possible), key=lambda sign: sums[sign.value])
    return fitting | {likeliest} if chance(sums[likeliest.value]) >= _POSSIBLE else fitting


def _city_s(draft: Draft, model: Scorer) -> set[tuple[Sign, str]]:
    """Evidence that the model may not doubt: by a phrase that the city added, or by a sure one."""
    return {
        (e.sign, e.tag)
        for e in draft.findings.evidence
        if e.tag == "sure" or not model.knows(e.sign.value, e.why)
    }


def _floor(draft: Draft, judge: Judge, own: set[tuple[Sign, str]]) -> Level:
    """The least level that the city's own evidence and the ticked boxes demand."""
    signs = judge.with_given(frozenset(sign for sign, _ in own))
    if not signs:
        # The writer's own accident is no mere question.
        troubled = "own_trouble" in draft.findings.facts and not draft.signs
        return Level.PROMPT if troubled else Level.ROUTINE
    return judge.decide(signs, frozenset((sign, tag) for sign, tag in own if tag))[0]


def _agreed(level: Level, rubric: Level, reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """The reasons for the level that was agreed on: where it is not the rubric's, the whole text speaks."""
    if level is rubric:
        return tuple(reasons)
    weaker = [reason for reason in reasons if reason.level < level]
    return (Reason(code="whole_text", level=level, signs=(), words=()), *weaker)


@dataclass(frozen=True)
class Held:
    """Which signs, fine points and facts hold, in one way to see a report."""

    signs: frozenset[Sign]
    tags: Tags
    facts: frozenset[str]


def likely(sums: Mapping[str, float], least: float) -> Held:
    """What is at least so likely."""
    return _held(
        output for output in (*_SIGNS, *FINE_POINTS, *LEARNED_FACTS) if chance(sums[output]) >= least
    )


def _held(outputs: Iterable[str]) -> Held:
    names = frozenset(outputs)
    return Held(
        frozenset(_SIGN_OF[name] for name in names & _SIGN_OF.keys()),
        frozenset(tag for name, tag in FINE_POINTS.items() if name in names),
        names & frozenset(LEARNED_FACTS),
    )


def rubric_chances(sums: Mapping[str, float], judge: Judge) -> list[float]:
    """How likely the rubric's levels are, over all ways in which the doubtful signs and facts may hold."""
    chances = {output: chance(sums[output]) for output in (*_SIGNS, *FINE_POINTS, *LEARNED_FACTS)}
    # A fine point or fact of a sign that is not there is no doubt.
    asked = [output for output in chances if _matters(output, chances)]
    doubtful = sorted(asked, key=lambda output: abs(chances[output] - _EVEN))[:_MOST_DOUBTS]
    doubtful = [output for output in doubtful if _DOUBT < chances[output] < 1 - _DOUBT]
    sure = [output for output in chances if output not in doubtful and chances[output] >= _EVEN]
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
    return output != "office" or all(chances[sign] < _EVEN for sign in _SIGNS)


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
    sums = _weighed(inputs, weights)
    largest = max(sums)
    powers = [math.exp(number - largest) for number in sums]
    whole = sum(powers)
    return [power / whole for power in powers]


def _weighed(inputs: Sequence[float], weights: Sequence[Sequence[float]]) -> list[float]:
    return [sum(map(mul, row, inputs)) for row in weights]


def choose(chances: Sequence[float], cut: Mapping[Level, float]) -> Level:
    """The highest level that is likely enough, counting all levels above it: a lost emergency costs more."""
    for level in reversed(Level):
        if level is not Level.ROUTINE and sum(chances[level.rank :]) >= cut[level]:
            return level
    return Level.ROUTINE
