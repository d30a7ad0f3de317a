"""The Environment Ministry's file of heat alerts (熱中症特別警戒情報・熱中症警戒情報), read tolerantly. Pure.

The file is published at 5, 10, 14 and 17 o'clock, CSV in UTF-8. It begins with lines of a key and a value (Title,
Status, ReportDate, ReportTime, TargetDate1, TargetDate2, FlagExplanation …); then a line of headings that begins with
府県予報区; then one line for each forecast area: its name and code, the prefecture's name and code, one flag for each
target date, and the highest WBGT of each place. A flag is 0 nothing issued, 1 alert issued, 2 special alert judged
but not issued, 3 special alert issued, 9 not the hour of issue. Its shape is nobody's promise, so columns are found by
their headings, and what can't be understood is an error and never «no alert».
"""

import csv
import io
import re
from collections.abc import Mapping
from datetime import date, datetime

from relay.places.models import HeatKind

AREA, PREFECTURE = "府県予報区", "都道府県名"
#: What the flags say of a day. 0, 2 and 9 issue nothing.
_FLAGS: Mapping[str, HeatKind | None] = {
    "0": None,
    "1": HeatKind.ALERT,
    "2": None,
    "3": HeatKind.SPECIAL,
    "9": None,
    "": None,
}
_TARGET = re.compile(r"TargetDate(\d+)")
_DAYS = ("%Y/%m/%d", "%Y-%m-%d", "%Y%m%d")
_REHEARSAL = ("試験", "訓練")


class FeedError(Exception):
    """The file can't be used. ``code``: encoding, no_table, no_dates, bad_flag, area_unknown."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse(data: bytes, area: str) -> dict[date, HeatKind]:
    """The days with an alert for ``area``: a prefecture (愛知県 or 愛知) or one of its forecast areas.

    Where a prefecture has several areas, an alert for one of them counts for all. Raises ``FeedError``.
    """
    try:
        records = list(csv.reader(io.StringIO(_decode(data), newline="")))
    except csv.Error as error:
        raise FeedError("no_table") from error
    head = next((at for at, record in enumerate(records) if AREA in map(str.strip, record)), None)
    if head is None:
        raise FeedError("no_table")
    about = {record[0].strip(): record[1].strip() for record in records[:head] if len(record) > 1}
    if any(word in about.get("Status", "") for word in _REHEARSAL):
        return {}
    columns = [heading.strip() for heading in records[head]]
    targets = _targets(columns, about)
    rows = [record for record in records[head + 1 :] if _is_of(record, columns, area)]
    if not rows:
        raise FeedError("area_unknown")
    found: dict[date, HeatKind] = {}
    for record in rows:
        for column, day in targets.items():
            kind = _flag(record, column)
            if kind and found.get(day) is not HeatKind.SPECIAL:
                found[day] = kind
    return found


def _decode(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FeedError("encoding")


def _targets(columns: list[str], about: Mapping[str, str]) -> dict[int, date]:
    """For each column of flags the day that it is about."""
    found = {}
    for at, heading in enumerate(columns):
        match = _TARGET.match(heading)
        day = _day(about.get(match.group(), "")) if match else None
        if day:
            found[at] = day
    if not found:
        raise FeedError("no_dates")
    return found


def _day(text: str) -> date | None:
    for shape in _DAYS:
        try:
            return datetime.strptime(text, shape).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    return None


def _is_of(record: list[str], columns: list[str], area: str) -> bool:
    names = {
        _bare(record[columns.index(heading)])
        for heading in (AREA, PREFECTURE)
        if heading in columns and columns.index(heading) < len(record)
    }
    return _bare(area) in names


def _bare(name: str) -> str:
    """A prefecture's name without 都, 府 or 県: the file writes it both ways."""
    name = name.strip()
    return name[:-1] if len(name) > 2 and name[-1] in "都府県" else name  # noqa: PLR2004 - 「京都」 stays


def _flag(record: list[str], column: int) -> HeatKind | None:
    flag = record[column].strip() if column < len(record) else ""
    if flag not in _FLAGS:
        raise FeedError("bad_flag")
    return _FLAGS[flag]
