"""Whether words that look like a sign mean one: here, now, and of the person watched over.

Japanese says so mostly after the word (「倒れてはいない」「倒れていたら」「たまっていたが、片付いていた」), so each
question looks at what follows the evidence in its clause, then at what stands before it.
"""

import re

from relay.triage.lexicon import Lexicon
from relay.triage.patterns import Match, Searchable
from relay.triage.sheet import Sheet
from relay.vocabulary import Sign

_TAIL = 22
_PAST = 8
_BEFORE_ENGLISH = 24
#: A phrase that itself ends in 「…ない」 is not denied by what follows: 「返事もない。異臭なし」.
_NEGATIVE = re.compile("(?:ない|なく|なし|なかった|ません|せん|らん|[ぁ-ん]ん|ず|へん|ねえ|無し|無い|ゼロ)$")
#: 「計算ができ」「家がわから」 are signs only with the 「…ない」 that follows.
_ABILITY = re.compile("(?:でき|出来|わから|分から|わかん|言え|思い出せ|答えられ|答えれ)$")
_INABILITY = re.compile(
    "(?:て|で)?(?:い|お)?(?:ない|なく|なか|なさ|ません|ん|ず|へん|とらん|とりません|らず|らん|にく|づら)|(?:とらん|とりません|とらず)"
)
#: Signs that are true or false of the writer, a relative or a neighbour just as well.
PERSONAL = frozenset(
    {
        Sign.COLLAPSED, Sign.UNWELL, Sign.LOST, Sign.CONFUSION, Sign.ABSENCE_KNOWN, Sign.SELF_NEGLECT, Sign.MISSING,
        Sign.CRY_FOR_HELP, Sign.ABUSE,
    }
)  # fmt: skip
#: Signs that are told of the past and still hold: a shout last month is a suspicion today.
LASTING = frozenset(
    {Sign.ABUSE, Sign.FRAUD, Sign.CONFUSION, Sign.UPKEEP, Sign.ABSENCE_KNOWN, Sign.ALL_CLEAR, Sign.MISSING}
)
#: Signs that a mere 「かもしれない」 does not make; a suspicion of smoke, violence or fraud on the other hand counts.
DOUBTABLE = frozenset({Sign.COLLAPSED, Sign.ABSENCE_KNOWN, Sign.MISSING, Sign.ALL_CLEAR})


class Scope:
    """Answers for one report. Built once a text, asked for each piece of evidence."""

    def __init__(self, lexicon: Lexicon, sheet: Sheet, searchable: Searchable) -> None:
        self._lexicon = lexicon
        self._sheet = sheet
        self._searchable = searchable

    def why_not(self, sign: Sign, match: Match) -> str:
        """Which question sets the evidence aside: ``negated``, ``over`` …; empty where it holds."""
        if self.negated(match):
            return "negated"
        if self._follows("imagined", match):
            return "imagined"
        if self.doubted(sign, match):
            return "doubted"
        if sign not in LASTING and self.over(match):
            return "over"
        if self.of_another(sign, match):
            return "of_another"
        if sign is Sign.ABSENCE_KNOWN and self.hearsay(match):
            return "hearsay"
        return ""

    def past(self, start: int, end: int) -> bool:
        """Whether the words are told in the past tense: 「出ませんでした」「たまっていました」."""
        _, last = self._sheet.clause(start, end)
        told = Searchable(self._sheet.text[start : min(last + 1, end + _PAST)])
        return any(next(phrase.find(told, None), None) for phrase in self._lexicon.scopes["past"])

    def _spans(self, name: str) -> list[Match]:
        found: list[Match] = []
        for phrase in self._lexicon.scopes[name]:
            found.extend(phrase.find(self._searchable, None))
        return found

    def _follows(self, name: str, match: Match) -> bool:
        """Whether a phrase of the list stands directly after the match."""
        text = self._sheet.text
        return any(phrase.pattern.match(text, match.end) for phrase in self._lexicon.scopes[name])

    def _tail(self, match: Match) -> str:
        _, end = self._sheet.clause(match.start, match.end)
        return self._sheet.text[match.end : min(end, match.end + _TAIL)]

    def _in_tail(self, name: str, match: Match) -> bool:
        tail = Searchable(self._tail(match))
        return any(next(phrase.find(tail, None), None) for phrase in self._lexicon.scopes[name])

    def _before(self, name: str, match: Match) -> Match | None:
        """The last match of the list in the same clause before the evidence ends."""
        begin, _ = self._sheet.clause(match.start, match.end)
        spans = [m for m in self._all(name) if begin <= m.start and m.end <= match.end]
        return max(spans, key=lambda m: m.end, default=None)

    def _all(self, name: str) -> list[Match]:
        cache = self.__dict__.setdefault("_cache", {})
        if name not in cache:
            cache[name] = self._spans(name)
        found: list[Match] = cache[name]
        return found

    def negated(self, match: Match) -> bool:
        """「倒れてはいません」「臭いはしない」「not lying」."""
        if _ABILITY.search(match.words):
            return not _INABILITY.match(self._sheet.text, match.end)
        if not _NEGATIVE.search(match.words) and self._follows("negated", match):
            return True
        if not match.words.isascii():
            return False
        start, _ = self._sheet.sentence(match.start)
        before = Searchable(self._sheet.text[max(start, match.start - _BEFORE_ENGLISH) : match.start])
        return any(next(phrase.find(before, None), None) for phrase in self._lexicon.scopes["negated_before"])

    def doubted(self, sign: Sign, match: Match) -> bool:
        """Only supposed: 「中で倒れているかも」, where nothing was seen."""
        return sign in DOUBTABLE and self._in_tail("doubted", match) and not self._seen(match)

    def _seen(self, match: Match) -> bool:
        start, end = self._sheet.sentence(match.start)
        return any(start <= m.start < end for m in self._all("seen"))

    def over(self, match: Match) -> bool:
        """Long ago, or ended since: 「先月倒れて」「昨日までたまっていた」."""
        if self._follows("over_tail", match):
            return True
        before = self._before("over", match)
        if before is None:
            return False
        _, end = self._sheet.clause(match.start, match.end)
        return not any(before.start <= m.start < end for m in self._all("still"))

    def of_another(self, sign: Sign, match: Match) -> bool:
        """Of the writer or somebody else, not of the person watched over: 「私が転びました」."""
        if sign not in PERSONAL:
            return False
        before = self._before("other_person", match)
        if before is None:
            return False
        between = Searchable(self._sheet.text[before.end : match.start])
        return not any(
            next(phrase.find(between, None), None) for phrase in self._lexicon.scopes["new_subject"]
        )

    def may_be_writer(self, sign: Sign, match: Match) -> bool:
        """Whether a hurt can be the writer's, who told of an accident: no other person stands in its sentence."""
        start, end = self._sheet.sentence(match.start)
        named = any(start <= m.start < end for m in self._all("new_subject"))
        return sign in (Sign.UNWELL, Sign.COLLAPSED) and not named

    def hearsay(self, match: Match) -> bool:
        """「入院したらしい」, or told by nobody in particular."""
        if self._in_tail("rumour", match):
            return True
        start, end = self._sheet.sentence(match.start)
        told = self._in_tail("told", match)
        return told and not any(start <= m.start < end for m in self._all("source"))
