"""Centres and their districts, from the ``[[centre]]`` blocks of the city's ``city.toml``."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay import config_files
from relay.config_files import ConfigError
from relay.imports.result import Column, Result
from relay.places.models import Centre, District

FILE = "city.toml"
NAME = Column("センター", "centre")
PHONE = Column("電話", "phone")


@dataclass(frozen=True)
class CentreEntry:
    """One ``[[centre]]`` block. ``phone`` is as printed for the public."""

    code: str
    name: str
    phone: str
    districts: tuple[str, ...]


def read(folder: Path) -> tuple[CentreEntry, ...]:
    """The centres of ``folder/city.toml``, none when the file does not exist.

    Raises ``ConfigError`` with one line per fault: a missing entry, or a code or district that stands twice.
    """
    path = folder / FILE
    if not path.exists():
        return ()
    faults: list[str] = []
    blocks = config_files.read(path).get("centre", [])
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise ConfigError(f"{FILE}: write each centre under its own [[centre]]")
    entries = tuple(_entry(number, block, faults) for number, block in enumerate(blocks, 1))
    for what, values in (
        ("code", [entry.code for entry in entries]),
        ("district", [district for entry in entries for district in entry.districts]),
    ):
        faults.extend(
            f"{FILE}: the {what} {value!r} stands twice: give it to one centre"
            for value in dict.fromkeys(values)
            if value and values.count(value) > 1
        )
    if faults:
        raise ConfigError("\n".join(faults))
    return entries


def _entry(number: int, block: dict[str, Any], faults: list[str]) -> CentreEntry:
    texts = {}
    for field in ("code", "name", "phone"):
        value = block.get(field)
        if not isinstance(value, str) or not value.strip():
            faults.append(f"{FILE}: [[centre]] number {number} needs {field}, a text in quotes")
        texts[field] = value.strip() if isinstance(value, str) else ""
    districts = block.get("districts")
    if not isinstance(districts, list) or not all(isinstance(d, str) and d.strip() for d in districts):
        faults.append(f'{FILE}: [[centre]] number {number} needs districts, such as ["東", "西"]')
        districts = []
    return CentreEntry(texts["code"], texts["name"], texts["phone"], tuple(d.strip() for d in districts))


def bring_in(session: Session, entries: tuple[CentreEntry, ...], result: Result) -> None:
    """Make the centres and districts of ``entries``, and move districts that changed hands.

    Centres that are no longer named stay: cases and officers may belong to them.
    """
    centres = {centre.code: centre for centre in session.scalars(select(Centre))}
    districts = {district.name: district for district in session.scalars(select(District))}
    for entry in entries:
        centre = centres.get(entry.code)
        if centre is None:
            centre = Centre(code=entry.code, name=entry.name, phone=entry.phone)
            session.add(centre)
            result.added.append(entry.name)
        else:
            result.settle(entry.name, [(NAME, centre.name, entry.name), (PHONE, centre.phone, entry.phone)])
            centre.name, centre.phone = entry.name, entry.phone
        for name in entry.districts:
            district = districts.get(name)
            if district is None:
                session.add(District(name=name, centre=centre))
                result.added.append(f"{entry.name} {name}")
            else:
                result.settle(name, [(NAME, district.centre.name, entry.name)])
                district.centre = centre
    session.flush()
