"""From signs and facts to a level, with the reasons. Pure rules: each function is one paragraph of the rubric."""

from collections.abc import Iterator
from dataclasses import dataclass

from relay.triage.lexicon import Thresholds
from relay.triage.results import Reason
from relay.vocabulary import Level, Sign

ITEMS = (Sign.NEWSPAPERS, Sign.MAIL, Sign.DELIVERIES)
#: With piled-up items, any of these makes a safety check urgent.
_BESIDE_ITEMS = (
    Sign.NO_ANSWER, Sign.LIGHTS, Sign.SHUTTERS, Sign.LAUNDRY, Sign.SOUND, Sign.USAGE, Sign.NOT_SEEN,
)  # fmt: skip
_BESIDE_NO_ANSWER = (Sign.LIGHTS, Sign.SOUND, Sign.SHUTTERS, Sign.LAUNDRY)
_SILENT = (Sign.SHUTTERS, Sign.LAUNDRY, Sign.LIGHTS, Sign.SOUND, Sign.USAGE)
#: What a known absence explains; a light or a sound in an empty home is not explained by it.
_EXPLAINED = frozenset(
    {*ITEMS, Sign.LAUNDRY, Sign.SHUTTERS, Sign.NO_ANSWER, Sign.NOT_SEEN, Sign.USAGE}
)  # fmt: skip
_RAISED_BY_HEAT = frozenset({*ITEMS, Sign.SHUTTERS, Sign.NO_ANSWER, Sign.NOT_SEEN})


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """Everything besides the signs that the rules ask about."""

    #: Fine points of signs: (sign, tag).
    tags: frozenset[tuple[Sign, str]] = frozenset()
    days: int | None = None
    #: The items were left for one day only.
    single: bool = False
    #: The person is normally always there, or had an appointment.
    expected: bool = False
    #: A harmless cause of the smell is named.
    harmless: bool = False
    #: Said to have been heard or seen within the last day.
    today: bool = False
    repeat: bool = False
    open_case: bool = False
    heat_alert: bool = False
    #: The text itself: not a report but a question, thanks, a test; or the observer's own accident; or unease.
    office: bool = False
    own_trouble: bool = False
    uneasy: bool = False


def decide(
    signs: frozenset[Sign], facts: Circumstances, thresholds: Thresholds
) -> tuple[Level, tuple[Reason, ...]]:
    """The level of a report and the rules that led to it, strongest first; at least one reason."""
    counted = signs - _EXPLAINED if Sign.ABSENCE_KNOWN in signs else signs
    reasons = [
        *_emergency(counted, facts),
        *_urgent(counted, facts, thresholds),
        *_prompt(counted, facts),
        *_routine(signs, facts),
    ]
    if not reasons:
        reasons.append(_without_signs(facts))
    level = max(reason.level for reason in reasons)
    reasons.extend(_raised(counted, facts, level))
    reasons.sort(key=lambda reason: -reason.level.rank)
    return max(reason.level for reason in reasons), tuple(reasons)


def _reason(code: str, level: Level, *signs: Sign) -> Reason:
    return Reason(code=code, level=level, signs=signs, words=())


def _emergency(signs: frozenset[Sign], facts: Circumstances) -> Iterator[Reason]:
    if Sign.COLLAPSED in signs:
        yield _reason("collapsed", Level.EMERGENCY, Sign.COLLAPSED)
    if Sign.CRY_FOR_HELP in signs:
        yield _reason("cry_for_help", Level.EMERGENCY, Sign.CRY_FOR_HELP)
    if Sign.UNWELL in signs and (Sign.UNWELL, "serious") in facts.tags:
        yield _reason("unwell_serious", Level.EMERGENCY, Sign.UNWELL)
    if Sign.SMELL in signs and ((Sign.SMELL, "danger") in facts.tags or not facts.harmless):
        yield _reason("smell_danger", Level.EMERGENCY, Sign.SMELL)
    if Sign.NO_ANSWER in signs and (Sign.NO_ANSWER, "inside") in facts.tags:
        yield _reason("inside_silent", Level.EMERGENCY, Sign.NO_ANSWER)
    if Sign.ABUSE in signs and (Sign.ABUSE, "now") in facts.tags:
        yield _reason("violence_now", Level.EMERGENCY, Sign.ABUSE)


def _urgent(signs: frozenset[Sign], facts: Circumstances, thresholds: Thresholds) -> Iterator[Reason]:
    yield from _urgent_items(signs, facts, thresholds)
    yield from _urgent_silence(signs, facts, thresholds)
    for sign in (Sign.LOST, Sign.MISSING, Sign.UNWELL):
        if sign in signs:
            yield _reason(sign.value, Level.URGENT, sign)
    if Sign.ABUSE in signs and ((Sign.ABUSE, "grave") in facts.tags or facts.today):
        yield _reason("abuse_grave", Level.URGENT, Sign.ABUSE)
    if Sign.FRAUD in signs and (Sign.FRAUD, "now") in facts.tags:
        yield _reason("fraud_now", Level.URGENT, Sign.FRAUD)


