"""Finding signs in a text: the interface that every reader of signs fills, and the rules' own finder."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import compress, groupby, islice
from typing import Protocol

from relay.triage.lexicon import Lexicon
from relay.triage.patterns import Match, Phrase, Searchable
from relay.triage.scope import Scope
from relay.triage.sheet import Sheet
from relay.vocabulary import Sign


@dataclass(frozen=True, slots=True)
class Evidence:
    """One place in the text that speaks for a sign."""

    sign: Sign
    #: A fine point of the sign (``serious``, ``now`` …), or "".
    tag: str
    words: str
    start: int
    end: int
    #: The phrase of the lexicon, or whatever else made the finder believe it.
    why: str


@dataclass(frozen=True)
class Findings:
    """What a finder saw in one text."""

    evidence: tuple[Evidence, ...]
    #: Facts that are no signs (``called_119``, ``repeat`` …) with the words that say so.
    facts: Mapping[str, tuple[Match, ...]] = field(default_factory=dict)
    #: Evidence set aside, and the question that set it aside (``negated``, ``over`` …).
    dropped: tuple[tuple[Evidence, str], ...] = ()
    #: The text with look-alikes blanked out, as the signs were looked for in it.
    text: str = ""


#: Tags that only say more about a sign found elsewhere in the text.
_FINE_POINTS = frozenset({(Sign.ABUSE, "grave"), (Sign.FRAUD, "now")})

#: 「呼びかけに反応なし」 of somebody seen lying belongs to the collapse; nobody rang at a door.
_TOUCHED = re.compile("(?:反応|無反応|はんのう|呼びかけ|呼び掛け|返答|not respond)")
#: Mail that is only named as the box in which the newspapers are.
_BOX = re.compile("(?:郵便|ゆうびん)(?:受|うけ)")
#: What 「片付いていました」 ends.
_HOUSE = frozenset({Sign.NEWSPAPERS, Sign.MAIL, Sign.DELIVERIES, Sign.LAUNDRY, Sign.SHUTTERS, Sign.LIGHTS})


#: The same phrase again and again says nothing new.
_MOST_MATCHES = 8


class Finder(Protocol):
    """Anything that finds signs in a laid-out text."""

    def find(self, sheet: Sheet) -> Findings: ...


class Bundle:
    """Phrases that are searched together: those without a chance in a text are passed over at once."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        shared = [(lists, tuple(group)) for lists, group in groupby(phrases, key=lambda phrase: phrase.lists)]
        self._shared = [(lists, group, [phrase.needs for phrase in group]) for lists, group in shared]

    def possible(self, searchable: Searchable) -> Iterator[Phrase]:
        """The phrases whose words all occur in the text."""
        for lists, phrases, needs in self._shared:
            yield from compress(phrases, map(searchable.present(lists).issuperset, needs))


