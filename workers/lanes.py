"""The lanes: one queue and one worker process each, so that a search to thousands never delays a duty SMS."""

from dataclasses import dataclass

from relay.nudge import LANES as NAMES


@dataclass(frozen=True)
class Lane:
    """A queue and how many tasks its worker runs at the same time."""

    name: str
    threads: int


#: Threads suffice: the work is waiting for the database and for providers.
LANES = {
    lane.name: lane for lane in (Lane("duty", threads=4), Lane("bulk", threads=2), Lane("routine", threads=2))
}
ALL = "all"


def chosen(name: str) -> tuple[Lane, ...]:
    """The lane of that name, or all of them for a small machine with one worker."""
    return tuple(LANES[lane] for lane in (NAMES if name == ALL else [name]))
