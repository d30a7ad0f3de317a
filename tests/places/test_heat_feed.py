"""The ministry's file of heat alerts: read by its headings, and never «no alert» when it is not understood."""

from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.places.heat_feed import FeedError, parse
from relay.places.models import HeatKind

#: Invented figures in the shape in which the ministry publishes them.
SAMPLE = (Path(__file__).parent / "heat_alerts_sample.csv").read_bytes()
TODAY, TOMORROW = date(2026, 7, 19), date(2026, 7, 20)


def changed(before: str, after: str) -> bytes:
    text = SAMPLE.decode()
    assert before in text
    return text.replace(before, after).encode()


@pytest.mark.parametrize(
    ("area", "days"),
    [
        ("愛知県", {TOMORROW: HeatKind.ALERT}),
        ("愛知", {TOMORROW: HeatKind.ALERT}),
        ("東京都", {TOMORROW: HeatKind.SPECIAL}),
        ("北海道", {}),
        ("宗谷地方", {}),
        ("鹿児島県", {TOMORROW: HeatKind.ALERT}),  # one of its two areas
        ("京都府", {}),  # judged, not issued
    ],
)
def test_an_area_is_found_by_its_own_name_or_its_prefectures(area: str, days: dict[date, HeatKind]) -> None:
    assert parse(SAMPLE, area) == days


def test_flags_belong_to_the_target_date_of_their_heading() -> None:
    both = changed("愛知県,51,0,230000,愛知,23,0,1", "愛知県,51,0,230000,愛知,23,3,1")
    assert parse(both, "愛知県") == {TODAY: HeatKind.SPECIAL, TOMORROW: HeatKind.ALERT}


def test_columns_may_stand_in_another_order() -> None:
    moved = "TargetDate1,2026/07/19\n府県予報区,TargetDate1フラグ,都道府県名\n愛知県,1,愛知\n".encode()
    assert parse(moved, "愛知県") == {TODAY: HeatKind.ALERT}


def test_a_file_in_the_encoding_of_old_excel_is_read_too() -> None:
    assert parse(SAMPLE.decode().encode("cp932"), "愛知県") == {TOMORROW: HeatKind.ALERT}
    assert parse(b"\xef\xbb\xbf" + SAMPLE, "愛知県") == {TOMORROW: HeatKind.ALERT}


def test_a_rehearsal_alerts_nobody() -> None:
    assert parse(changed("Status,通常", "Status,試験"), "愛知県") == {}


@pytest.mark.parametrize(
    ("data", "area", "code"),
    [
        (b"<html>404</html>", "愛知県", "no_table"),
        (b"", "愛知県", "no_table"),
        (b"\xff\xfe\x00\x81", "愛知県", "encoding"),
        (SAMPLE, "見本県", "area_unknown"),
        (changed("TargetDate2,2026/07/20", "TargetDate2,あす").replace(b"TargetDate1,2026/07/19", b"TargetDate1,"),
         "愛知県", "no_dates"),
        (changed("愛知,23,0,1", "愛知,23,0,7"), "愛知県", "bad_flag"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_an_error(data: bytes, area: str, code: str) -> None:
    with pytest.raises(FeedError) as caught:
        parse(data, area)
    assert caught.value.code == code


@given(st.binary())
def test_any_bytes_give_days_or_one_error(data: bytes) -> None:
    with suppress(FeedError):
        assert parse(data, "愛知県") == {}
