"""Checking a config file as a whole: every fault is collected, so that its editor sees them all in one run."""

import re
from dataclasses import dataclass
from datetime import time
from typing import Any

E164 = re.compile(r"\+[1-9]\d{7,14}")
SPAN = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


@dataclass(frozen=True)
class Span:
    """Hours of a day, ``start`` included, ``end`` not. May run over midnight (21:00-07:00)."""

    start: time
    end: time

    def holds(self, moment: time) -> bool:
        if self.start <= self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end


class Checker:
    """Takes values out of a parsed file. What is missing or wrong goes to ``faults``, and a harmless stand-in back."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.faults: list[str] = []

    def value(self, section: str, key: str, default: Any = None) -> Any:
        """What stands under ``section.key``; a value that has no ``default`` must be there."""
        part = self.data.get(section, {})
        if isinstance(part, dict) and key in part:
            return part[key]
        if default is None:
            self.faults.append(f"{section}.{key} is missing")
        return default

    def text(self, section: str, key: str, *, empty: bool = False, default: str | None = None) -> str:
        value = self.value(section, key, default)
        if value is None:
            return ""
        if not isinstance(value, str) or not (value.strip() or empty):
            self.faults.append(f"{section}.{key} must be a text" + ("" if empty else " and not empty"))
            return ""
        return value.strip()

    def texts(self, section: str, key: str, *, default: list[str] | None = None) -> tuple[str, ...]:
        value = self.value(section, key, default)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            self.faults.append(f"{section}.{key} must be a list of texts")
            return ()
        return tuple(text.strip() for text in value)

    def phone(self, section: str, key: str) -> str:
        value = self.text(section, key)
        if value and not E164.fullmatch(value):
            self.faults.append(f"{section}.{key} must be a number such as +819012345678, not {value!r}")
        return value

    def choice(self, section: str, key: str, allowed: tuple[str, ...]) -> str:
        value = self.text(section, key)
        if value and value not in allowed:
            self.faults.append(f"{section}.{key} must be one of {', '.join(allowed)}, not {value!r}")
        return value

    def positive(self, name: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            self.faults.append(f"{name} must be a number above 0, not {value!r}")
            return 1.0
        return float(value)

    def number(self, section: str, key: str, *, default: float | None = None, zero: bool = False) -> float:
        value = self.value(section, key, default)
        if value is None or (zero and value == 0):
            return 0.0 if zero else 1.0
        return self.positive(f"{section}.{key}", value)

    def table(self, section: str, key: str, keys: tuple[str, ...]) -> dict[str, Any]:
        value = self.value(section, key)
        if not isinstance(value, dict):
            if value is not None:
                self.faults.append(f"{section}.{key} must be a table of {', '.join(keys)}")
            return {}
        missing = [k for k in keys if k not in value]
        self.faults.extend(f"{section}.{key}.{k} is missing" for k in missing)
        return {k: value[k] for k in keys if k in value}

    def span(self, name: str, text: str) -> Span:
        match = SPAN.fullmatch(text)
        if not match:
            self.faults.append(f"{name} must look like 08:30-17:15, not {text!r}")
            return Span(time(0), time(0))
        h1, m1, h2, m2 = map(int, match.groups())
        # 24:00 is how a day that never closes is written; time() has no such hour.
        end = time.max if h2 == 24 else time(h2, m2)  # noqa: PLR2004
        return Span(time(h1 % 24, m1), end)
