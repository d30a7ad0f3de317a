"""Stated times, and numbers that are none."""

import pytest

from relay.triage.reading import Reader

DAYS = [
    ("新聞3日分", 3),
    ("新聞が三日前から残っています", 3),
    ("新聞が4、5日分", 5),
    ("新聞が二、三日分たまっています", 3),
    ("新聞が一週間たまっています", 7),
    ("先週から新聞がたまっています", 7),
    ("おとといから雨戸が閉まっています", 2),
    ("昨日から電気がつきっぱなしです", 1),
    ("新聞が数日分たまっています", 3),
    ("何日も新聞がたまっています", 3),
    ("半月ほど姿を見ていません", 15),
    ("1ヶ月姿を見ていません", 30),
    ("ひと月ほど姿を見ていません", 30),
    ("本町2-5-6 新聞3日", 3),
    ("新聞が5部残っています", 5),
    ("朝刊と夕刊あわせて6部たまっています", 3),
    ("新聞がしんぶん受けに みっかぶん たまっています", 3),
    ("Newspapers piled up for 4 days", 4),
    ("牛乳が3本残っています", None),
    ("新聞がたまっています。集金は25日です", None),
    ("配達を15年していますが、新聞がたまっています", None),
    ("30分前から水の音がしています", None),
    ("今週は姿を見ません", None),
    ("11/20の新聞が残っています", None),
    ("近所の3人が新聞がたまっていると言っています", None),
    ("新聞がたまっています。090-1234-5678まで", None),
]


@pytest.mark.parametrize(("text", "days"), DAYS)
def test_the_longest_stated_time_of_the_sign_is_read_in_days(
    reader: Reader, text: str, days: int | None
) -> None:
    assert reader.read(text).days == days
