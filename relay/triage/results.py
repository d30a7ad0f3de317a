"""What the reading of a report gives, and what may be given to it besides the text."""

from dataclasses import dataclass

from relay.vocabulary import Level, Sign


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the home is, as far as the text says. ``town`` is None rather than guessed."""

    town: str | None
    number: str | None
    building: str | None
    room: str | None
    #: The towns it could be, for asking back; empty where the town is known or nothing fits.
    candidates: tuple[str, ...]


NOWHERE = Place(town=None, number=None, building=None, room=None, candidates=())


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Which rule led to which level, by which signs and words. Its sentence is in ``triage.toml`` [reasons]."""

    code: str
    level: Level
    signs: tuple[Sign, ...]
    #: The words of the report that the rule rests on, as far as there are any.
    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How one report was read."""

    level: Level
    #: In the order of the vocabulary.
    signs: tuple[Sign, ...]
    #: The longest stated time in days that a present sign has lasted.
    days: int | None
    place: Place
    #: Never shown to the partner company beyond the receipt (a report of abuse).
    sealed: bool
    called_119: bool
    #: The writer says that this home was reported before.
    repeat: bool
    #: Strongest first.
    reasons: tuple[Reason, ...]
    #: Version and hash of the ``triage.toml`` that was read with.
    lexicon: str
    #: ``ja``, ``en`` or ``other``.
    language: str


@dataclass(frozen=True, kw_only=True)
class Given:
    """The fields that a reporter filled in beside the text. They win over what the text says."""

    signs: frozenset[Sign] = frozenset()
    town: str | None = None
    number: str | None = None
    building: str | None = None
    room: str | None = None
    days: int | None = None
    chime_tried: bool | None = None
    called_119: bool = False
