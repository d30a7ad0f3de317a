"""What each output of the model should have said about a labelled report."""

from relay.triage.draft import LEARNED_FACTS
from relay.triage.levels import ITEMS
from relay.triage.training.texts import Record
from relay.triage.weighing import FINE_POINTS, LEVELS
from relay.vocabulary import Level, Sign

#: A fine point holds when its sign alone brings the report to this level.
_MAKES = {
    "serious": Level.EMERGENCY,
    "danger": Level.EMERGENCY,
    "inside": Level.EMERGENCY,
    "violence": Level.EMERGENCY,
    "grave": Level.URGENT,
    "moving": Level.URGENT,
}
#: Signs that make an emergency by themselves, with or without a fine point.
_EMERGENCIES = frozenset(
    {Sign.COLLAPSED, Sign.CRY_FOR_HELP, Sign.SMELL, Sign.UNWELL, Sign.NO_ANSWER, Sign.ABUSE}
)


def wanted(record: Record, output: str) -> bool | None:
    """Whether the output holds for a report; None where its labels do not tell."""
    signs = {Sign(sign) for sign in record["signs"]}
    level = Level(record["level"])
    if record.get("pair"):
        return _of_pair(output, signs, level)
    if output in LEVELS:
        return level >= Level(output.removeprefix(">="))
    if output in LEARNED_FACTS:
        return _fact(output, signs, level, record)
    if output not in FINE_POINTS:
        return Sign(output) in signs
    sign, _ = FINE_POINTS[output]
    if sign not in signs:
        return None
    least = _MAKES[output]
    if level < least:
        return False
    if output == "grave" and level is Level.EMERGENCY:
        return None
    others = signs - {sign}
    explained = others & _EMERGENCIES if least is Level.EMERGENCY else others - {Sign.UPKEEP, Sign.CONFUSION}
    return None if explained else True


def _of_pair(output: str, signs: set[Sign], level: Level) -> bool | None:
    """Two troubles together may weigh more than each: the higher level of the two is only the least."""
    if output in LEVELS:
        return True if level >= Level(output.removeprefix(">=")) else None
    return None if output in FINE_POINTS or output in LEARNED_FACTS else Sign(output) in signs


def _fact(output: str, signs: set[Sign], level: Level, record: Record) -> bool | None:
    """A fact shows in the level where nothing else decides it."""
    if output == "office":
        return None if signs else level is Level.ROUTINE
    if output == "expected":
        return level is Level.URGENT if signs == {Sign.NO_ANSWER} and not record.get("heat_alert") else None
    items = signs & set(ITEMS)
    return level is Level.ROUTINE if items and signs == items and len(items) == 1 else None
