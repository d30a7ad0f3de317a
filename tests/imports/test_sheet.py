"""Bytes to rows: whatever Excel in Japan writes is read, and nothing whatsoever makes the reader raise."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from relay.imports import sheet, words
from relay.imports.result import Column, Result
from relay.imports.service import KINDS

NAME = Column("氏名", "name", ("名前",))
PHONE = Column("電話", "phone")
NOTE = Column("備考", "note", needed=False)
COLUMNS = (NAME, PHONE, NOTE)


def read(data: bytes) -> tuple[list[sheet.Row], Result]:
    result = Result()
    return sheet.read(data, COLUMNS, result), result


def codes(result: Result) -> list[tuple[int | None, str]]:
    return [(note.line, note.code) for note in result.faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "shift_jis", "utf-16"])
def test_every_encoding_that_excel_saves_is_read(encoding: str) -> None:
    rows, result = read("氏名,電話\r\n髙橋,090\r\n".replace("髙", "高").encode(encoding))

    assert result.faults == []
    assert [(row.line, row[NAME], row[PHONE]) for row in rows] == [(2, "高橋", "090")]


def test_unicode_text_with_tabs_is_read() -> None:
    rows, result = read("氏名\t電話\r\n当番A\t090\r\n".encode("utf-16"))

    assert (result.faults, rows[0][PHONE]) == ([], "090")


def test_headings_match_in_any_width_case_and_spacing() -> None:
    rows, result = read("ＮＡＭＥ, 電　話 \r\nA,1\r\n".encode())

    assert (result.faults, rows[0][NAME], rows[0][PHONE]) == ([], "A", "1")


def test_lines_are_numbered_as_excel_shows_them_with_blank_rows_counted() -> None:
    rows, _ = read("氏名,電話\n\n,,\nA,1\n".encode())

    assert [row.line for row in rows] == [4]


def test_a_missing_column_names_the_headings_that_would_do() -> None:
    _, result = read("氏名\nA\n".encode())

    assert codes(result) == [(1, "column_missing")]
    assert "電話、phone" in words.sentence(result.faults[0], "ja")


def test_a_column_that_may_be_missing_is_empty() -> None:
    rows, result = read("氏名,電話\nA,1\n".encode())

    assert (result.faults, rows[0][NOTE]) == ([], "")


def test_an_unknown_column_is_left_out_with_a_warning() -> None:
    rows, result = read("氏名,電話,年齢\nA,1,70\n".encode())

    assert [note.code for note in result.warnings] == ["column_unknown"]
    assert len(rows) == 1


def test_two_columns_of_one_meaning_are_refused() -> None:
    _, result = read("氏名,名前,電話\nA,B,1\n".encode())

    assert codes(result) == [(1, "column_twice")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\r\n\r\n", "empty"),
        ("氏名,電話\n".encode(), "no_rows"),
        (b"PK\x03\x04\x14\x00", "excel_book"),
        (b"\x81", "encoding"),
        (b"\xff\xfe\x00", "encoding"),
        (b"a" * (sheet.MAX_BYTES + 1), "file_too_big"),
    ],
)
def test_a_file_without_rows_says_why(data: bytes, code: str) -> None:
    rows, result = read(data)

    assert rows == []
    assert [note.code for note in result.faults] == [code]


def test_faults_of_shape_are_all_listed_with_their_lines() -> None:
    long = "長" * (sheet.MAX_CELL + 1)

    rows, result = read(f'氏名,電話\nA,1,2\n"A\nB",1\n{long},1\nC,3\n'.encode())

    assert codes(result) == [(2, "cells_extra"), (3, "cell_control"), (4, "cell_long")]
    assert [row[NAME] for row in rows] == ["C"]


@given(st.binary(max_size=400))
@example(b"\xef\xbb\xbf")
@example(b'"')
@example("氏名,電話\n\x00,\x00\n".encode())
@example("氏名,電話\n".encode() + b'"' + b"a" * 200_000)
def test_no_bytes_make_the_reader_raise_and_none_pass_in_silence(data: bytes) -> None:
    rows, result = read(data)

    assert rows or result.faults


@pytest.mark.parametrize("kind", KINDS)
@given(body=st.binary(max_size=200))
def test_no_bytes_below_right_headings_make_the_reader_raise(kind: str, body: bytes) -> None:
    columns = KINDS[kind].columns
    heading = ",".join(column.en for column in columns).encode() + b"\n"
    result = Result()

    rows = sheet.read(heading + body, columns, result)

    assert rows or result.faults
    assert all("\x00" not in row[column] for row in rows for column in columns)


cell = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20)


@given(st.lists(st.tuples(cell, cell), min_size=1, max_size=10))
def test_what_a_csv_writer_wrote_is_read_back(rows: list[tuple[str, str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([("氏名", "電話"), *rows])

    found, result = read(text.getvalue().encode())

    assert result.faults == []
    assert [(row[NAME], row[PHONE]) for row in found] == rows
