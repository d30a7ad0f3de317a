"""The small language in which ``triage.toml`` writes its phrases, turned into matchers.

A phrase is what people write, with a few marks:

- ``{新聞}``   any word of the group of that name in ``[words]``
- ``(a|b|)``   one of these; an empty one makes it optional
- ``(!a|b)``   here must not follow a or b; ``(<a|b)`` here must not stand a or b before
- ``…``        up to 10 characters of the same sentence; ``……`` up to 32
- ``^`` ``$``  begin and end of the sentence
- ``#``        a number; ``*`` after a Latin word: any ending
- a blank between Latin words is a blank

Between two parts of a phrase a blank or comma in the report does no harm. Hiragana also matches katakana, and the
other way round from three characters on. Nothing else is special, so a phrase can be read aloud.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from relay.places.numbers import NUMBER
from relay.places.writing import hiragana, katakana

SHORT_GAP = 10
LONG_GAP = 32
_KATAKANA_WORD = 3  # shorter ones sit inside other words when written in hiragana: ガス in すごいにおいがする
_SENTENCE_END = "。!?\\n"
_GLUE = "[ 、,・:]?"


class PhraseError(ValueError):
    """A phrase that cannot be understood; the text says where it breaks."""


@dataclass(frozen=True, slots=True)
class Match:
    """Where a phrase was found in a text."""

    start: int
    end: int
    words: str
    phrase: str


@dataclass(frozen=True)
class Phrase:
    """One compiled phrase: a cheap test whether it can occur, and the exact pattern."""

    source: str
    written: str
    #: Numbers of the word lists of which one word each must occur.
    needs: frozenset[int]
    lists: "WordLists"

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The exact pattern. Compiled when a text first needs it: most phrases never are, and loading stays quick."""
        return re.compile(self.written)

    def find(self, text: "Searchable", stops: re.Pattern[str] | None) -> Iterator[Match]:
        """All places in ``text``; a gap that holds one of ``stops`` (「けど」「一方」) does not bridge."""
        if not self.needs <= text.present(self.lists):
            return
        position = 0
        while found := self.pattern.search(text.text, position):
            gaps = (gap for gap in found.groups() if gap)
            if stops is not None and any(stops.search(gap) for gap in gaps):
                position = found.start() + 1
                continue
            yield Match(found.start(), found.end(), found.group(), self.source)
            position = max(found.end(), found.start() + 1)


class WordLists:
    """The word lists of many phrases, and which of them have a word in a text: found in one pass over the text."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, ...], int] = {}
        self._holders: dict[str, set[int]] = {}
        self._lengths: dict[str, set[int]] = {}

    def number(self, words: tuple[str, ...]) -> int:
        """The number of a list; the same list has one number."""
        if words not in self._numbers:
            number = self._numbers[words] = len(self._numbers)
            for word in words:
                self._holders.setdefault(word, set()).add(number)
                self._lengths.setdefault(word[0], set()).add(len(word))
        return self._numbers[words]

    def present(self, text: str) -> frozenset[int]:
        """The numbers of all lists that have a word in ``text``."""
        found: set[int] = set()
        words: set[str] = set()
        for position, first in enumerate(text):
            for length in self._lengths.get(first, ()):
                word = text[position : position + length]
                if word in self._holders and word not in words:
                    words.add(word)
                    found |= self._holders[word]
        return frozenset(found)


class Searchable:
    """A text that remembers which word lists occur in it, so that most phrases need not be tried at all."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._known: dict[WordLists, frozenset[int]] = {}

    def present(self, lists: WordLists) -> frozenset[int]:
        """The numbers of the lists that have a word here."""
        known = self._known.get(lists)
        if known is None:
            known = self._known[lists] = lists.present(self.text)
        return known


def expand(word: str) -> tuple[str, ...]:
    """All spellings of a word with alternatives: 「たま(っ|り)」 gives たまっ, たまり."""
    choices: list[Sequence[str]] = []
    for piece in re.split(r"(\([^()]*\))", word):
        if piece.startswith("(") and piece.endswith(")"):
            choices.append(piece[1:-1].split("|"))
        elif any(mark in piece for mark in "(){}|…^$#"):
            raise PhraseError(f"{word!r}: a word may hold (a|b) and plain characters only")
        else:
            choices.append((piece,))
    return tuple("".join(parts) for parts in product(*choices))


def spellings(words: Sequence[str]) -> tuple[str, ...]:
    """The words and their other kana, longest first."""
    found: dict[str, None] = {}
    for word in words:
        for variant in (word, *_other_kana(word)):
            found[variant] = None
    return tuple(sorted(found, key=lambda w: (-len(w), w)))


def _other_kana(word: str) -> tuple[str, ...]:
    others = [katakana(word)]
    runs = re.findall("[ァ-ヶ]+", word)
    if runs and all(len(run) >= _KATAKANA_WORD for run in runs):
        others.append(hiragana(word))
    return tuple(other for other in others if other != word)


class Compiler:
    """Turns phrases into matchers; knows the word groups."""

    def __init__(self, groups: Mapping[str, Sequence[str]]) -> None:
        self._groups = {
            name: spellings([s for w in words for s in expand(w)]) for name, words in groups.items()
        }
        self._patterns = {name: _any_of(words) for name, words in self._groups.items()}
        self._lists = WordLists()

    def compile(self, source: str) -> Phrase:
        return _Parser(source, self._groups, self._patterns).whole(self._lists)


