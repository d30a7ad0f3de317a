"""The words that every room shares: levels of urgency, signs, outcomes.

The codes are those of the triage rubric; they go into the database and the partner API, so a code never changes
its meaning. How they read on screen is in ``config/messages.*.toml``.
"""

from enum import StrEnum


class Level(StrEnum):
    """How urgent a report or case is. Comparable: ``Level.ROUTINE < Level.EMERGENCY``."""

    ROUTINE = "routine"
    PROMPT = "prompt"
    URGENT = "urgent"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        return _RANKS[self]

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Level):
            return NotImplemented
        return self.rank < other.rank

    def __gt__(self, other: object) -> bool:
        return isinstance(other, Level) and self.rank > other.rank

    def __le__(self, other: object) -> bool:
        return self == other or self < other

    def __ge__(self, other: object) -> bool:
        return self == other or self > other

    def raised(self, *, at_most: "Level") -> "Level":
        """One level up, but never past ``at_most`` (and never down)."""
        if self >= at_most:
            return self
        return list(Level)[self.rank + 1]


_RANKS = {level: rank for rank, level in enumerate(Level)}


class Sign(StrEnum):
    """What an observer can notice. Order: the order in which the form and the duty SMS name them."""

    COLLAPSED = "collapsed"
    CRY_FOR_HELP = "cry_for_help"
    UNWELL = "unwell"
    SMELL = "smell"
    NO_ANSWER = "no_answer"
    MISSING = "missing"
    LOST = "lost"
    ABUSE = "abuse"
    FRAUD = "fraud"
    NEWSPAPERS = "newspapers"
    MAIL = "mail"
    DELIVERIES = "deliveries"
    LAUNDRY = "laundry"
    SHUTTERS = "shutters"
    LIGHTS = "lights"
    SOUND = "sound"
    USAGE = "usage"
    NOT_SEEN = "not_seen"
    SELF_NEGLECT = "self_neglect"
    CONFUSION = "confusion"
    UPKEEP = "upkeep"
    ALL_CLEAR = "all_clear"
    ABSENCE_KNOWN = "absence_known"


class Outcome(StrEnum):
    """How a case ended, as the officer records it; partners hear only the coarse word that belongs to it."""

    SAFE = "safe"  # found well
    AWAY = "away"  # away from home: travelling, with family
    HOSPITAL = "hospital"  # in hospital or a facility; the typical harmless end
    SUPPORTED = "supported"  # ill or in need, linked to support
    AMBULANCE = "ambulance"  # taken by ambulance
    DIED = "died"
    UNFOUNDED = "unfounded"  # a mistake, a test, nothing there
