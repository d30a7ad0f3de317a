"""CAP 1.2 documents (OASIS Common Alerting Protocol): how a search is told to neighbouring cities. Pure.

``build`` writes ours, ``parse`` reads anybody's. Structured facts travel as parameters under our own prefix, so that
a neighbour with the same relay gets a filled form, and everybody else the description in words.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from xml.etree.ElementTree import Element, SubElement, tostring

from relay import clock
from relay.search.exchange import markup
from relay.search.exchange.cap_types import (
    CapError,
    CapEvent,
    CapMessage,
    Circle,
    Info,
    MsgType,
    Reference,
    Status,
    stamp,
)

__all__ = [
    "LARGEST",
    "MIME",
    "NAMESPACE",
    "CapError",
    "CapEvent",
    "CapMessage",
    "Circle",
    "Info",
    "MsgType",
    "Reference",
    "Status",
    "build",
    "clean",
    "parse",
]

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
MIME = "application/cap+xml"
#: Bytes. Ours have about 8 KB.
LARGEST = 256 * 1024
#: Before the names of our own parameters.
PREFIX = "mimamori-relay:"

#: What XML 1.0 can't hold at all, not even escaped.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: CAP allows neither blanks, commas, < nor & in what references are made of.
_NAME = re.compile(r"[^\s,<&]{1,200}")
#: CAP writes the offset out; Z and parts of a second are not allowed.
_MOMENT = re.compile(r"(20\d\d)-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d", re.ASCII)
_CIRCLE = re.compile(r"(-?\d{1,3}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)\s+(\d{1,5}(?:\.\d+)?)", re.ASCII)

Code = TypeVar("Code", bound=StrEnum)


#: By kind: response types, urgency, severity, certainty. A closing says nothing about how it ended.
_GRADES: Mapping[MsgType, tuple[tuple[str, ...], str, str, str]] = {
    MsgType.ALERT: (("Assess", "Monitor"), "Immediate", "Severe", "Observed"),
    MsgType.UPDATE: (("Assess", "Monitor"), "Immediate", "Severe", "Observed"),
    MsgType.CANCEL: (("AllClear",), "Past", "Unknown", "Unknown"),
}


def clean(text: str) -> str:
    """``text`` as XML can carry it: characters that it can't hold are left out, line ends are one kind."""
    return _ILLEGAL.sub("", text).replace("\r\n", "\n").replace("\r", "\n").strip()


def build(event: CapEvent) -> str:
    """The document, as XML text. Raises ``ValueError`` for names that CAP does not allow."""
    for name in (event.identifier, event.sender):
        if not _NAME.fullmatch(name):
            raise ValueError("CAP allows no blanks, commas, < or & in identifier and sender")
    alert = Element("alert", xmlns=NAMESPACE)
    _add(alert, "identifier", event.identifier)
    _add(alert, "sender", event.sender)
    _add(alert, "sent", stamp(clock.local(event.sent)))
    _add(alert, "status", Status.EXERCISE if event.drill else Status.ACTUAL)
    _add(alert, "msgType", event.kind)
    _add(alert, "scope", "Restricted")
    _add(alert, "restriction", event.restriction)
    _add(alert, "note", event.note)
    _add(alert, "references", " ".join(map(str, event.references)))
    for info in event.infos:
        _add_info(alert, event, info)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(alert, encoding="unicode") + "\n"


