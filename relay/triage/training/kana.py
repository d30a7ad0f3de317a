"""Some of the reports once more in kana alone, as people write who don't find the kanji: old phones, hurry, learners.

The same words must be read the same way, and kana alone is too rare among the texts to be learned from them.
"""

import re
import zlib
from collections.abc import Iterator, Sequence

from relay.places.writing import hiragana, plain
from relay.triage.duration import KANA_DAYS
from relay.triage.training.folds import Prepared
from relay.triage.training.texts import Record
from relay.triage.words import tokenizer

#: One report in so many is written in kana; of those one in two with blanks between the phrases.
_ONE_IN, _BLANKS_IN = 7, 2
#: What a phrase begins with; the rest hangs on the word before.
_BEGINS = frozenset(
    {"名詞", "代名詞", "動詞", "形容詞", "副詞", "形状詞", "感動詞", "連体詞", "接続詞", "接頭辞"}
)
_DAYS = {str(number): word for word, number in KANA_DAYS.items()}
_COUNTED_DAYS = re.compile(r"(?<![0-9/\-月])(?P<n>[2-9])日(?=分|間|前|目|も|以上|ほど)")
_LATIN = re.compile("[A-Za-z]{3}")


def of(texts: Sequence[Prepared]) -> dict[str, list[Record]]:
    """The reports that are told once more, by their file. The same reports give the same ones."""
    again: dict[str, list[Record]] = {}
    for text in texts:
        chosen = _shuffled(text.record)
        written = text.record["text"]
        if chosen % _ONE_IN or text.draft.sheet.language != "ja" or _LATIN.search(plain(written)):
            continue
        blanks = chosen // _ONE_IN % _BLANKS_IN == 0
        told = {"id": f"{text.record['id']}+kana", "text": in_kana(written, blanks=blanks)}
        again.setdefault(text.file, []).append({**text.record, **told})
    return again


def in_kana(text: str, *, blanks: bool) -> str:
    """``text`` in hiragana, with or without blanks between its phrases."""
    counted = _COUNTED_DAYS.sub(lambda match: _DAYS[match["n"]], plain(text))
    return "".join(_pieces(counted, " " if blanks else "")).strip()


def _pieces(text: str, blank: str) -> Iterator[str]:
    hangs = True
    for word in tokenizer().tokenize(text):
        kind, finer, *_ = word.part_of_speech()
        said = word.reading_form() if kind != "補助記号" and not word.surface().isascii() else word.surface()
        if kind in _BEGINS and finer != "非自立可能" and not hangs:
            yield blank
        hangs = kind in ("接頭辞", "補助記号", "空白")
        yield hiragana(said or word.surface())


def _shuffled(record: Record) -> int:
    return zlib.crc32(f"kana {record['id']}".encode())
