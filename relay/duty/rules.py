"""Decisions of the ladder: when a climb starts, which rung comes, when the next one. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from relay.city import City, Hours, Step
from relay.duty import hours
from relay.vocabulary import Level

#: Codes that would read as an emergency number.
NOT_CODES = frozenset({"110", "118", "119"})


@dataclass(frozen=True)
class Ladder:
    """The ladder as it was copied onto a case: minutes are real minutes, scaled when they are used."""

    steps: tuple[Step, ...]
    repeat_minutes: float
    remind_minutes: float
    grace_minutes: float

    @classmethod
    def of(cls, city: City, level: Level) -> "Ladder":
        """The city's present ladder for ``level``; for ``routine`` the one it would have if raised."""
        key = max(level, Level.PROMPT)
        return cls(city.ladder[key], city.repeat_minutes[key], city.remind_minutes[key], city.grace_minutes)

    def to_json(self) -> list[Any]:
        head = {"repeat": self.repeat_minutes, "remind": self.remind_minutes, "grace": self.grace_minutes}
        return [head, *({"after": s.after, "who": s.who, "by": s.by} for s in self.steps)]

    @classmethod
    def from_json(cls, rows: Sequence[Mapping[str, Any]]) -> "Ladder":
        head, *steps = rows
        return cls(
            tuple(Step(row["after"], row["who"], row["by"]) for row in steps),
            head["repeat"],
            head["remind"],
            head["grace"],
        )

    def rung(self, index: int) -> Step:
        """The step at ``index``; past the end the last one, which repeats."""
        return self.steps[min(index, len(self.steps) - 1)]


def rings_at(level: Level, now: datetime, opening: Hours) -> datetime:
    """When an officer's phone may ring for a case of ``level``: now, or when the centre opens.

    ``emergency`` and ``urgent`` never wait; nothing of ``prompt`` and ``routine`` wakes anybody.
    """
    return now if level > Level.PROMPT else hours.next_opening(opening, now)


def starts_at(level: Level, now: datetime, opening: Hours) -> datetime | None:
    """When the first person is told. None: nobody is, the centre reads it in its list."""
    return None if level == Level.ROUTINE else rings_at(level, now, opening)


def rung_after(rungs: Sequence[frozenset[int]], leaving: int | None) -> int:
    """The rung to go on with when ``leaving`` hands over: the next one with somebody else on it, and after the last
    one the first. ``rungs`` holds the officers of each; the last one is never empty."""
    own = [index for index, officers in enumerate(rungs) if leaving in officers]
    begin = own[-1] + 1 if own else 0
    for index in chain(range(begin, len(rungs)), range(begin)):
        if rungs[index] - {leaving}:
            return index
    return len(rungs) - 1


def next_step_at(
    ladder: Ladder, *, step: int, round_started_at: datetime, now: datetime, scale: float
) -> datetime:
    """When the rung ``step`` is due, the ones before it having been told. Past the end: the repeat interval."""
    if step >= len(ladder.steps):
        return now + timedelta(minutes=ladder.repeat_minutes) / scale
    return max(now, round_started_at + timedelta(minutes=ladder.steps[step].after) / scale)


def free_code(in_use: frozenset[str], last: str | None) -> str:
    """A reply code that no open or lately closed case has: the next one after ``last``, two digits while they last."""
    codes = [str(n) for n in range(10, 100)] + [str(n) for n in range(200, 1000)]
    start = codes.index(last) + 1 if last in codes else 0
    two, three = codes[:90], codes[90:]
    turn = start if start < len(two) else 0
    for code in [*two[turn:], *two[:turn], *three]:
        if code not in in_use and code not in NOT_CODES:
            return code
    raise RuntimeError("more than 890 cases are open: there is no reply code left")
