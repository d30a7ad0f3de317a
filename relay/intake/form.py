"""The worker's report form, read tolerantly: whatever was typed becomes a report. Pure.

A report is accepted first and argued with later. What does not fit its field is not refused and not lost: it
goes into the text, where the triage and the officer read it, and a ``Note`` remembers it for a kind word.
"""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

import phonenumbers

from relay.intake.incoming import content_hash
from relay.places.writing import plain
from relay.triage.results import Given
from relay.vocabulary import Sign

MAX_TEXT = 4_000
#: Room in the text that is kept free for what did not fit elsewhere.
MAX_EXTRA = 1_000
MAX_DAYS = 60
#: More values of one name than there are signs come from no form of ours.
MAX_VALUES = 40
FIELDS = (
    *("signs", "town", "number", "building", "room", "surname", "where", "lat", "lng", "days", "chime"),
    *("called_119", "text", "phone", "submission"),
)
#: Longest sensible values in characters.
LIMITS = {"town": 60, "number": 60, "building": 80, "room": 20, "surname": 40}
#: How a part of the form is named inside the text. Always Japanese: the officer reads it, not the reporter.
LABELS = {
    "town": "町名",
    "number": "番地",
    "building": "建物",
    "room": "部屋",
    "surname": "名字",
    "where": "場所",
    "days": "日数",
    "signs": "様子",
}
CUT = "…（以下略）"

# A box around Japan: a position outside of it is a phone's mistake.
LATITUDES = (20.0, 46.0)
LONGITUDES = (122.0, 154.0)

