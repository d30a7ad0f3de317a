"""A report laid out for reading: one spelling, sentences and clauses, and which language it is in."""

import re
from bisect import bisect_right
from functools import cached_property

from relay.places.writing import plain
from relay.triage import courtesy

_ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_ENGLISH_STOP = re.compile(r"(?<=[a-z0-9)\"'])\.(?=\s|$)")
_DOTS = re.compile(r"\.{2,}|…+|・{2,}")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u203c]+")
_BLANKS = re.compile(r"[ \t\u3000]+")
_SENTENCE = re.compile(r"[。!?\n]+")
_CLAUSE = re.compile(
    r"[。!?\n、,;]+|(?:けれども|けれど|けども|けど|ものの|のですが|んですが|ですが|ますが"
    r"|ましたが|でしたが|だが|たが|るが|いが|んが)[、 ]?|(?<=[^\x00-\x7f]) "
)
_KANA = re.compile("[ぁ-んァ-ヶ]")
_KANJI = re.compile("[一-龯々]")
_JAPANESE = re.compile("[ぁ-んァ-ヶ一-龯々ー]")
_CHINESE_ONLY = re.compile(
    "[们这那说没门应时间报纸过来邮见电话谁问题给对吗呢她你您吧请帮爷奶妈儿饭烟厨闻倒地敲几]"
)
_SIMPLIFIED = re.compile("[们这说没门应时间报纸过邮见电话谁问题给对吗她你您请帮爷妈儿饭烟厨闻几楼声开关]")
_LATIN_ACCENT = re.compile("[À-ÖØ-öø-ɏ\u0300-\u036fḀ-ỿ]")
_OTHER_SCRIPT = re.compile("[\uac00-\ud7af\u0400-\u04ff\u0600-\u06ff\u0e00-\u0e7f\u0900-\u0dff\u1000-\u109f]")
_ENGLISH_WORDS = re.compile(
    r"\b(?:the|is|are|was|not|no|and|but|her|his|she|he|it|in|on|at|of|for|from|with|to|my|i|hear|old|man|woman|lady"
    r"|door|house|days?|please|there|inside|since|seen|answer|smell|newspapers?|mail|help|someone|nobody|today|hello"
    r"|thank|thanks|test|you|been|has|have|piled|gas|smoke|fire|fallen|floor)\b"
)
#: A text written with a blank after every word (learners, children, old terminals) is read without the blanks.
_SPACED_WORD = 7.0
_SPACED_KANJI = 0.15
_SPACED_BLANKS = 2
_ENGLISH_SHARE = 0.18


class Sheet:
    """One report in the form that phrases are searched in."""

    def __init__(self, report: str) -> None:
        self.plain = plain(report)
        text = _close_blanks(courtesy.without(self._punctuated()))
        # A full stop at the very end says nothing.
        self.text = text.rstrip("。、 \n") or text
        self._sentence_ends = [m.start() for m in _SENTENCE.finditer(self.text)]
        self._clause_cuts = [(m.start(), m.end()) for m in _CLAUSE.finditer(self.text)]
        self._clause_starts = [start for start, _ in self._clause_cuts]

    def _punctuated(self) -> str:
        text = self.plain.translate(_ASCII_LOWER).replace("？", "?").replace("！", "!")
        text = _EMOJI.sub("。", text)
        text = _DOTS.sub("、", text)
        return _BLANKS.sub(" ", _ENGLISH_STOP.sub("。", text)).strip(" ")

    def sentence(self, position: int) -> tuple[int, int]:
        """Begin and end of the sentence around ``position``."""
        index = bisect_right(self._sentence_ends, position)
        start = self._sentence_ends[index - 1] + 1 if index else 0
        end = self._sentence_ends[index] if index < len(self._sentence_ends) else len(self.text)
        return start, end

    def clause(self, start: int, end: int) -> tuple[int, int]:
        """Begin and end of the clause that holds ``start`` to ``end``; commas and 「けど」「が、」 part clauses."""
        before = bisect_right(self._clause_starts, start)
        begin = next((b for a, b in reversed(self._clause_cuts[:before]) if b <= start), 0)
        after = next((a for a, _ in self._clause_cuts if a >= end), len(self.text))
        return begin, after

    @cached_property
    def language(self) -> str:
        """``ja`` or ``en`` where the text can be read; ``other`` for other languages and for nothing readable."""
        text = self.text
        if _OTHER_SCRIPT.search(text):
            return "ja" if len(_KANA.findall(text)) > len(_OTHER_SCRIPT.findall(text)) else "other"
        if _KANA.search(text):
            return "ja"
        if _KANJI.search(text):
            return "other" if _SIMPLIFIED.search(text) else "ja"
        words = re.findall(r"[a-z']+", text)
        if not words or _LATIN_ACCENT.search(text):
            return "other"
        return "en" if len(_ENGLISH_WORDS.findall(text)) >= max(1, _ENGLISH_SHARE * len(words)) else "other"


def _close_blanks(text: str) -> str:
    letters = _JAPANESE.findall(text)
    blanks = len(re.findall(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", text))
    if not letters or blanks < _SPACED_BLANKS:
        return text
    kanji = len(_KANJI.findall(text)) / len(letters)
    if kanji > _SPACED_KANJI or len(letters) / (blanks + 1) > _SPACED_WORD:
        return text
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", text)
