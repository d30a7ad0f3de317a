"""The town table: which towns there are, how they are read, and in which district they lie."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from relay.imports import cells, centres
from relay.imports.result import Column, Result
from relay.imports.rows import Once, need
from relay.imports.sheet import Row
from relay.places.models import District, Town

TOWN = Column("町名", "town", ("町", "町・大字", "大字", "町域名"))
KANA = Column("カナ", "kana", ("読み", "フリガナ", "ふりがな", "町名カナ", "町域名カナ"))
POSTCODE = Column("郵便番号", "postcode", ("〒", "postal code", "zip"))
DISTRICT = Column("地区", "district", ("地区名", "校区", "小学校区", "連区", "圏域"), needed=False)
COLUMNS = (TOWN, KANA, POSTCODE, DISTRICT)
#: So many towns are named in a warning.
NAMED = 10


@dataclass(frozen=True)
class _Entry:
    town: str
    kana: str
    postcode: str
    district: str | None
    """None where the file has no such column: what is stored stays."""
    line: int


def bring_in(
    session: Session, rows: list[Row], result: Result, *, remove_missing: bool, folder: Path | None = None
) -> None:
    """Make the town table be ``rows``. The centres of ``folder/city.toml`` come first: districts need one.

    Raises ``ConfigError`` when city.toml can't be used.
    """
    if folder is not None:
        centres.bring_in(session, centres.read(folder), result)
    districts = {district.name: district for district in session.scalars(select(District))}
    entries = _entries(rows, districts, result)
    if result.faults:
        return
    stored = {(town.name, town.postcode): town for town in session.scalars(select(Town).order_by(Town.id))}
    for same, entry in entries.items():
        town = stored.get(same)
        if town is None:
            town = stored[same] = Town(name=entry.town, kana=entry.kana, postcode=entry.postcode)
            session.add(town)
            result.added.append(_label(*same, entry.district))
        else:
            before = town.district.name if town.district else ""
            after = before if entry.district is None else entry.district
            result.settle(_label(*same), [(KANA, town.kana, entry.kana), (DISTRICT, before, after)])
            town.kana = entry.kana
        if entry.district is not None:
            town.district = districts.get(entry.district)
    for same in stored.keys() - entries.keys():
        if remove_missing:
            session.delete(stored.pop(same))
            result.removed.append(_label(*same))
        else:
            result.missing.append(_label(*same))
    result.removed.sort()
    result.missing.sort()
    lost = sorted({town.name for town in stored.values() if town.district is None})
    if lost:
        result.warn(
            None, "district_missing", count=len(lost), towns=lost[:NAMED] + ["…"] * (len(lost) > NAMED)
        )


def _entries(
    rows: list[Row], districts: dict[str, District], result: Result
) -> dict[tuple[str, str], _Entry]:
    once = Once(TOWN, result)
    first: dict[str, _Entry] = {}
    entries: dict[tuple[str, str], _Entry] = {}
    for row in rows:
        town = need(row, TOWN, result, str)
        kana = need(row, KANA, result, cells.kana)
        postcode = need(row, POSTCODE, result, cells.postcode)
        district = row.cells.get(DISTRICT)
        if district and district not in districts:
            result.fault(row.line, "district_unknown", district=district)
        if not (town and kana and postcode):
            continue
        if not once.see((town, postcode), row.line, shown=_label(town, postcode)):
            continue
        entry = entries[town, postcode] = _Entry(town, kana, postcode, district, row.line)
        earlier = first.setdefault(town, entry)
        if earlier.district != district:
            result.fault(
                row.line, "town_two_districts", town=town, line=earlier.line, other=earlier.district or "―"
            )
    return entries


def _label(town: str, postcode: str, district: str | None = None) -> str:
    return f"{town} {postcode[:3]}-{postcode[3:]} {district or ''}".strip()
