"""The parts of a CAP 1.2 document, and the codes that the standard allows. Pure; see ``search.exchange.cap``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class CapError(Exception):
    """It is no CAP message that can be used. ``code``: too_large, doctype, not_xml, not_cap (another root element),
    wrong_namespace (another version of CAP, or none), missing_<field>, bad_<field>."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Status(StrEnum):
    """How a message is to be taken; only the first two concern anybody here."""

    ACTUAL = "Actual"
    EXERCISE = "Exercise"
    SYSTEM = "System"
    TEST = "Test"
    DRAFT = "Draft"


class MsgType(StrEnum):
    """What a message does to the earlier ones."""

    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"
    ACK = "Ack"
    ERROR = "Error"


class Reference(NamedTuple):
    """CAP's name for a message."""

    sender: str
    identifier: str
    sent: datetime

    def __str__(self) -> str:
        return f"{self.sender},{self.identifier},{stamp(self.sent)}"


@dataclass(frozen=True)
class Circle:
    """Around a point (degrees, WGS 84), ``km`` kilometres wide on each side."""

    lat: float
    lng: float
    km: float


@dataclass(frozen=True, kw_only=True)
class Info:
    """The message in one language (``ja-JP``)."""

    language: str
    event: str
    sender_name: str
    headline: str
    description: str
    instruction: str
    area: str


@dataclass(frozen=True, kw_only=True)
class CapEvent:
    """A message of ours. ``kind`` is Alert, Update or Cancel; ``references`` name all earlier ones of the search."""

    identifier: str
    sender: str
    sent: datetime
    kind: MsgType
    drill: bool
    restriction: str
    """For whom it is: these messages are never public."""
    note: str | None = None
    """CAP wants exercises to name themselves here."""
    references: tuple[Reference, ...] = ()
    infos: tuple[Info, ...]
    onset: datetime | None = None
    expires: datetime
    contact: str
    facts: Mapping[str, str] = field(default_factory=dict)
    circle: Circle | None = None


@dataclass(frozen=True, kw_only=True)
class CapMessage:
    """A message as it was read. Texts are those in Japanese where there are some; free texts may be None."""

    identifier: str
    sender: str
    sent: datetime
    kind: MsgType
    status: Status
    references: tuple[Reference, ...]
    headline: str | None
    description: str | None
    area: str | None
    expires: datetime | None
    circle: Circle | None
    facts: Mapping[str, str]
    """Our own parameters, without their prefix."""

    @property
    def reference(self) -> Reference:
        """What later messages call this one."""
        return Reference(self.sender, self.identifier, self.sent)

    @property
    def drill(self) -> bool:
        return self.status == Status.EXERCISE


def stamp(moment: datetime) -> str:
    """A moment as CAP writes it: whole seconds, and the offset written out."""
    return moment.isoformat(timespec="seconds")
