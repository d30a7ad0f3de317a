"""How well reports are read: the figures that the product is held to, from labels and answers."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from relay.triage.results import Reading
from relay.vocabulary import Level


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was read of one report, in the words of its labels."""

    level: Level
    signs: frozenset[str]
    days: int | None
    town: str | None
    number: str | None
    sealed: bool


Pairs = Sequence[tuple[Mapping[str, Any], Answer]]


def answer(reading: Reading) -> Answer:
    """A reading in the words of the labels."""
    return Answer(
        level=reading.level,
        signs=frozenset(sign.value for sign in reading.signs),
        days=reading.days,
        town=reading.place.town,
        number=reading.place.number,
        sealed=reading.sealed,
    )


def figures(pairs: Pairs) -> dict[str, float]:
    """The figures, each from 0 to 1 except ``emergencies_lost`` (emergencies read below urgent, a count)."""
    levels = [(Level(record["level"]), read.level) for record, read in pairs]
    emergencies = [read for label, read in levels if label is Level.EMERGENCY]
    placed = [(record, read) for record, read in pairs if record["town"]]
    nowhere = [read for record, read in pairs if not record["town"]]
    both = sum(len(read.signs & set(record["signs"])) for record, read in pairs)
    either = sum(len(read.signs) + len(record["signs"]) for record, read in pairs)
    return {
        "emergency_recall": _share(read is Level.EMERGENCY for read in emergencies),
        "emergencies_lost": float(sum(read < Level.URGENT for read in emergencies)),
        "under_triage": _share(read < label for label, read in levels),
        "exact_level": _share(read is label for label, read in levels),
        "over_by_two": _share(read.rank - label.rank > 1 for label, read in levels),
        "signs_f1": 2 * both / either if either else 1.0,
        "days_exact": _share(read.days == record["days"] for record, read in pairs),
        "sealed_exact": _share(read.sealed == record["sealed"] for record, read in pairs),
        "place_exact": _share(
            (read.town, read.number) == (record["town"], record["number"]) for record, read in placed
        ),
        "wrong_town": _share(read.town is not None for read in nowhere),
    }


def _share(hits: Iterable[bool]) -> float:
    counted = list(hits)
    return sum(counted) / len(counted) if counted else 1.0


def one_line(found: Mapping[str, float]) -> str:
    """The figures in one line, in percent."""
    return "  ".join(
        f"{name} {value:.0f}" if name == "emergencies_lost" else f"{name} {value * 100:.1f}"
        for name, value in found.items()
    )


def confusion(pairs: Pairs) -> str:
    """How often each labelled level was read as which."""
    counts = Counter((Level(record["level"]), read.level) for record, read in pairs)
    head = "label \\ read".ljust(14) + "".join(level.value.rjust(11) for level in Level)
    rows = [
        label.value.ljust(14) + "".join(str(counts[label, read]).rjust(11) for read in Level)
        for label in Level
    ]
    return "\n".join([head, *rows])


def misses(pairs: Pairs) -> list[str]:
    """One line for each report that was not read exactly as labelled: what differs, and the text."""
    lines = []
    for record, read in pairs:
        wrong = [
            f"{name} {label!r} read as {found!r}"
            for name, label, found in (
                ("level", record["level"], read.level.value),
                ("signs", sorted(record["signs"]), sorted(read.signs)),
                ("days", record["days"], read.days),
                ("town", record["town"], read.town),
                ("number", record["number"], read.number),
                ("sealed", record["sealed"], read.sealed),
            )
            if label != found
        ]
        if wrong:
            lines.append(f"{record['id']}: {'; '.join(wrong)}\n    {record['text']}")
    return lines
