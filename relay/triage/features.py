"""What the learned reader sees of a report: runs of characters, words, groups of words, and all that the rules found.

One description serves training and reading, so that the two cannot drift apart. Every feature is a short name with a
letter in front (``g`` characters, ``t`` a word, ``T`` two neighbouring words, ``C`` two neighbouring words that say
something by themselves, ``w`` one group, ``b`` two neighbouring groups, ``q`` two groups in one sentence, ``k``
evidence kept, ``d`` evidence dropped, ``f`` facts …) and remembers where in the text it stands, so that the case page
can show the words that spoke for a sign.
"""

import re
from collections.abc import Sequence
from itertools import combinations, pairwise

from relay.places.mentions import Mention
from relay.places.writing import hiragana
from relay.triage.concepts import Concepts, Found
from relay.triage.duration import Duration
from relay.triage.evidence import Findings
from relay.triage.learned import Seen, Span
from relay.triage.words import Word, words
from relay.vocabulary import Level, Sign

LONGEST_RUN = 5
_FEW_DAYS, _MANY_DAYS = 2, 4
_SENTENCE = re.compile(r"[^。!?\n]+")
_DIGITS = re.compile("[0-9]+")
#: Stands for a town with its number: the name of a town says nothing about the home.
_PLACE = "◎"


def seen(
    findings: Findings,
    concepts: Concepts,
    *,
    towns: Sequence[Mention],
    durations: Sequence[Duration],
    level: Level,
    codes: Sequence[str],
    signs: Sequence[Sign],
    heat_alert: bool,
    language: str,
) -> Seen:
    """Describe a report. ``level``, ``codes`` and ``signs`` are what the rules alone made of it."""
    nowhere = (0, 0)
    text, spans = _without_places(findings.text, towns)
    facts: dict[str, Span] = {}
    _add_findings(facts, findings)
    _add_words(facts, text, spans)
    _add_concepts(facts, text, spans, concepts, durations)
    longest = max((d.days for d in durations), default=0)
    for name in (
        f"D{_bucket(longest)}",
        f"L{level.value}",
        f"n{min(_MANY_DAYS, len(signs))}",
        f"h{int(heat_alert)}",
        f"l{language}",
        *(f"R{code}" for code in codes),
    ):
        facts[name] = nowhere
    return Seen(_grams(text, spans), facts)


def _bucket(days: int) -> str:
    """Days as the rubric tells them apart: none, one, two or three, four and more."""
    if days < _FEW_DAYS:
        return str(days)
    return "few" if days < _MANY_DAYS else "many"


def _add_findings(facts: dict[str, Span], findings: Findings) -> None:
    for evidence in findings.evidence:
        span = (evidence.start, evidence.end)
        facts[f"k{evidence.sign.value}"] = span
        facts[f"k{evidence.sign.value}:{evidence.tag}"] = span
        facts[f"p{evidence.sign.value}:{evidence.why}"] = span
    for evidence, why in findings.dropped:
        facts[f"d{evidence.sign.value}:{why.split(' ')[0]}"] = (evidence.start, evidence.end)
    for name, matches in findings.facts.items():
        facts[f"f{name}"] = (matches[0].start, matches[0].end)


def _without_places(text: str, towns: Sequence[Mention]) -> tuple[str, list[Span]]:
    """The text with addresses and numbers folded to one character each, and where each character came from."""
    folded: list[str] = []
    spans: list[Span] = []
    position = 0

    def copy(until: int) -> None:
        nonlocal position
        while position < until:
            digits = _DIGITS.match(text, position, until)
            end = digits.end() if digits else position + 1
            folded.append("0" if digits else text[position])
            spans.append((position, end))
            position = end

    for mention in towns:
        if mention.start < position or mention.person:
            continue
        copy(mention.start)
        end = max(mention.end, mention.address.end if mention.address else 0)
        folded.append(_PLACE)
        spans.append((position, end))
        position = end
    copy(len(text))
    return "".join(folded), spans


def _grams(text: str, spans: Sequence[Span]) -> dict[str, Span]:
    """All runs of one to five characters, hiragana for katakana; ``^`` and ``$`` mark the ends of the report."""
    framed = f"^{hiragana(text)}$".replace("\n", "。")
    last = len(spans) - 1
    grams: dict[str, Span] = {}
    for size in range(1, LONGEST_RUN + 1):
        for start in range(len(framed) - size + 1):
            run = "g" + framed[start : start + size]
            if run not in grams:
                first, end = max(0, start - 1), min(last, start + size - 2)
                grams[run] = (spans[first][0], spans[end][1]) if 0 <= first <= last and end >= 0 else (0, 0)
    return grams


def _add_words(facts: dict[str, Span], text: str, spans: Sequence[Span]) -> None:
    def add(letter: str, *run: Word) -> None:
        name = letter + ">".join(word.form for word in run)
        facts.setdefault(name, (spans[run[0].start][0], spans[run[-1].end - 1][1]))

    found = list(words(text))
    for word in found:
        add("t", word)
    for pair in pairwise(found):
        add("T", *pair)
    for pair in pairwise(word for word in found if word.telling):
        add("C", *pair)


def _add_concepts(
    facts: dict[str, Span],
    text: str,
    spans: Sequence[Span],
    concepts: Concepts,
    durations: Sequence[Duration],
) -> None:
    found = [Found(spans[f.start][0], spans[f.end - 1][1], f.names) for f in concepts.find(text)]
    found += [Found(d.start, d.end, (f"#{_bucket(d.days)}",)) for d in durations]
    found.sort(key=lambda f: (f.start, f.end))
    sentences = [(spans[m.start()][0], spans[m.end() - 1][1]) for m in _SENTENCE.finditer(text)]
    for start, end in sentences:
        inside = [f for f in found if start <= f.start < end]
        where: dict[str, Span] = {}
        for one in inside:
            for name in one.names:
                where.setdefault(name, (one.start, one.end))
                facts.setdefault(f"w{name}", (one.start, one.end))
        for one, other in pairwise(inside):
            for name in one.names:
                for next_name in other.names:
                    facts.setdefault(f"b{name}>{next_name}", (one.start, other.end))
        for name, other_name in combinations(sorted(where), 2):
            spanned = (*where[name], *where[other_name])
            facts.setdefault(f"q{name}&{other_name}", (min(spanned), max(spanned)))
