"""From the bytes of a CSV file to rows: encodings, headings and shapes as Excel in Japan leaves them.

Excel saves UTF-8 with a byte order mark (「CSV UTF-8」), CP932 (「CSV」), or UTF-16 with tabs
(「Unicode テキスト」).
"""

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from relay.imports.result import Column, Result

MAX_BYTES = 20_000_000
MAX_CELL = 200
#: An .xlsx file is a ZIP archive.
EXCEL_BOOK = b"PK\x03\x04"


@dataclass(frozen=True)
class Row:
    """One line of the file: its number as Excel counts (the heading is 1) and its cells, trimmed."""

    line: int
    cells: Mapping[Column, str]

    def __getitem__(self, column: Column) -> str:
        return self.cells.get(column, "")


def read(data: bytes, columns: Sequence[Column], result: Result) -> list[Row]:
    """The rows of ``data``, blank ones left out. Whatever can't be read becomes a fault of ``result``.

    Never raises for any content. A row with a fault of shape is left out, so that it is named only once.
    """
    if len(data) > MAX_BYTES:
        result.fault(None, "file_too_big", megabytes=MAX_BYTES // 1_000_000)
        return []
    if data.startswith(EXCEL_BOOK):
        result.fault(None, "excel_book")
        return []
    text = _decode(data)
    if text is None:
        result.fault(None, "encoding")
        return []
    lines = _records(text, result)
    first = next(lines, None)
    if first is None:
        if not result.faults:
            result.fault(None, "empty", columns=[c for c in columns if c.needed])
        return []
    line, heading = first
    places = _places(line, heading, columns, result)
    if result.faults:
        return []
    rows = []
    for line, record in lines:
        row = _row(line, record, places, len(heading), result)
        if row is not None:
            rows.append(row)
    if not rows and not result.faults:
        result.fault(None, "no_rows")
    return rows


def key(text: str) -> str:
    """The form under which names are compared: width, case and spaces do not matter."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _decode(data: bytes) -> str | None:
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    # Japanese text in CP932 is practically never valid UTF-8, so the order decides rightly.
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _records(text: str, result: Result) -> Iterator[tuple[int, list[str]]]:
    """Records with their numbers, blank ones left out; a fault where the text stops being CSV."""
    first_line = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = "\t" if "\t" in first_line and "," not in first_line else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = 0
    while True:
        number += 1
        try:
            record = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error:
            result.fault(number, "not_csv")
            return
        if any(record):
            yield number, record


def _places(line: int, heading: list[str], columns: Sequence[Column], result: Result) -> dict[int, Column]:
    by_heading = {key(name): column for column in columns for name in column.headings}
    places: dict[int, Column] = {}
    for place, title in enumerate(heading):
        column = by_heading.get(key(title))
        if column is None:
            if title:
                result.warn(line, "column_unknown", title=title)
        elif column in places.values():
            result.fault(line, "column_twice", column=column)
        else:
            places[place] = column
    for column in columns:
        if column.needed and column not in places.values():
            result.fault(line, "column_missing", column=column, headings=column.headings)
    return places


def _row(line: int, record: list[str], places: dict[int, Column], width: int, result: Result) -> Row | None:
    if any(record[width:]):
        result.fault(line, "cells_extra", width=width)
        return None
    cells = {column: record[place] if place < len(record) else "" for place, column in places.items()}
    before = len(result.faults)
    for column, text in cells.items():
        if len(text) > MAX_CELL:
            result.fault(line, "cell_long", column=column, limit=MAX_CELL)
        elif any(unicodedata.category(char) in ("Cc", "Zl", "Zp") for char in text):
            result.fault(line, "cell_control", column=column)
    return None if len(result.faults) > before else Row(line, cells)