class PhraseFinder:
    """Finds signs by the phrases of ``triage.toml``, and drops those that are denied, over or somebody else's."""

    def __init__(self, lexicon: Lexicon) -> None:
        lexicon.warm()
        self._lexicon = lexicon
        self._stops = lexicon.gap_stops
        self._signs = [(key, Bundle(phrases)) for key, phrases in lexicon.signs.items()]
        self._unless = {sign: Bundle(phrases) for sign, phrases in lexicon.unless.items()}
        self._said = [(name, Bundle(phrases)) for name, phrases in lexicon.facts.items()]
        self._masks = Bundle(lexicon.masks)

    def find(self, sheet: Sheet) -> Findings:
        whole = Searchable(sheet.text)
        masked = self._masked(whole)
        searchable = whole if masked == sheet.text else Searchable(masked)
        scope = Scope(self._lexicon, sheet, whole)
        facts = self._facts(whole, scope)
        kept: list[Evidence] = []
        dropped: list[tuple[Evidence, str]] = []
        for (sign, tag), phrases in self._signs:
            found = self._search(phrases, searchable)
            covers = self._search(self._unless[sign], searchable) if found and sign in self._unless else []
            for match in found:
                evidence = Evidence(sign, tag, match.words, match.start, match.end, match.phrase)
                covered = "" if tag == "inside" else _covered(match, covers)
                why_not = covered or scope.why_not(sign, match)
                if not why_not and "own_trouble" in facts and scope.may_be_writer(sign, match):
                    why_not = "own_trouble"
                if why_not:
                    dropped.append((evidence, why_not))
                else:
                    kept.append(evidence)
        settled = _settled(kept)
        part = [(evidence, "part of another sign") for evidence in kept if evidence not in settled]
        kept, undone = _undo(settled, scope)
        return Findings(tuple(kept), facts, (*dropped, *part, *undone), masked)

    def _masked(self, searchable: Searchable) -> str:
        """The text with look-alikes (「新聞販売店」「煙に巻く」) blanked out, positions kept."""
        text = searchable.text
        for match in self._search(self._masks, searchable):
            text = text[: match.start] + "〓" * (match.end - match.start) + text[match.end :]
        return text

    def _search(self, bundle: "Bundle", searchable: Searchable) -> list[Match]:
        found: list[Match] = []
        for phrase in bundle.possible(searchable):
            found.extend(islice(phrase.find(searchable, self._stops), _MOST_MATCHES))
        return found

    def _facts(self, searchable: Searchable, scope: Scope) -> dict[str, tuple[Match, ...]]:
        facts: dict[str, tuple[Match, ...]] = {}
        for name, phrases in self._said:
            found = [m for m in self._search(phrases, searchable) if not scope.negated(m)]
            if found:
                facts[name] = tuple(found)
        return facts


def _covered(match: Match, covers: Iterable[Match]) -> str:
    cover = next((c for c in covers if c.start < match.end and match.start < c.end), None)
    return f"unless {cover.phrase}" if cover else ""


def _settled(found: list[Evidence]) -> list[Evidence]:
    """Without evidence that only belongs to other evidence.

    A fine point such as 「血が」 makes no sign by itself; somebody seen unmoving through a window is not (yet) lying;
    a full letter box holds the newspapers that the text tells of.
    """
    plain = {e.sign for e in found if (e.sign, e.tag) not in _FINE_POINTS}
    inside = [e for e in found if (e.sign, e.tag) == (Sign.NO_ANSWER, "inside")]
    papers = any(e.sign is Sign.NEWSPAPERS for e in found)
    lying = any(e.sign is Sign.COLLAPSED for e in found)
    return [
        e
        for e in found
        if e.sign in plain
        and not (e.sign is Sign.COLLAPSED and "動" in e.words[-6:] and any(_overlap(e, i) for i in inside))
        and not (e.sign is Sign.SELF_NEGLECT and any(o.sign is Sign.UNWELL and _overlap(e, o) for o in found))
        and not (lying and e.sign is Sign.NO_ANSWER and _TOUCHED.match(e.words))
        and not (papers and e.sign is Sign.MAIL and (e.tag == "box" or _BOX.match(e.words)))
    ]


def _overlap(one: Evidence, other: Evidence) -> bool:
    return one.start < other.end and other.start < one.end


def _undo(found: list[Evidence], scope: Scope) -> tuple[list[Evidence], list[tuple[Evidence, str]]]:
    """Drop what a later word takes back: 「…と送りましたが、間違いでした」, 「片付いていました」.

    A plain 「無事でした」 only ends what was told in the past tense; piled-up papers beside it stay.
    """
    kept: list[Evidence] = []
    dropped: list[tuple[Evidence, str]] = []
    clear = [e for e in found if e.sign is Sign.ALL_CLEAR]
    for evidence in found:
        if evidence.sign in (Sign.ALL_CLEAR, Sign.ABSENCE_KNOWN):
            kept.append(evidence)
            continue
        later = [c.tag for c in clear if c.start >= evidence.start and not _overlap(c, evidence)]
        undone = "undo" in later or ("cleared" in later and evidence.sign in _HOUSE)
        if undone or ("" in later and scope.past(evidence.start, evidence.end)):
            dropped.append((evidence, "undone"))
        else:
            kept.append(evidence)
    return kept, dropped