def _urgent_items(signs: frozenset[Sign], facts: Circumstances, thresholds: Thresholds) -> Iterator[Reason]:
    items = tuple(sign for sign in ITEMS if sign in signs)
    if not items:
        return
    days = facts.days or 0
    if facts.single:
        if Sign.NO_ANSWER in signs:
            yield _reason("item_and_no_answer", Level.URGENT, *items, Sign.NO_ANSWER)
        if facts.expected:
            yield _reason("item_expected", Level.URGENT, *items)
        return
    beside = tuple(sign for sign in _BESIDE_ITEMS if sign in signs)
    if beside:
        yield _reason("items_and_more", Level.URGENT, *items, *beside)
    if len(items) > 1 and (facts.days is None or days >= thresholds.days_second_kind):
        yield _reason("items_two_kinds", Level.URGENT, *items)
    if days >= thresholds.days_urgent:
        yield _reason("items_long", Level.URGENT, *items)


def _urgent_silence(signs: frozenset[Sign], facts: Circumstances, thresholds: Thresholds) -> Iterator[Reason]:
    days = facts.days or 0
    if Sign.NO_ANSWER in signs:
        beside = tuple(sign for sign in _BESIDE_NO_ANSWER if sign in signs)
        if beside:
            yield _reason("no_answer_and_more", Level.URGENT, Sign.NO_ANSWER, *beside)
        if facts.expected:
            yield _reason("no_answer_expected", Level.URGENT, Sign.NO_ANSWER)
        # Beside piled-up items the stated days are theirs.
        if days >= thresholds.days_no_answer and not any(sign in signs for sign in ITEMS):
            yield _reason("no_answer_long", Level.URGENT, Sign.NO_ANSWER)
    silent = tuple(sign for sign in _SILENT if sign in signs)
    if len(silent) > 1 and days >= thresholds.days_silent_pair:
        yield _reason("silent_pair", Level.URGENT, *silent)
    if Sign.NOT_SEEN in signs and days >= thresholds.days_urgent:
        yield _reason("not_seen_long", Level.URGENT, Sign.NOT_SEEN)


def _prompt(signs: frozenset[Sign], facts: Circumstances) -> Iterator[Reason]:
    items = tuple(sign for sign in ITEMS if sign in signs)
    if items and (not facts.single or len(items) > 1):
        yield _reason("items", Level.PROMPT, *items)
    for sign in (*_SILENT, Sign.NO_ANSWER, Sign.NOT_SEEN, Sign.SELF_NEGLECT, Sign.ABUSE):
        if sign in signs:
            yield _reason(sign.value, Level.PROMPT, sign)
    if Sign.SMELL in signs and facts.harmless:
        yield _reason("smell_harmless", Level.PROMPT, Sign.SMELL)


def _routine(signs: frozenset[Sign], facts: Circumstances) -> Iterator[Reason]:
    items = tuple(sign for sign in ITEMS if sign in signs)
    if items and facts.single:
        yield _reason("item_single", Level.ROUTINE, *items)
    for sign in (Sign.UPKEEP, Sign.CONFUSION, Sign.FRAUD, Sign.ABSENCE_KNOWN, Sign.ALL_CLEAR):
        if sign in signs:
            yield _reason(sign.value, Level.ROUTINE, sign)


def _without_signs(facts: Circumstances) -> Reason:
    """Nothing above was found: a plain question is routine; whatever is not understood never is."""
    if facts.own_trouble:
        return _reason("own_trouble", Level.PROMPT)
    if facts.uneasy:
        return _reason("uneasy", Level.PROMPT)
    if facts.office:
        return _reason("office", Level.ROUTINE)
    return _reason("not_understood", Level.PROMPT)


def _raised(signs: frozenset[Sign], facts: Circumstances, level: Level) -> Iterator[Reason]:
    yield from raised(signs, level, heat_alert=facts.heat_alert, open_case=facts.open_case)
    closed = signs <= {Sign.ALL_CLEAR} and bool(signs)
    if facts.repeat and not closed and level < Level.URGENT:
        yield _reason("repeat", level.raised(at_most=Level.URGENT))


def raised(signs: frozenset[Sign], level: Level, *, heat_alert: bool, open_case: bool) -> Iterator[Reason]:
    """What lifts a level by the day or by an open case on the same home, to at most urgent."""
    hot = tuple(sign for sign in Sign if sign in signs & _RAISED_BY_HEAT)
    if heat_alert and level is Level.PROMPT and hot and Sign.ABSENCE_KNOWN not in signs:
        yield _reason("heat_alert", Level.URGENT, *hot)
    if open_case and level < Level.URGENT:
        yield _reason("open_case", level.raised(at_most=Level.URGENT))