_SUBMISSION = re.compile(r"[A-Za-z0-9_-]{8,64}")
_DAYS = re.compile(r"(\d{1,4})\s*(?:日間?|days?)?", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_JAPANESE_MOBILE = re.compile(r"\+81[6-9]0\d{8}")
_SIGNS = frozenset(sign.value for sign in Sign)
_YES = frozenset({"yes", "on", "true", "1"})
_NO = frozenset({"no", "off", "false", "0"})


class Note(StrEnum):
    """Something that was typed and not understood. The report stands all the same."""

    SIGN = "sign"
    DAYS = "days"
    POSITION = "position"
    PHONE = "phone"  # no telephone number
    PHONE_FIXED = "phone_fixed"  # a number that takes no SMS
    CUT = "cut"  # longer than what is kept


@dataclass(frozen=True, kw_only=True)
class FormReport:
    """A report as the form gives it. ``given`` wins over what ``text`` says."""

    submission: str | None
    given: Given
    surname: str | None
    lat: float | None
    lng: float | None
    text: str
    """The worker's words, then what fitted no field, one line each."""
    phone: str | None
    """Mobile number for the answer, E.164."""
    phone_written: str | None
    """The number as it was typed, readable or not."""
    notes: frozenset[Note]

    @property
    def empty(self) -> bool:
        """Whether nothing at all was given (a photo is not known here)."""
        return replace(self, submission=None) == EMPTY

    def fingerprint(self, photo: bytes | None = None) -> str:
        """The same content gives the same fingerprint, from whichever page it was sent."""
        content = asdict(self)
        del content["submission"]
        content["given"]["signs"] = sorted(self.given.signs)
        content["notes"] = sorted(self.notes)
        content["photo"] = hashlib.sha256(photo).hexdigest() if photo else None
        return content_hash(json.dumps(content, sort_keys=True))


EMPTY = FormReport(
    submission=None,
    given=Given(),
    surname=None,
    lat=None,
    lng=None,
    text="",
    phone=None,
    phone_written=None,
    notes=frozenset(),
)


def external_id(report: FormReport, fingerprint: str, partner_id: int | None) -> str:
    """What makes a report one: the same page with the same content, however often it is sent.

    The same page with other content (sent, went back, changed, sent) is another report. A page without a
    submission number counts by its content and its company.
    """
    page = report.submission or f"partner-{partner_id}"
    return f"form:{page}:{fingerprint}"


def parse(form: Mapping[str, str]) -> FormReport:
    """Read a form (a ``MultiDict`` or a plain mapping). Never raises, whatever is in it."""
    return _Reader(form).report()


def as_typed(form: Mapping[str, str]) -> dict[str, list[str]]:
    """The fields of the form as they were typed, for the record, within the same limits of length."""
    reader = _Reader(form)
    typed = {name: [value[:MAX_TEXT] for value in reader.every(name)[:MAX_VALUES]] for name in FIELDS}
    return {name: values for name, values in typed.items() if values}


class _Reader:
    """One form being read; collects notes and left-over words on the way."""

    def __init__(self, form: Mapping[str, str]) -> None:
        self.form = form
        self.notes: set[Note] = set()
        self.extra: list[str] = []

    def report(self) -> FormReport:
        chime = self._yes_no("chime")
        signs = self._signs()
        if chime:
            # The choice reads 「押した・出なかった」: it says both.
            signs |= {Sign.NO_ANSWER}
        given = Given(
            signs=frozenset(signs),
            town=self._short("town"),
            number=self._short("number"),
            building=self._short("building"),
            room=self._short("room"),
            days=self._days(),
            chime_tried=chime,
            called_119=self._yes_no("called_119") is True,
        )
        surname = self._short("surname")
        lat, lng = self._position()
        phone, written = self._phone()
        submission = self._one("submission")
        where = _words(self._one("where"))
        if where:
            self.extra.append(f"{LABELS['where']}: {where}")
        return FormReport(
            submission=submission if _SUBMISSION.fullmatch(submission) else None,
            given=given,
            surname=surname,
            lat=lat,
            lng=lng,
            text=self._text(),
            phone=phone,
            phone_written=written,
            notes=frozenset(self.notes),
        )

    def every(self, name: str) -> list[str]:
        getlist = getattr(self.form, "getlist", None)
        values = getlist(name) if getlist else [self.form.get(name)]
        return [
            _UNSTORABLE.sub("", value.replace("\r\n", "\n").replace("\r", "\n")) for value in values if value
        ]

    def _one(self, name: str) -> str:
        return next(iter(self.every(name)), "")

    def _short(self, name: str) -> str | None:
        value = _words(plain(self._one(name)))
        limit = LIMITS[name]
        if len(value) > limit:
            self.extra.append(f"{LABELS[name]}: {value}")
            value = value[:limit].rstrip()
        return value or None

    def _signs(self) -> set[Sign]:
        known: set[Sign] = set()
        for code in self.every("signs")[:MAX_VALUES]:
            code = _words(code)  # noqa: PLW2901
            if code in _SIGNS:
                known.add(Sign(code))
            elif code:
                self.notes.add(Note.SIGN)
                self.extra.append(f"{LABELS['signs']}: {code}")
        return known

    def _days(self) -> int | None:
        value = _words(plain(self._one("days")))
        if not value:
            return None
        match = _DAYS.fullmatch(value)
        days = int(match.group(1)) if match else None
        if days is None or days > MAX_DAYS:
            # In words (「一週間くらい」) or beyond all measure: the triage reads the words.
            self.notes.add(Note.DAYS)
            self.extra.append(f"{LABELS['days']}: {value}")
        return None if days is None else min(days, MAX_DAYS)

    def _yes_no(self, name: str) -> bool | None:
        value = _words(self._one(name)).lower()
        if value in _YES:
            return True
        return False if value in _NO else None

    def _position(self) -> tuple[float | None, float | None]:
        written = [_words(plain(self._one(name))) for name in ("lat", "lng")]
        if not any(written):
            return None, None
        lat, lng = (_number(value) for value in written)
        if lat is None or lng is None or not (_within(lat, LATITUDES) and _within(lng, LONGITUDES)):
            self.notes.add(Note.POSITION)
            return None, None
        return round(lat, 6), round(lng, 6)

    def _phone(self) -> tuple[str | None, str | None]:
        written = _words(plain(self._one("phone")))[:40]
        if not written:
            return None, None
        try:
            number = phonenumbers.parse(written, "JP")
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            self.notes.add(Note.PHONE)
            return None, written
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if e164.startswith("+81") and not _JAPANESE_MOBILE.fullmatch(e164):
            self.notes.add(Note.PHONE_FIXED)
            return None, written
        return e164, written

    def _text(self) -> str:
        own = self._one("text").strip()
        extra = self._cut("\n".join(self.extra), MAX_EXTRA)
        own = self._cut(own, MAX_TEXT - len(extra) - 1)
        return f"{own}\n{extra}".strip()

    def _cut(self, text: str, limit: int) -> str:
        if len(text) <= limit:
            return text
        self.notes.add(Note.CUT)
        return text[: limit - len(CUT)] + CUT


def _words(text: str) -> str:
    """One line with single blanks."""
    return _SPACES.sub(" ", text).strip()


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _within(number: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= number <= bounds[1]
