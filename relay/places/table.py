"""The city's towns: what they are called, how they are read, and which of them a few written words can mean."""

import csv
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from relay.config_files import ConfigError
from relay.places.writing import hiragana, place_form, plain

_COLUMNS = ("town", "kana", "postcode")
_POSTCODE_DIGITS = 7


class TownTableError(ConfigError):
    """The town table cannot be used. The message names the file, the line and what to do."""


@dataclass(frozen=True)
class TownRow:
    """One row of the town table: a town has one row for each of its postcodes."""

    town: str
    kana: str
    postcode: str
    district: str | None = None


class TownTable:
    """The towns of one city. Pure: built once from rows, never changed, safe to share between threads."""

    def __init__(self, rows: tuple[TownRow, ...], city_names: tuple[str, ...]) -> None:
        self.rows = rows
        self.city_names = city_names
        #: Town names in the order of the table, each once.
        self.names: tuple[str, ...] = tuple(dict.fromkeys(row.town for row in rows))
        self._written = {place_form(plain(name)): name for name in self.names}
        self._kana: dict[str, tuple[str, ...]] = {}
        self._postcodes: dict[str, tuple[str, ...]] = {}
        for row in rows:
            self._add(self._kana, hiragana(plain(row.kana)), row.town)
            self._add(self._postcodes, row.postcode, row.town)
        self._districts = {row.town: row.district for row in rows if row.district}

    @classmethod
    def from_rows(cls, rows: Iterable[TownRow], *, city_names: Sequence[str] = ()) -> "TownTable":
        """A table from ``rows``. ``city_names`` (the prefecture, the city with and without 市) are never towns."""
        return cls(tuple(rows), tuple(dict.fromkeys(plain(name) for name in city_names if name)))

    @classmethod
    def from_folder(cls, folder: Path) -> "TownTable":
        """Read ``towns.csv`` (town, kana, postcode, optional district) and the city's name from ``city.toml``.

        Raises ``TownTableError`` for the first line that cannot be used.
        """
        return cls.from_rows(_read_rows(folder / "towns.csv"), city_names=_read_city(folder / "city.toml"))

    @staticmethod
    def _add(index: dict[str, tuple[str, ...]], key: str, town: str) -> None:
        if town not in index.get(key, ()):
            index[key] = (*index.get(key, ()), town)

    def __contains__(self, name: str) -> bool:
        return place_form(plain(name)) in self._written

    def __len__(self) -> int:
        return len(self.names)

    @property
    def written(self) -> dict[str, str]:
        """Folded spelling (``relay.places.writing.place_form``) → the table's spelling."""
        return self._written

    @property
    def readings(self) -> dict[str, tuple[str, ...]]:
        """Reading in hiragana → the towns that are read so."""
        return self._kana

    def exact(self, name: str) -> str | None:
        """The table's spelling of ``name``, where it is a town as it stands."""
        return self._written.get(place_form(plain(name)))

    def district(self, town: str) -> str | None:
        """The district of ``town``, where the table says one."""
        return self._districts.get(town)

    def with_postcode(self, postcode: str) -> tuple[str, ...]:
        """The towns of a postcode (seven digits, no hyphen)."""
        return self._postcodes.get(postcode, ())

    def holding(self, fragment: str) -> tuple[str, ...]:
        """All towns whose name holds ``fragment`` as a part: what 「印田」 or 「大和町」 can mean."""
        folded = place_form(plain(fragment))
        return tuple(name for written, name in self._written.items() if folded and folded in written)


def _read_rows(path: Path) -> list[TownRow]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise TownTableError(
            f"{path}: cannot be read ({error.strerror}); make it with relay towns"
        ) from error
    except UnicodeDecodeError as error:
        raise TownTableError(f"{path}: is not UTF-8; save it again as UTF-8") from error
    reader = csv.DictReader(text.splitlines())
    missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise TownTableError(
            f"{path} line 1: column {missing[0]} is missing; the first line must name town,kana,postcode"
        )
    rows = [_row(path, reader.line_num, record) for record in reader]
    if not rows:
        raise TownTableError(f"{path}: holds no town; add one line for each town")
    return rows


def _row(path: Path, line: int, record: dict[str | None, str | None]) -> TownRow:
    cells = {name: (record.get(name) or "").strip() for name in (*_COLUMNS, "district")}
    for name in ("town", "kana"):
        if not cells[name]:
            raise TownTableError(f"{path} line {line}: {name} is empty; fill it in or delete the line")
    postcode = cells["postcode"].replace("-", "")
    if len(postcode) != _POSTCODE_DIGITS or not (postcode.isascii() and postcode.isdigit()):
        raise TownTableError(f"{path} line {line}: postcode {cells['postcode']!r} must be seven digits")
    return TownRow(cells["town"], cells["kana"], postcode, cells["district"] or None)


def _read_city(path: Path) -> tuple[str, ...]:
    if not path.exists():
        return ()
    try:
        city = tomllib.loads(path.read_text(encoding="utf-8")).get("city", {})
    except tomllib.TOMLDecodeError as error:
        raise TownTableError(f"{path}: {error}; correct the file") from error
    names = [city.get(key) for key in ("prefecture", "name")]
    for key, name in zip(("prefecture", "name"), names, strict=True):
        if name is not None and not isinstance(name, str):
            raise TownTableError(f"{path}: [city] {key} must be a text in quotes")
    found = [name for name in names if name]
    short = [name[:-1] for name in found[-1:] if name[-1:] in "市区町村" and len(name) > 1]
    return (*found, *short)
