"""Reading what an officer answers by SMS: 「12」「１２ 了解」「返信12で受付」「12 無事でした」. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from relay.messages import Messages
from relay.vocabulary import Outcome


class Command(StrEnum):
    """What an officer can say in one SMS."""

    ACCEPT = "accept"
    RELEASE = "release"
    PROGRESS = "progress"
    REOPEN = "reopen"
    CALLED_119 = "called_119"
    OUTCOME = "outcome"
    NOTE = "note"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """``code`` None: the officer named no case. ``text`` is the free text of a note."""

    code: str | None
    command: Command
    outcome: Outcome | None = None
    text: str = ""


# A number that goes on like an address (12-3, 12丁目, 12番地) or a count (12日) is no reply code.
CODED = re.compile(
    r"(?:返信|No\.?|#)?\s*(\d{2,3})(?![\d\-‐-―−ー]|丁目|番地|号|日|部|歳|時|分|円|人|階)\s*(?:番)?\s*[::、,。.]?\s*(.*)",
    re.S,
)
POLITE = re.compile(
    r"(?:を?(?:確認|かくにん))?(?:していました|しています|している|とのことです|とのこと|いたしました|致しました|しました|ました|でした|です|ます|だった|だ|した)?[。.!!、\s]*$"
)
SPACES = re.compile(r"\s+")


def parse(text: str, messages: Messages) -> Reply | None:
    """The reply in ``text``, or None when it is none: then it is a report like anybody's."""
    plain = unicodedata.normalize("NFKC", text).strip()
    coded = CODED.fullmatch(plain)
    if coded is None:
        command, outcome = _words(plain, messages)
        return Reply(code=None, command=command, outcome=outcome) if command != Command.NOTE else None
    code, rest = coded.group(1), coded.group(2).strip()
    if not rest:
        return Reply(code=code, command=Command.ACCEPT)
    command, outcome = _words(rest, messages)
    return Reply(code=code, command=command, outcome=outcome, text=rest if command == Command.NOTE else "")


def _words(rest: str, messages: Messages) -> tuple[Command, Outcome | None]:
    # Only the whole remainder counts as a command: 「無事ではない」 must stay a note and close nothing.
    whole = _even(rest)
    for candidate in (whole, _even(POLITE.sub("", rest))):
        for name, words in messages.commands.items():
            if candidate in {_even(w) for w in words}:
                return Command(name), None
        for outcome, words in messages.outcomes.items():
            if candidate in {_even(w) for w in words}:
                return Command.OUTCOME, outcome
    return Command.NOTE, None


def _even(text: str) -> str:
    return SPACES.sub("", unicodedata.normalize("NFKC", text)).rstrip("。.!、").casefold()
