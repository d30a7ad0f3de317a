"""Atom lists of CAP documents (RFC 4287): ours written, neighbours' read. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin
from xml.etree.ElementTree import Element, SubElement, tostring

from relay import clock
from relay.search.exchange import cap, markup

NAMESPACE = "http://www.w3.org/2005/Atom"
MIME = "application/atom+xml"
#: Bytes. A document's entry has about half a KB.
LARGEST = 1024 * 1024


@dataclass(frozen=True)
class Entry:
    """One document of the list. ``address`` is where it lies, and its name for ever."""

    address: str
    title: str
    updated: datetime


def build(*, address: str, title: str, author: str, updated: datetime, entries: Sequence[Entry]) -> str:
    """The list, as XML text. ``updated`` is when it last changed."""
    feed = Element("feed", xmlns=NAMESPACE)
    _add(feed, "id", address)
    _add(feed, "title", title)
    _add(feed, "updated", _stamp(updated))
    _add(SubElement(feed, "author"), "name", author)
    SubElement(feed, "link", rel="self", type=MIME, href=address)
    for entry in entries:
        block = SubElement(feed, "entry")
        _add(block, "id", entry.address)
        _add(block, "title", entry.title)
        _add(block, "updated", _stamp(entry.updated))
        SubElement(block, "link", rel="alternate", type=cap.MIME, href=entry.address)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(feed, encoding="unicode") + "\n"


def addresses(xml: bytes, *, base: str) -> list[str]:
    """Where the documents of a list lie, in its order, each once; ``base`` is the address of the list itself.

    Raises ``markup.MarkupError``; its code is not_atom for another kind of XML.
    """
    root = markup.read(xml, largest=LARGEST)
    if root.tag != _tag("feed"):
        raise markup.MarkupError("not_atom")
    found = (_document_of(entry) for entry in root.findall(_tag("entry")))
    try:
        return list(dict.fromkeys(urljoin(base, address) for address in found if address))
    except ValueError as error:  # an address that is none, such as http://[
        raise markup.MarkupError("not_atom") from error


def _document_of(entry: Element) -> str | None:
    links = [link for link in entry.findall(_tag("link")) if link.get("rel", "alternate") == "alternate"]
    typed = (link for link in links if link.get("type") == cap.MIME)
    chosen = next(typed, links[0] if links else None)
    return chosen.get("href") if chosen is not None else None


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = cap.clean(text)


def _stamp(moment: datetime) -> str:
    return clock.local(moment).isoformat(timespec="seconds")
