"""How the rules and the learned reader come to one answer.

The learned reader says how likely each sign and each level is; the rules' findings are among what it looks at. The
rubric's levels are then taken of the signs that are likely enough, and a second, small stage weighs all signs and
levels against each other: those of the model, of the rules and of the rubric. What the city wrote stands above all of
it: evidence by a phrase that the model was not trained with makes its sign, and a sure phrase makes its level.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from relay.triage.draft import Draft, Judge, Tags
from relay.triage.features import seen
from relay.triage.learned import Header, Seen
from relay.triage.levels import raised
from relay.triage.lexicon import Lexicon
from relay.triage.results import Reason
from relay.triage.weighing import (
    EVEN,
    SIGNS,
    chance,
    choose,
    level_chances,
    likely,
    rubric_chances,
    second_inputs,
    weighed,
)
from relay.vocabulary import Level, Sign

#: Less likely than this is not possible.
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
_DENIAL = {"negated": 1.2, "over": 1.2, "imagined": 1.2, "unless": 1.2, "part": 2.0, "undone": 3.0}
#: A text of so few characters beside its address is a word or two; what the phrases find in it stands.
_FEW_CHARACTERS = 9


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
    own = _beyond_doubt(draft, model)
    closed = replace(judge, open_case=False)
    by_rubric = rubric_chances(sums, closed)
    inputs = second_inputs(sums, by_rubric, draft=draft, judge=closed, least=lexicon.reader.sign)
    chances = level_chances(inputs, model.header.levels)
    sums |= dict(zip(SIGNS, weighed(inputs, model.header.signs), strict=True))
    level = choose(chances, lexicon.reader.cut)
    if level is Level.EMERGENCY and not any(chance(sums[sign]) >= _POSSIBLE for sign in _EMERGENCIES):
        # No emergency is without a sign that can make one (rubric, «From signs to level»).
        level = Level.URGENT
    if max(chances[-1], by_rubric[-1]) >= lexicon.reader.suspicion:
        # A lost emergency costs a life, a needless visit an hour.
        level = max(level, Level.URGENT)
    level = max(level, _floor(draft, closed, own))
    signs = _fitting(likely(sums, lexicon.reader.sign).signs, sums, level)
    if own or _mere_word(draft):
        # Beside what is beyond doubt, and in a mere word, all is well only where a phrase says so.
        signs = signs - (_NO_TROUBLE - draft.signs) | {sign for sign, _ in own}
    signs = judge.with_given(signs - lexicon.never_in(draft.findings.text))
    held = likely(sums, EVEN)
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
        sign for sign in signs if level >= _MAKES.get(sign, Level.ROUTINE) or chance(sums[sign.value]) >= EVEN
    )
    possible = _EMERGENCIES if level is Level.EMERGENCY else frozenset(Sign) - _NO_TROUBLE
    if level < Level.URGENT or fitting & possible:
        return fitting
    likeliest = max(sorted(possible), key=lambda sign: sums[sign.value])
    return fitting | {likeliest} if chance(sums[likeliest.value]) >= _POSSIBLE else fitting


def _beyond_doubt(draft: Draft, model: Scorer) -> set[tuple[Sign, str]]:
    """Evidence that the model may not doubt: by a phrase that the city added, by a sure one, or in a mere word."""
    mere_word = _mere_word(draft)
    return {
        (e.sign, e.tag)
        for e in draft.findings.evidence
        if e.tag == "sure" or mere_word or not model.knows(e.sign.value, e.why)
    }


def _mere_word(draft: Draft) -> bool:
    """Whether beside its address the text is only a word or two, of which the phrases set nothing aside."""
    addresses = sum(max(m.end, m.address.end if m.address else 0) - m.start for m in draft.towns)
    return len(draft.findings.text) - addresses <= _FEW_CHARACTERS and not draft.findings.dropped


def _floor(draft: Draft, judge: Judge, own: set[tuple[Sign, str]]) -> Level:
    """The least level that the city's own evidence and the ticked boxes demand."""
    signs = judge.with_given(frozenset(sign for sign, _ in own))
    if not signs:
        if draft.signs:
            return Level.ROUTINE
        # The writer's own accident is no mere question; a word or two that nobody knows are not understood.
        facts = draft.findings.facts
        unknown = "own_trouble" in facts or (_mere_word(draft) and "office" not in facts)
        return Level.PROMPT if unknown else Level.ROUTINE
    return judge.decide(signs, frozenset((sign, tag) for sign, tag in own if tag))[0]


def _agreed(level: Level, rubric: Level, reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """The reasons for the level that was agreed on: where it is not the rubric's, the whole text speaks."""
    if level is rubric:
        return tuple(reasons)
    weaker = [reason for reason in reasons if reason.level < level]
    return (Reason(code="whole_text", level=level, signs=(), words=()), *weaker)
