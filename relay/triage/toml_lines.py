"""Which line of a TOML file a key or a text stands on. The parser of the library does not say."""

import re


def line_of(text: str, key: str, entry: str | None = None) -> int | None:
    """The line (from 1) of the dotted ``key``, or of ``entry`` in its list. None where it is written otherwise."""
    lines = text.split("\n")
    found = _key_line(lines, key.strip("[]").split("."))
    if found is None or entry is None:
        return found
    quoted = (f'"{entry}"', f"'{entry}'", entry)
    for mark in quoted:
        for number in range(found, len(lines) + 1):
            if mark in lines[number - 1]:
                return number
    return found


def _key_line(lines: list[str], parts: list[str]) -> int | None:
    """The header that names most of the key, then the rest of the key under it."""
    for size in range(len(parts), -1, -1):
        header = _header_line(lines, parts[:size])
        if header is None:
            continue
        rest = parts[size:]
        if not rest:
            return header
        name = rf'(?:"{re.escape(rest[0])}"|{re.escape(rest[0])})'
        for number in range(header + 1, len(lines) + 1):
            line = lines[number - 1]
            if re.match(rf"\s*{name}\s*(?:=|\.)", line):
                return number
            if line.startswith("["):
                break
        return header or None
    return None


def _header_line(lines: list[str], parts: list[str]) -> int | None:
    if not parts:
        return 0
    name = r"\s*\.\s*".join(rf'(?:"{re.escape(p)}"|{re.escape(p)})' for p in parts)
    pattern = re.compile(rf"\s*\[\s*{name}\s*\]")
    return next((n for n, line in enumerate(lines, start=1) if pattern.match(line)), None)