def _any_of(words: Sequence[str]) -> str:
    return "(?:" + "|".join(_literal(word) for word in words) + ")"


def _literal(text: str) -> str:
    body = re.escape(text).replace(r"\*", "[a-z]*").replace(r"\ ", "[ ,]+")
    if not text.isascii() or not text.strip():
        return body
    before = "(?<![a-z])" if text[0].isalpha() else ""
    return body.join((before, "(?![a-z])" if text[-1].isalpha() else ""))


class _Parser:
    """Reads one phrase from left to right."""

    def __init__(
        self, source: str, groups: Mapping[str, tuple[str, ...]], patterns: Mapping[str, str]
    ) -> None:
        self._source = source
        self._groups = groups
        self._patterns = patterns
        self._at = 0

    def whole(self, lists: WordLists) -> Phrase:
        """The compiled phrase."""
        pattern, needs, least = self._sequence(top=True)
        if not least:
            raise PhraseError(f"{self._source!r}: holds no fixed word; it would match everywhere")
        # A list with an empty word is always there.
        numbers = frozenset(lists.number(words) for words in needs if all(words))
        return Phrase(self._source, pattern, numbers, lists)

    def _sequence(self, *, top: bool) -> tuple[str, list[tuple[str, ...]], int]:
        """A run of parts as a pattern, the words of which it needs one each, and how many parts it has at least."""
        least = 0
        parts: list[str] = []
        needs: list[tuple[str, ...]] = []
        glue = False
        while self._at < len(self._source) and (top or self._source[self._at] not in "|)"):
            part, solid, words, fixed = self._item()
            least += fixed
            if solid and glue:
                parts.append(_GLUE)
            parts.append(part)
            needs.extend([words] if words else [])
            glue = solid
        return "".join(parts), needs, least

    def _item(self) -> tuple[str, bool, tuple[str, ...], bool]:
        """The next part: its pattern, whether a blank may stand beside it, the words it needs one of, and whether
        it always takes up at least one character.
        """
        mark = self._source[self._at]
        if mark == "{":
            return *self._group(), True
        if mark == "(":
            return self._choice()
        if mark == "…":
            return self._gap(), False, (), False
        if mark in "^$#":
            self._at += 1
            if mark == "#":
                return NUMBER, True, (), True
            edge = (
                f"(?:(?<=[{_SENTENCE_END}])|\\A)\\s*" if mark == "^" else f"(?=\\s*(?:[{_SENTENCE_END}]|\\Z))"
            )
            return edge, False, (), False
        if mark in "|)}":
            raise PhraseError(f"{self._source!r}: {mark!r} without its beginning")
        return *self._plain(), True

    def _plain(self) -> tuple[str, bool, tuple[str, ...]]:
        start = self._at
        while self._at < len(self._source) and self._source[self._at] not in "{}()|…^$#":
            self._at += 1
        words = spellings([self._source[start : self._at]])
        return (_any_of(words) if len(words) > 1 else _literal(words[0])), True, _needed(words)

    def _group(self) -> tuple[str, bool, tuple[str, ...]]:
        end = self._source.find("}", self._at)
        name = self._source[self._at + 1 : end]
        if end < 0 or name not in self._groups:
            raise PhraseError(f"{self._source!r}: no group of words is called {name!r}")
        self._at = end + 1
        return self._patterns[name], True, _needed(self._groups[name])

    def _gap(self) -> str:
        start = self._at
        while self._at < len(self._source) and self._source[self._at] == "…":
            self._at += 1
        size = SHORT_GAP if self._at - start == 1 else LONG_GAP
        return f"([^{_SENTENCE_END}]{{0,{size}}}?)"

    def _choice(self) -> tuple[str, bool, tuple[str, ...], bool]:
        self._at += 1
        mark = self._source[self._at : self._at + 1]
        if mark in ("!", "<"):
            self._at += 1
        start = self._at
        patterns: list[str] = []
        needs: list[tuple[str, ...]] = []
        least = 1
        while True:
            pattern, inner, fixed = self._sequence(top=False)
            least = min(least, fixed)
            patterns.append(pattern)
            # Of all that an alternative needs, the rarest (the one with the longest words) decides.
            needs.append(max(inner, key=lambda words: min(map(len, words)), default=()))
            if self._at >= len(self._source):
                raise PhraseError(f"{self._source!r}: '(' without ')'")
            self._at += 1
            if self._source[self._at - 1] == ")":
                break
        if mark in ("!", "<"):
            if not all(patterns):
                raise PhraseError(f"{self._source!r}: an empty alternative after {mark!r} would never match")
            if mark == "<" and any(c in "{(…#^$* " for c in self._source[start : self._at]):
                raise PhraseError(f"{self._source!r}: after '<' only plain words can stand")
            sign = "?!" if mark == "!" else "?<!"
            return "".join(f"({sign}{pattern})" for pattern in patterns), False, (), False
        words = tuple(dict.fromkeys(word for needed in needs for word in needed)) if all(needs) else ()
        return f"(?:{'|'.join(patterns)})", True, words, bool(least)


def _needed(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(word.split(" ")[0].strip("*") if word.isascii() else word for word in words)
