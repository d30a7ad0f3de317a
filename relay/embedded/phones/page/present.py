"""What the page shows, worked out from the state. Pure: no HTTP, no HTML but escaped links."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import nlargest
from itertools import islice
from urllib.parse import urlencode

from markupsafe import Markup, escape

from relay import clock
from relay.embedded.phones.faults import Faults
from relay.embedded.phones.inbound import NO_ANSWER
from relay.embedded.phones.page.words import Words
from relay.embedded.phones.state import INBOUND, Call, Message, Phone, State

#: Phones and entries of a thread that are shown unless more are asked for: a full page stays under 200 KB.
PHONES_SHOWN, MOST_PHONES = 24, 500
ENTRIES_SHOWN = 12
#: The keys that a call shows.
KEYS = ("1", "2", "3", "9", "#")
#: Fault buttons: what each sets.
PRESETS: Mapping[str, Mapping[str, object]] = {
    "down": {"down": True},
    "lost": {"undelivered_rate": 1},
    "late": {"queue_ms": 10_000},
    "messy": {"duplicate_receipts": True, "shuffle_receipts": True},
}

LINK = re.compile(r"https?://[^\s<>\"'「」（）、。　]+")
REPLY_CODE = re.compile(r"(?:返信|[Rr]eply)[ 「“]?([0-9]{1,6})")
LONG = re.compile(r"\+81([5-9]0)(\d{4})(\d{4})")


@dataclass(frozen=True, kw_only=True)
class View:
    """What of the page somebody looks at. Kept in the address, so that it outlives forms and reloads.

    ``keep`` names phones that must not leave the page because somebody is writing on them.
    """

    lang: str = "ja"
    q: str = ""
    limit: int = PHONES_SHOWN
    phone: str = ""
    keep: frozenset[str] = frozenset()

    def query(self, **changes: object) -> str:
        """This view, with changes, as a query string without what goes without saying."""
        changed = replace(self, **changes)  # type: ignore[arg-type]  # callers are the templates
        usual = View()
        return urlencode({k: v for k, v in vars(changed).items() if k != "keep" and v != getattr(usual, k)})


def view(query: Mapping[str, str], lang: str) -> View:
    """The view that an address asks for."""
    limit = query.get("limit", "")
    return View(
        lang=lang,
        q=query.get("q", "").strip(),
        limit=min(int(limit), MOST_PHONES) if limit.isdecimal() and limit.isascii() else PHONES_SHOWN,
        phone=query.get("phone", ""),
        keep=frozenset(query.get("keep", "").split(",")),
    )


@dataclass(frozen=True)
class Choice:
    """The phones to show, newest activity first, and how many more there are."""

    active: list[Phone]
    idle: list[Phone]
    hidden: int


def choose(state: State, wanted: View) -> Choice:
    """The phones that ``wanted`` shows."""
    if wanted.phone:
        found = [state.phones[wanted.phone]] if wanted.phone in state.phones else []
    else:
        needle = wanted.q.casefold()
        digits = re.sub(r"\D", "", wanted.q).removeprefix("0")
        found = [phone for phone in state.phones.values() if not needle or _matches(phone, needle, digits)]
    shown = nlargest(wanted.limit, found, key=lambda phone: phone.active)
    more = len(found) - len(shown)
    written_on = wanted.keep.intersection(state.phones).difference(phone.number for phone in shown)
    shown += sorted((state.phones[number] for number in written_on), key=lambda phone: -phone.active)
    return Choice(
        active=[phone for phone in shown if phone.active],
        idle=[phone for phone in shown if not phone.active],
        hidden=more,
    )


def _matches(phone: Phone, needle: str, digits: str) -> bool:
    return needle in (phone.label or "").casefold() or bool(digits and digits in phone.number)


@dataclass(frozen=True)
class Thread:
    """Messages and ended calls of one phone as they happened; ``older`` ones are left out."""

    entries: list[Message | Call]
    older: int


def thread(phone: Phone, *, whole: bool) -> Thread:
    """The newest entries of a phone, or all of them."""
    ended = [call for call in phone.calls if call.ended]
    entries: list[Message | Call] = [*phone.messages, *ended]
    if not whole:
        entries = [*phone.messages[-ENTRIES_SHOWN:], *ended[-ENTRIES_SHOWN:]]
    entries.sort(key=_happened)
    shown = entries if whole else entries[-ENTRIES_SHOWN:]
    return Thread(shown, len(phone.messages) + len(ended) - len(shown))


def _happened(entry: Message | Call) -> datetime:
    """A call takes its place where it ended: until then it stands below the thread."""
    return (isinstance(entry, Call) and entry.ended_at) or entry.created_at


def live_calls(phone: Phone) -> list[Call]:
    """Calls that still go on: they stay in sight below the thread."""
    return [call for call in phone.calls if not call.ended]


def reply_code(phone: Phone) -> str | None:
    """The code that the newest question asks for, unless this phone has answered with it already."""
    for message in islice(reversed(phone.messages), ENTRIES_SHOWN):
        if message.direction == INBOUND:
            return None
        found = REPLY_CODE.search(message.body)
        if found and message.status not in ("undelivered", "failed"):
            return found[1]
    return None


def name(phone: Phone) -> str:
    """The phone's label, or its number."""
    return phone.label or national(phone.number)


def national(number: str) -> str:
    """A number as people in Japan write it; foreign ones stay as they are."""
    long = LONG.fullmatch(number)
    if long:
        return f"0{long[1]}-{long[2]}-{long[3]}"
    return "0" + number.removeprefix("+81") if number.startswith("+81") else number


def moment(value: datetime) -> str:
    """Japanese wall time; with the date where it is not today's."""
    local = clock.local(value)
    if local.date() == clock.local(clock.now()).date():
        return f"{local:%H:%M:%S}"
    return f"{local.month}/{local.day} {local:%H:%M}"


def linked(text: str) -> Markup:
    """``text`` escaped, with its links clickable in a new tab and its line breaks kept."""
    pieces, end = [], 0
    for found in LINK.finditer(text):
        pieces += [escape(text[end : found.start()]), _anchor(found[0])]
        end = found.end()
    return Markup("").join([*pieces, escape(text[end:])])


def _anchor(url: str) -> Markup:
    return Markup('<a href="{0}" target="_blank" rel="noopener noreferrer">{0}</a>').format(url)


def tail(message: Message, words: Words) -> str:
    """How a message fares, in words."""
    if message.direction == INBOUND:
        if not message.problem:
            return words("received")
        problem = words("no_answer") if message.problem == NO_ANSWER else message.problem
        return words("not_received", problem=problem)
    reason = words("because", reason=words.reason(message.error_code)) if message.error_code else ""
    return words(message.status) + reason


def presets(faults: Faults) -> dict[str, bool]:
    """Which fault buttons are on."""
    now = faults.as_json()
    return {preset: all(now[k] == v for k, v in wanted.items()) for preset, wanted in PRESETS.items()}


def other_faults(faults: Faults) -> bool:
    """Whether something is set that no button shows."""
    return faults != Faults().changed(_merged(p for p, on in presets(faults).items() if on))


def toggled(faults: Faults, preset: str) -> Faults:
    """``faults`` with one button pressed: its faults are set, or set back."""
    if presets(faults)[preset]:
        usual = Faults().as_json()
        return faults.changed({name: usual[name] for name in PRESETS[preset]})
    return faults.changed(PRESETS[preset])


def _merged(names: Iterable[str]) -> dict[str, object]:
    return {name: value for preset in names for name, value in PRESETS[preset].items()}
