"""The words of a text in their dictionary form: 「動かなかった」 and 「動きません」 hold the same word 動く.

Sudachi finds them; its dictionary comes as a package and is read from disk as it is needed.
"""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from sudachipy import Dictionary, SplitMode, Tokenizer  # type: ignore[import-untyped]

from relay.places.writing import hiragana

#: Words that say something by themselves; particles and endings do not.
_TELLING = frozenset({"名詞", "動詞", "形容詞", "副詞", "形状詞", "感動詞", "連体詞"})
_NO_WORD = frozenset({"補助記号", "空白"})
#: What belongs to the word before it: 「…ています」「…なかった」.
_ENDINGS = frozenset(
    {("助動詞", "*"), ("助詞", "接続助詞"), ("動詞", "非自立可能"), ("形容詞", "非自立可能")}
)
#: Halves of a character, which no dictionary takes.
_HIRAGANA = re.compile("[ぁ-ん]")
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Word:
    """One word: its dictionary form in one spelling, where it stands, and whether it says something by itself."""

    form: str
    start: int
    end: int
    telling: bool


def words(text: str) -> Iterator[Word]:
    """The words of ``text`` in order; signs and spaces are none."""
    # Katakana alone (old terminals, 「ｼﾝﾌﾞﾝ ﾀﾏｯﾃﾙ」) is read as what it stands for; the dictionary takes it for names.
    for part in _parts(text if _HIRAGANA.search(text) else hiragana(text)):
        if part.kind not in _NO_WORD:
            yield Word(part.form, part.start, part.end, part.kind in _TELLING)


def whole(text: str, start: int, end: int) -> tuple[int, int]:
    """The part of ``text`` from ``start`` to ``end`` made as long as the words that it cuts, with their endings.

    For people to read: 「のに新聞が4日たまっ」 becomes 「新聞が4日たまっています」.
    """
    after = False
    for part in _parts(text):
        if part.start < start < part.end:
            start = part.start
        if part.start == start and part.end < end and part.kind == "助詞":
            start = part.end
        if after and (part.kind, part.finer_kind) not in _ENDINGS:
            break
        if after or part.start < end <= part.end:
            after, end = True, part.end
    return start, end


@dataclass(frozen=True, slots=True)
class _Part:
    """A word, or a sign between words, as Sudachi tells it."""

    form: str
    start: int
    end: int
    kind: str
    finer_kind: str


@lru_cache(maxsize=8)
def _parts(text: str) -> tuple[_Part, ...]:
    """Kept for the few texts in hand: one report is asked about for every word that is shown of it."""
    found = tokenizer().tokenize(_SURROGATES.sub("〓", text))
    return tuple(
        _Part(one.normalized_form(), one.begin(), one.end(), *one.part_of_speech()[:2]) for one in found
    )


class _Own(threading.local):
    """A tokenizer of its own for each thread: two at once in one raise «Already borrowed»."""

    def __init__(self) -> None:
        self.tokenizer = _dictionary().create(SplitMode.C)


@lru_cache(maxsize=1)
def _dictionary() -> Dictionary:
    return Dictionary(dict="core")


@lru_cache(maxsize=1)
def _own() -> _Own:
    return _Own()


def tokenizer() -> Tokenizer:
    """The tokenizer of this thread."""
    return _own().tokenizer
