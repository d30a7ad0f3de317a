"""Reading a report: text in, level, signs, days, place and reasons out. Pure: no database, clock or network."""

from dataclasses import replace

from relay.places.table import TownTable
from relay.triage.draft import Draft, Judge, draft
from relay.triage.evidence import Evidence, Finder, Findings, PhraseFinder
from relay.triage.explaining import with_loudest, written
from relay.triage.lexicon import Lexicon
from relay.triage.long_texts import LONGEST, shortened
from relay.triage.opinion import Opinion, form
from relay.triage.place import (
    find_towns,
    normalise_building,
    normalise_number,
    normalise_room,
    read_place,
    split_homes,
)
from relay.triage.results import NOWHERE, Given, Place, Reading, Reason
from relay.triage.sheet import Sheet
from relay.vocabulary import Level, Sign

_ANY_REPORT = "本町1-2-3 新聞が3日分たまっています"

__all__ = ["LONGEST", "Given", "Place", "Reader", "Reading", "Reason"]

#: Where only these are told, the person does not come to the place that is named.
_STAYS_AWAY = frozenset({Sign.NOT_SEEN, Sign.MISSING})


class Reader:
    """Reads reports with one lexicon and one town table. Keeps no state between reports; safe to share."""

    def __init__(self, lexicon: Lexicon, towns: TownTable, *, finder: Finder | None = None) -> None:
        self._lexicon = lexicon
        self._towns = towns
        self._finder = finder or PhraseFinder(lexicon)
        # What is built at its first use is built now: the first report waits for nothing.
        self.read(_ANY_REPORT)

    def read(
        self,
        text: str,
        *,
        heat_alert: bool = False,
        given: Given | None = None,
        open_case: bool = False,
        learned: bool = True,
    ) -> Reading:
        """What the report says and how urgent it is. Any text gives an answer; none raises an error.

        ``learned`` False: by the phrases alone, for texts that are no reports of a home. The learned reader has seen
        nothing else, and takes 「駅で一緒にいます」 for somebody lying there.
        """
        cut = len(text) > LONGEST
        text = shortened(text, self._lexicon.reader.watch)
        given = given or Given()
        homes = split_homes(text, self._towns)
        readings = [
            self._one(part, heat_alert=heat_alert, given=given, open_case=open_case, learned=learned)
            for part in homes
        ]
        reading = readings[0] if len(readings) == 1 else _joined(readings, given)
        if cut and reading.level is Level.ROUTINE:
            # Nobody has read all of it.
            unread = Reason(code="not_understood", level=Level.PROMPT, signs=(), words=())
            reading = replace(reading, level=Level.PROMPT, reasons=(unread, *reading.reasons))
        return reading

    def explain(self, text: str) -> Findings:
        """The evidence behind the signs of a text by the rules, with what was set aside and why."""
        return self._finder.find(Sheet(text))

    def draft(self, text: str, *, heat_alert: bool = False) -> tuple[Draft, Judge]:
        """What the rules alone make of a text."""
        return self._drafted(text, heat_alert=heat_alert, given=Given(), open_case=False)

    def opinion(self, text: str, *, heat_alert: bool = False) -> Opinion | None:
        """What the rules and the learned reader make of a text together; None where the latter is switched off."""
        return self._opinion(*self.draft(text, heat_alert=heat_alert))

    def _drafted(self, text: str, *, heat_alert: bool, given: Given, open_case: bool) -> tuple[Draft, Judge]:
        return draft(
            text,
            lexicon=self._lexicon,
            finder=self._finder,
            table=self._towns,
            heat_alert=heat_alert,
            given=given,
            open_case=open_case,
        )

    def _opinion(self, drafted: Draft, judge: Judge) -> Opinion | None:
        model = self._lexicon.model
        if model is None or drafted.sheet.language == "other":
            return None
        return form(drafted, judge, model)

    def _one(self, text: str, *, heat_alert: bool, given: Given, open_case: bool, learned: bool) -> Reading:
        drafted, judge = self._drafted(text, heat_alert=heat_alert, given=given, open_case=open_case)
        answer: Draft | Opinion = (self._opinion(drafted, judge) if learned else None) or drafted
        signs, evidence, facts = answer.signs, drafted.findings.evidence, drafted.findings.facts
        reasons = tuple(_with_words(reason, evidence, drafted.findings.text) for reason in answer.reasons)
        if isinstance(answer, Opinion) and self._lexicon.model is not None:
            reasons = with_loudest(reasons, answer, self._lexicon.model, drafted.findings.text)
        here = bool(signs & {Sign.LOST, Sign.COLLAPSED}) or (Sign.FRAUD, "now") in answer.tags
        place = read_place(text, self._towns, person_here=here, person_away=signs <= _STAYS_AWAY)
        if not signs and answer.level is Level.ROUTINE and place.number is None:
            # 「大志の集会所の予約は」: where nothing is told of a home, a town is the writer's business.
            place = replace(place, town=None, candidates=())
        return Reading(
            level=answer.level,
            signs=tuple(sign for sign in Sign if sign in signs),
            days=answer.days if signs - {Sign.ALL_CLEAR} else None,
            place=_given_place(given, place, self._towns),
            sealed=Sign.ABUSE in signs,
            called_119=given.called_119 or "called_119" in facts,
            repeat=judge.repeat,
            reasons=reasons,
            lexicon=self._lexicon.version,
            language=drafted.sheet.language,
        )


def _with_words(reason: Reason, evidence: tuple[Evidence, ...], text: str) -> Reason:
    spans = sorted({(e.start, e.end) for e in evidence if e.sign in reason.signs})
    return replace(reason, words=written(text, spans))


def _given_place(given: Given, read: Place, towns: TownTable) -> Place:
    """The form's own fields where they were filled in, the text's where not."""
    if given.town is None and given.number is None and given.building is None and given.room is None:
        return read
    possible = find_towns(given.town, towns) if given.town else ()
    town = (possible[0] if len(possible) == 1 else None) if given.town else read.town
    same = town == read.town
    number = normalise_number(given.number) if given.number else (read.number if same else None)
    return Place(
        town=town,
        number=number,
        building=normalise_building(given.building) if given.building else (read.building if same else None),
        room=normalise_room(given.room) if given.room else (read.room if same else None),
        candidates=() if town else (possible or read.candidates),
    )


def _joined(readings: list[Reading], given: Given) -> Reading:
    """Several homes in one text: the higher level wins, the signs are united, and no home is guessed."""
    highest = max(readings, key=lambda reading: reading.level.rank)
    signs = {sign for reading in readings for sign in reading.signs}
    days = [reading.days for reading in readings if reading.days]
    reasons = sorted((r for reading in readings for r in reading.reasons), key=lambda r: -r.level.rank)
    towns = dict.fromkeys(reading.place.town for reading in readings if reading.place.town)
    return replace(
        highest,
        signs=tuple(sign for sign in Sign if sign in signs),
        days=max(days, default=None),
        place=highest.place if given.town else replace(NOWHERE, candidates=tuple(towns)),
        sealed=any(reading.sealed for reading in readings),
        called_119=any(reading.called_119 for reading in readings),
        repeat=any(reading.repeat for reading in readings),
        reasons=tuple(reasons),
    )
