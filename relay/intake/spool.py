"""The spool: when the database is away, what comes in is written to local disk and worked in later.

One file each, written aside, flushed to the disk and renamed: a file that is there is whole. The name is the hash of
the receipt token, so that the receipt page finds it, and a repeated delivery lands on the same file.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from relay import settings, tokens

#: The database is away, restarting or out of connections: try again later.
AWAY = (OperationalError, InterfaceError, PoolTimeout)

log = structlog.get_logger(__name__)


def folder() -> Path:
    """Where the files wait."""
    path = settings.current().data / "spool"
    path.mkdir(parents=True, exist_ok=True)
    return path


def put(token: str, entry: dict[str, Any]) -> dict[str, Any]:
    """Keep ``entry`` safe on disk. Returns what is kept: the first one when it was there already."""
    path = folder() / f"{tokens.digest(token)}.json"
    kept = get(token)
    if kept is not None:
        return kept
    aside = path.with_suffix(f".{os.getpid()}.tmp")
    with aside.open("w", encoding="utf-8", errors="replace") as file:
        json.dump(entry, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(path)
    _sync_folder(path.parent)
    return entry


def get(token: str) -> dict[str, Any] | None:
    """What is spooled under this token, or None."""
    try:
        entry: dict[str, Any] = json.loads((folder() / f"{tokens.digest(token)}.json").read_text("utf-8"))
    except FileNotFoundError:
        return None
    return entry


def drain(work: Callable[[dict[str, Any]], None]) -> int:
    """Give every entry to ``work``, oldest first, and remove it once that has returned. Stops while the database is
    away; an entry that can't be worked is set aside as ``.bad`` for a person, never deleted."""
    done = 0
    for path in sorted(folder().glob("*.json"), key=lambda p: p.stat().st_mtime):
        try:
            entry = json.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            continue  # another process took it
        except ValueError:
            log.exception("spool_entry_broken", file=path.name)
            path.rename(path.with_suffix(".bad"))
            continue
        try:
            work(entry)
        except AWAY:
            log.warning("spool_waits", waiting=waiting())
            break
        except Exception:
            log.exception("spool_entry_refused", file=path.name)
            path.rename(path.with_suffix(".bad"))
            continue
        path.unlink(missing_ok=True)
        done += 1
    return done


def waiting() -> int:
    """How many entries wait: for the self-audit."""
    return sum(1 for _ in folder().glob("*.json"))


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
