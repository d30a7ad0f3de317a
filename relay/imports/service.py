"""Taking in one file: everything or nothing, in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from relay.db import transaction
from relay.imports import heat, officers, partners, rota, sheet, staff, towns
from relay.imports.result import Column, Result
from relay.places import service as places


@dataclass(frozen=True)
class Kind:
    """One kind of list. ``bring_in(session, rows, result, remove_missing=…)`` writes it."""

    columns: Sequence[Column]
    bring_in: Callable[..., None]


KINDS: Mapping[str, Kind] = {
    "towns": Kind(towns.COLUMNS, towns.bring_in),
    "partners": Kind(partners.COLUMNS, partners.bring_in),
    "staff": Kind(staff.COLUMNS, staff.bring_in),
    "officers": Kind(officers.COLUMNS, officers.bring_in),
    "rota": Kind(rota.COLUMNS, rota.bring_in),
    "heat": Kind(heat.COLUMNS, heat.bring_in),
}


class Collision(Exception):
    """Somebody else changed the same entries at the same moment. Nothing was written; try again."""


def run(
    kind: str, data: bytes, *, folder: Path, dry_run: bool = False, remove_missing: bool = False
) -> Result:
    """Take in the file ``data``. With a fault, or in a dry run, the database stays as it was.

    ``folder`` is the config folder, whose city.toml names the centres. Raises ``ConfigError`` when city.toml
    can't be used, and ``Collision``.
    """
    result = Result()
    try:
        with transaction() as session:
            bring_in(session, kind, data, result, folder=folder, remove_missing=remove_missing)
            session.flush()
            if result.faults or dry_run:
                session.rollback()
                return result
    except IntegrityError as error:
        raise Collision from error
    places.forget()
    return result


def bring_in(
    session: Session, kind: str, data: bytes, result: Result, *, folder: Path, remove_missing: bool = False
) -> None:
    """The same in the caller's transaction, which must be undone if ``result`` has faults."""
    rows = sheet.read(data, KINDS[kind].columns, result)
    if not rows and result.faults:
        return
    write = partial(towns.bring_in, folder=folder) if kind == "towns" else KINDS[kind].bring_in
    write(session, rows, result, remove_missing=remove_missing)
    result.faults.sort(key=lambda note: note.line or 0)
    result.warnings.sort(key=lambda note: note.line or 0)