def _add_info(alert: Element, event: CapEvent, info: Info) -> None:
    responses, urgency, severity, certainty = _GRADES[event.kind]
    block = SubElement(alert, "info")
    _add(block, "language", info.language)
    _add(block, "category", "Rescue")
    _add(block, "event", info.event)
    for response in responses:
        _add(block, "responseType", response)
    _add(block, "urgency", urgency)
    _add(block, "severity", severity)
    _add(block, "certainty", certainty)
    _add(block, "onset", stamp(clock.local(event.onset)) if event.onset else None)
    _add(block, "expires", stamp(clock.local(event.expires)))
    _add(block, "senderName", info.sender_name)
    _add(block, "headline", info.headline)
    _add(block, "description", info.description)
    _add(block, "instruction", info.instruction)
    _add(block, "contact", event.contact)
    for name, value in event.facts.items():
        if clean(value):
            parameter = SubElement(block, "parameter")
            _add(parameter, "valueName", PREFIX + name)
            _add(parameter, "value", value)
    area = SubElement(block, "area")
    _add(area, "areaDesc", info.area)
    if event.circle:
        _add(area, "circle", f"{event.circle.lat:.5f},{event.circle.lng:.5f} {event.circle.km:g}")


def _add(parent: Element, name: str, text: str | None) -> None:
    if text and (kept := clean(text)):
        SubElement(parent, name).text = kept


def parse(xml: bytes) -> CapMessage:
    """Read a message of anybody's. Raises ``CapError``, and nothing else, for whatever else it is."""
    try:
        root = markup.read(xml, largest=LARGEST)
    except markup.MarkupError as error:
        raise CapError(error.code) from error
    if root.tag != _tag("alert"):
        raise CapError("wrong_namespace" if root.tag.rpartition("}")[2] == "alert" else "not_cap")
    info = _preferred(root)
    area = info.find(_tag("area")) if info is not None else None
    return CapMessage(
        identifier=_name(root, "identifier"),
        sender=_name(root, "sender"),
        sent=_moment("sent", _needed(root, "sent")),
        kind=_code(root, "msgType", MsgType),
        status=_code(root, "status", Status),
        references=_references(_text(root, "references")),
        headline=_text(info, "headline"),
        description=_text(info, "description"),
        area=_text(area, "areaDesc"),
        expires=_moment("expires", expires) if (expires := _text(info, "expires")) else None,
        circle=_circle(_text(area, "circle")),
        facts=_facts(info),
    )


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _preferred(root: Element) -> Element | None:
    """The block in Japanese, else the first; CAP takes one without a language for English."""
    blocks = root.findall(_tag("info"))
    japanese = (block for block in blocks if (_text(block, "language") or "").lower().startswith("ja"))
    return next(japanese, blocks[0] if blocks else None)


def _text(parent: Element | None, name: str) -> str | None:
    found = parent.find(_tag(name)) if parent is not None else None
    return ((found.text or "").strip() or None) if found is not None else None


def _needed(root: Element, name: str) -> str:
    text = _text(root, name)
    if text is None:
        raise CapError(f"missing_{name}")
    return text


def _name(root: Element, name: str) -> str:
    text = _needed(root, name)
    if not _NAME.fullmatch(text):
        raise CapError(f"bad_{name}")
    return text


def _code(root: Element, name: str, codes: type[Code]) -> Code:
    try:
        return codes(_needed(root, name))
    except ValueError as error:
        raise CapError(f"bad_{name}") from error


def _moment(name: str, text: str) -> datetime:
    try:
        if not _MOMENT.fullmatch(text):
            raise CapError(f"bad_{name}")
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise CapError(f"bad_{name}") from error


def _references(text: str | None) -> tuple[Reference, ...]:
    found = []
    for word in (text or "").split():
        parts = word.split(",")
        if len(parts) != len(Reference._fields):
            raise CapError("bad_references")
        found.append(Reference(parts[0], parts[1], _moment("references", parts[2])))
    return tuple(found)


def _circle(text: str | None) -> Circle | None:
    if text is None:
        return None
    match = _CIRCLE.fullmatch(text)
    if not match:
        raise CapError("bad_circle")
    return Circle(*map(float, match.groups()))


def _facts(info: Element | None) -> dict[str, str]:
    found = {}
    for parameter in info.findall(_tag("parameter")) if info is not None else []:
        name, value = _text(parameter, "valueName"), _text(parameter, "value")
        if name and value and name.startswith(PREFIX):
            found[name.removeprefix(PREFIX)] = value
    return found
