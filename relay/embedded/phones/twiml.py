"""TwiML, as far as the relay speaks it: from a document to plain steps. Pure."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field


class TwimlError(ValueError):
    """A document is no TwiML. The message says why."""


@dataclass(frozen=True, slots=True)
class Say:
    text: str


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: float


@dataclass(frozen=True, slots=True)
class Hangup:
    pass


@dataclass(frozen=True, slots=True)
class Redirect:
    url: str
    method: str


@dataclass(frozen=True, slots=True)
class Gather:
    """Wait for keys while saying ``prompts``. ``timeout`` is seconds after the last word or key."""

    prompts: tuple["Say | Pause", ...] = ()
    num_digits: int | None = None
    action: str = ""
    method: str = "POST"
    timeout: float = 5.0
    finish_on_key: str = "#"
    action_on_empty: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """A verb that the simulator does not play."""

    verb: str


Step = Say | Pause | Gather | Hangup | Redirect | Unknown


@dataclass(frozen=True, slots=True)
class Reply:
    """An SMS that a document asks for; ``to`` is None for whoever wrote."""

    body: str
    to: str | None = field(default=None)


def call_steps(document: str) -> list[Step]:
    """The steps of a voice document, in order. Raises ``TwimlError``."""
    try:
        return [_step(element) for element in _root(document)]
    except ValueError as error:
        raise TwimlError(f"an attribute is wrong: {error}") from error


def replies(document: str) -> list[Reply]:
    """The messages that an SMS document asks for; an empty document asks for none. Raises ``TwimlError``."""
    if not document.strip():
        return []
    return list(_messages(_root(document)))


def _root(document: str) -> ET.Element:
    try:
        # The document comes from the relay under test on this machine, and expat limits entity expansion.
        root = ET.fromstring(document)  # noqa: S314
    except ET.ParseError as error:
        raise TwimlError(f"not well-formed XML: {error}") from error
    if root.tag != "Response":
        raise TwimlError(f"the document begins with <{root.tag}>, not with <Response>")
    return root


def _messages(root: ET.Element) -> Iterator[Reply]:
    for element in root:
        if element.tag in ("Message", "Sms"):
            bodies = [child.text or "" for child in element if child.tag == "Body"]
            body = "".join(bodies) if bodies else (element.text or "").strip()
            if body:
                yield Reply(body, element.get("to"))


def _step(element: ET.Element) -> Step:
    match element.tag:
        case "Say":
            return Say(" ".join("".join(element.itertext()).split()))
        case "Pause":
            return Pause(float(element.get("length", "1")))
        case "Hangup":
            return Hangup()
        case "Redirect":
            return Redirect((element.text or "").strip(), element.get("method", "POST").upper())
        case "Gather":
            return _gather(element)
    return Unknown(element.tag)


def _gather(element: ET.Element) -> Gather:
    inner = [_step(child) for child in element]
    digits = element.get("numDigits")
    return Gather(
        prompts=tuple(step for step in inner if isinstance(step, Say | Pause)),
        num_digits=int(digits) if digits else None,
        action=element.get("action", ""),
        method=element.get("method", "POST").upper(),
        timeout=_seconds(element.get("timeout", "5")),
        finish_on_key=element.get("finishOnKey", "#"),
        action_on_empty=element.get("actionOnEmptyResult", "false").lower() == "true",
    )


def _seconds(text: str) -> float:
    return 5.0 if text == "auto" else float(text)
