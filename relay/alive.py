"""Signs of life: a file per worker lane and one of beat, touched at each tick.

Its age proves the whole way of a tick, from beat through Redis to a free thread of the worker, also after
Redis was emptied, when Celery's own ``ping`` finds nobody any more. ``python -m relay.alive duty`` is the
health check of a container.
"""

import sys
import time
from pathlib import Path

import structlog

from relay import settings
from relay.nudge import LANES

BEAT = "beat"
#: A worker busy with one long run has other threads for the ticks; so old means that nothing moves.
STALE_SECONDS = 30.0

log = structlog.get_logger(__name__)


def touch(data: Path, name: str) -> None:
    """Say that ``name`` (a lane, or ``beat``) is alive. A full disk must not stop the work itself."""
    file = path(data, name)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    except OSError as error:
        log.warning("sign_of_life_failed", file=str(file), why=error.strerror)


def age(data: Path, name: str) -> float:
    """Seconds since the last sign of life of ``name``; infinite when there never was one."""
    try:
        return time.time() - path(data, name).stat().st_mtime
    except OSError:
        return float("inf")


def path(data: Path, name: str) -> Path:
    """Where ``name`` leaves its signs of life, in the data folder of the relay."""
    return data / "run" / f"{name}.alive"


def main(arguments: list[str]) -> int:
    """0 when all of the named (by default: all) are alive, 1 and one line for each that is not."""
    data = settings.current().data
    silent = [name for name in arguments or (*LANES, BEAT) if age(data, name) > STALE_SECONDS]
    for name in silent:
        print(f"{name}: no sign of life for {STALE_SECONDS:g} s")
    return 1 if silent else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
