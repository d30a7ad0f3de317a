"""What the rules alone make of a text: signs, fine points, days, level. The learned reader looks at this too."""

from dataclasses import dataclass, field

from relay.places.mentions import Mention, index
from relay.places.table import TownTable
from relay.triage import duration
from relay.triage.duration import Duration
from relay.triage.evidence import Finder, Findings
from relay.triage.levels import Circumstances, decide
from relay.triage.lexicon import Lexicon
from relay.triage.results import Given, Reason
from relay.triage.sheet import Sheet
from relay.vocabulary import Level, Sign

#: Signs beside which a chime that nobody answered is no trouble.
_NO_TROUBLE = frozenset({Sign.ALL_CLEAR, Sign.ABSENCE_KNOWN})
#: Of these a time that is said is no length: how long they are away, how often she asks.
_LASTING_NOTHING = frozenset({Sign.ALL_CLEAR, Sign.ABSENCE_KNOWN, Sign.CONFUSION})
#: Evidence set aside for these leaves a worry behind: no such text is a mere question.
_UNSURE = frozenset({"hearsay", "doubted"})

#: Facts beside the signs that the learned reader tells.
LEARNED_FACTS = ("single", "expected", "office")

Tags = frozenset[tuple[Sign, str]]


@dataclass(frozen=True)
class Draft:
    """One text as the rules read it."""

    sheet: Sheet
    findings: Findings
    towns: tuple[Mention, ...]
    #: Stated times that may be the length of a sign.
    durations: tuple[Duration, ...]
    signs: frozenset[Sign]
    tags: Tags
    level: Level
    reasons: tuple[Reason, ...]
    days: int | None


@dataclass(frozen=True)
class Judge:
    """From signs to a level, for one text: the same for the rules' signs and for the learned ones."""

    lexicon: Lexicon
    sheet: Sheet
    findings: Findings
    durations: tuple[Duration, ...]
    heat_alert: bool = False
    open_case: bool = False
    given: Given = field(default_factory=Given)

    def days(self, signs: frozenset[Sign]) -> int | None:
        """The longest stated time of a present sign, else what the count of newspapers stands for."""
        if self.given.days:
            return self.given.days
        if not signs - _LASTING_NOTHING:
            return None
        if self.durations:
            return max(d.days for d in self.durations)
        text = self.sheet.text
        counted = None
        if Sign.NEWSPAPERS in signs:
            counted = duration.papers(text, 0, len(text), editions="editions" in self.findings.facts)
        if counted is None and signs & {Sign.NEWSPAPERS, Sign.DELIVERIES}:
            return duration.of_then(text)
        return counted

    def decide(
        self, signs: frozenset[Sign], tags: Tags, said: frozenset[str] | None = None
    ) -> tuple[Level, tuple[Reason, ...]]:
        """The rubric's level for these signs, with the rules that led to it.

        ``said``: which of ``LEARNED_FACTS`` hold, where the learned reader tells; else the phrases do.
        """
        facts = self.findings.facts
        days = self.days(signs)
        if said is None:
            single = "single" in facts and "heaped" not in facts
            expected = "expected" in facts or (Sign.NO_ANSWER, "expected") in tags
            office, harmless, today = "office" in facts, "harmless" in facts, "today" in facts
            uneasy = "uneasy" in facts or any(why in _UNSURE for _, why in self.findings.dropped)
        else:
            single, expected, office = "single" in said, "expected" in said, "office" in said
            # Of a smell and of abuse the learned fine points say as much as a cause or a time that is named.
            harmless, today, uneasy = (Sign.SMELL, "danger") not in tags, False, not office
        circumstances = Circumstances(
            tags=tags,
            days=days,
            single=days == 1 or (days is None and single),
            expected=expected,
            harmless=harmless,
            today=today,
            repeat=self.repeat,
            open_case=self.open_case,
            heat_alert=self.heat_alert,
            office=office,
            own_trouble=said is None and "own_trouble" in facts,
            uneasy=uneasy,
        )
        return decide(signs, circumstances, self.lexicon.thresholds)

    @property
    def repeat(self) -> bool:
        """Whether the writer says that this home was reported before."""
        return "repeat" in self.findings.facts and "correction" not in self.findings.facts

    def with_given(self, signs: frozenset[Sign]) -> frozenset[Sign]:
        """The signs with those ticked on the form, and the chime that nobody answered."""
        signs |= self.given.signs
        trouble = not (signs and signs <= _NO_TROUBLE) and Sign.ALL_CLEAR not in signs
        return signs | {Sign.NO_ANSWER} if self.given.chime_tried and trouble else signs


def draft(
    text: str,
    *,
    lexicon: Lexicon,
    finder: Finder,
    table: TownTable,
    heat_alert: bool = False,
    given: Given | None = None,
    open_case: bool = False,
) -> tuple[Draft, Judge]:
    """Read ``text`` by the rules."""
    sheet = Sheet(text)
    findings = finder.find(sheet)
    if sheet.language == "other":
        # Of what is not understood only the plainest words count: a sentence of Japanese in another language.
        sure = tuple(evidence for evidence in findings.evidence if evidence.tag == "sure")
        findings = Findings(sure, text=sheet.text)
    durations = tuple(
        d
        for d in duration.durations(sheet.text, several=lexicon.thresholds.days_several)
        if not lexicon.matches("not_lasting", sheet.text[slice(*sheet.clause(d.start, d.end))])
    )
    judge = Judge(
        lexicon,
        sheet,
        findings,
        durations,
        heat_alert=heat_alert,
        open_case=open_case,
        given=given or Given(),
    )
    signs = judge.with_given(_signs(findings))
    tags = frozenset((e.sign, e.tag) for e in findings.evidence if e.tag)
    level, reasons = judge.decide(signs, tags)
    mentions = tuple(index(table).mentions(findings.text))
    return Draft(sheet, findings, mentions, durations, signs, tags, level, reasons, judge.days(signs)), judge


def _signs(findings: Findings) -> frozenset[Sign]:
    """Signs that the evidence supports; a soft 「元気でした」 counts only where nothing else is wrong."""
    hard = {e.sign for e in findings.evidence if e.tag != "soft"}
    soft = {e.sign for e in findings.evidence if e.tag == "soft"}
    return frozenset(hard | (soft if not hard else set()))
