"""The lanes: one queue and one worker process each, so that a search to thousands never delays a duty SMS."""

from dataclasses import dataclass

from relay.nudge import LANES as NAMES


@dataclass(frozen=True)
class Lane:
    """A queue, how many tasks its worker runs at the same time, and how far its process steps back (``nice``)."""

    name: str
    threads: int
    niceness: int = 0


#: Threads suffice: the work is waiting for the database and for providers.
LANES = {
    lane.name: lane
    for lane in (
        Lane("duty", threads=4),
        # On a small machine a search to thousands wants every processor there is. A duty alert needs one for a few
        # milliseconds and must get it then: the kernel gives it to who is less nice.
        Lane("bulk", threads=7, niceness=10),
        Lane("routine", threads=8),
    )
}
ALL = "all"


def chosen(name: str) -> tuple[Lane, ...]:
    """The lane of that name, or all of them for a small machine with one worker."""
    return tuple(LANES[lane] for lane in (NAMES if name == ALL else [name]))
