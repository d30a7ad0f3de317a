"""Reads the part of YAML that docker-compose.yml uses: maps, lists, anchors and their merging, comments."""

import json
import re
from pathlib import Path
from typing import Any

Line = tuple[int, str]
ANCHOR = re.compile(r"&(\w+)$")


def load(path: Path) -> dict[str, Any]:
    """The file's content. Raises ``ValueError`` for anything that is no such YAML."""
    lines: list[Line] = []
    for raw in path.read_text(encoding="utf-8").splitlines():
        text = raw.strip()
        if "\t" in raw:
            raise ValueError(f"tab: {raw!r}")
        if text and not text.startswith("#"):
            lines.append((len(raw) - len(raw.lstrip()), text))
    anchors: dict[str, Any] = {}
    content = _block(lines, anchors)
    if lines or not isinstance(content, dict):
        raise ValueError(f"left over: {lines[:1]}")
    return content


def _block(lines: list[Line], anchors: dict[str, Any]) -> Any:
    indent = lines[0][0]
    return _list(lines, indent) if lines[0][1].startswith("- ") else _map(lines, indent, anchors)


def _list(lines: list[Line], indent: int) -> list[Any]:
    found = []
    while lines and lines[0][0] == indent and lines[0][1].startswith("- "):
        found.append(_scalar(lines.pop(0)[1][2:]))
    return found


def _map(lines: list[Line], indent: int, anchors: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    merged: dict[str, Any] = {}
    while lines and lines[0][0] == indent:
        key, colon, rest = lines.pop(0)[1].partition(":")
        if not colon or (rest and not rest.startswith(" ")) or key in found:
            raise ValueError(f"no key, or a second one: {key!r}")
        rest = rest.strip()
        anchor = ANCHOR.match(rest)
        if key == "<<":
            merged = anchors[rest.removeprefix("*")]
        elif rest and not anchor:
            found[key] = _scalar(rest)
        elif lines and lines[0][0] > indent:
            found[key] = _block(lines, anchors)
        else:
            found[key] = None
        if anchor:
            anchors[anchor[1]] = found[key]
    if lines and lines[0][0] > indent:
        raise ValueError(f"indented without reason: {lines[0][1]!r}")
    return {**merged, **found}


def _scalar(text: str) -> Any:
    if text.startswith(("[", '"')):
        return json.loads(text)
    if ": " in text or " #" in text:
        raise ValueError(f"needs quotes: {text!r}")
    return int(text) if text.isdecimal() else {"true": True, "false": False}.get(text, text)
