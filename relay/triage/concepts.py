"""Words that mean the same for the learned reader.

「しんぶん」 and 「朝刊」 are one thing, 「抜かれとらん」 and 「手つかず」 nearly so. They are in ``triage.toml``
under ``[concepts]``; a word that a city adds to a group is understood like its others, without new training.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from relay.places.writing import hiragana, plain
from relay.triage.patterns import PhraseError

_GROUP = re.compile(r"\{([^{}]*)\}")
_CHOICE = re.compile(r"\(([^()]*)\)")
_KATAKANA = re.compile("[ァ-ヶー]+")
#: Shorter katakana words lie inside other words when written in hiragana: ガス in 「すがすがしい」.
_KATAKANA_WORD = 3


@dataclass(frozen=True, slots=True)
class Found:
    """One word of a group, and where it stands."""

    start: int
    end: int
    names: tuple[str, ...]


class Concepts:
    """Finds the words of all groups in one pass, the longest word at each place."""

    def __init__(
        self, groups: Mapping[str, Sequence[str]], endings: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """``groups``: words by the group's name. ``endings``: what ``{…}`` in a word stands for."""
        names: dict[str, set[str]] = {}
        for name, words in groups.items():
            for word in words:
                for written in _spelled(word, endings or {}):
                    for spelling in _spellings(plain(written).lower()):
                        names.setdefault(spelling, set()).add(name)
        self._names = {word: tuple(sorted(found)) for word, found in names.items()}
        lengths: dict[str, set[int]] = {}
        for word in names:
            lengths.setdefault(word[0], set()).add(len(word))
        self._lengths = {first: tuple(sorted(sizes, reverse=True)) for first, sizes in lengths.items()}

    def find(self, text: str) -> list[Found]:
        """All words in ``text`` (in lower case, one spelling), in order and without overlap."""
        folded = hiragana(text)
        found = self._scan(text)
        if folded != text:
            found = _without_overlap(sorted([*found, *self._scan(folded)], key=lambda f: f.start))
        return found

    def _scan(self, text: str) -> list[Found]:
        found: list[Found] = []
        position, size = 0, len(text)
        while position < size:
            for length in self._lengths.get(text[position], ()):
                end = position + length
                names = self._names.get(text[position:end]) if end <= size else None
                if names is not None and _whole(text, position, end):
                    found.append(Found(position, end, names))
                    position = end
                    break
            else:
                position += 1
        return found


def _spelled(word: str, endings: Mapping[str, Sequence[str]]) -> Iterable[str]:
    """All forms of a word with ``{endings}`` and ``(a|b)``, which may stand inside each other."""
    group = _GROUP.search(word)
    if group is not None:
        if group[1] not in endings:
            raise PhraseError(f"{word!r}: no group of words is called {group[1]!r}")
        for ending in endings[group[1]]:
            yield from _spelled(word[: group.start()] + ending + word[group.end() :], endings)
        return
    choice = _CHOICE.search(word)
    if choice is not None:
        for part in choice[1].split("|"):
            yield from _spelled(word[: choice.start()] + part + word[choice.end() :], endings)
        return
    if any(mark in word for mark in "(){}|…^$#*") or not word.strip():
        raise PhraseError(f"{word!r}: a word may hold (a|b), {{group}} and plain characters only")
    yield word


def _spellings(word: str) -> tuple[str, ...]:
    runs = _KATAKANA.findall(word)
    if runs and all(len(run) >= _KATAKANA_WORD for run in runs):
        return (word, hiragana(word))
    return (word,)


def _whole(text: str, start: int, end: int) -> bool:
    """Whether Latin letters are a word of their own: "no" is none in "now"."""
    if _latin(text[start]) and start and _latin(text[start - 1]):
        return False
    return not (_latin(text[end - 1]) and end < len(text) and _latin(text[end]))


def _latin(character: str) -> bool:
    return "a" <= character <= "z"


def _without_overlap(found: list[Found]) -> list[Found]:
    kept: list[Found] = []
    for one in found:
        if kept and one.start < kept[-1].end:
            if one.end - one.start > kept[-1].end - kept[-1].start:
                kept[-1] = one
            continue
        kept.append(one)
    return kept
