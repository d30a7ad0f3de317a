"""Reading and checking ``triage.toml`` as a whole. What is wrong is said in one line, with its place in the file."""

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from relay.triage import learned
from relay.triage.concepts import Concepts
from relay.triage.lexicon import (
    DURATION_LISTS,
    FACTS,
    REASONS,
    SCOPES,
    TAGS,
    Lexicon,
    LexiconError,
    ReaderSettings,
    Thresholds,
)
from relay.triage.patterns import Compiler, Phrase, PhraseError, expand
from relay.triage.toml_lines import line_of
from relay.vocabulary import Level, Sign

_T = TypeVar("_T")
_SECTIONS = frozenset(
    {
        "version", "thresholds", "reader", "words", "concepts", "masks", "signs", "facts", "scopes", "durations",
        "reasons",
    }
)  # fmt: skip
_THRESHOLDS = {
    "days_urgent": 4, "days_several": 3, "days_second_kind": 2, "days_silent_pair": 2, "days_no_answer": 2,
}  # fmt: skip
_READER = {"sign": 0.3, "prompt": 0.5, "urgent": 0.35, "emergency": 0.2, "suspicion": 0.18}


def read(path: Path, *, with_model: bool = True) -> Lexicon:
    """Read and check ``triage.toml``. Raises ``LexiconError`` for the first thing that is wrong.

    ``with_model``: also load the learned reader, where the file asks for it.
    """
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8")
        content = tomllib.loads(text)
    except OSError as error:
        raise LexiconError(f"{path}: cannot be read ({error.strerror}); copy it from the product") from error
    except UnicodeDecodeError as error:
        raise LexiconError(f"{path}: is not UTF-8; save it again as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise LexiconError(f"{path}: {error}; correct that line") from error
    return _Loader(path, text, content).lexicon(hashlib.sha256(raw).hexdigest()[:8], with_model=with_model)


class _Loader:
    """Checks the sections of the file one after the other."""

    def __init__(self, path: Path, text: str, content: dict[str, Any]) -> None:
        self._path = path
        self._text = text
        self._content = content
        self._only(content, _SECTIONS, "")
        self._groups = self._table("words")
        for name, entries in self._groups.items():
            self._texts(entries, f"words.{name}")
        self._compiler = self._guard("words", None, lambda: Compiler(self._groups))

    def lexicon(self, digest: str, *, with_model: bool) -> Lexicon:
        version = self._content.get("version")
        if not isinstance(version, str) or not version:
            raise self._wrong("version", 'must be a text such as "1"')
        signs, unless, never = self._signs()
        reader = self._reader()
        return Lexicon(
            version=f"{version}-{digest}",
            thresholds=self._thresholds(),
            reader=reader,
            model=learned.shipped() if reader.learned and with_model else None,
            masks=self._phrases(self._content.get("masks", {}).get("say", []), "masks.say"),
            signs=signs,
            unless=unless,
            never=never,
            facts=self._lists("facts", FACTS),
            scopes=self._lists("scopes", SCOPES),
            durations=self._lists("durations", DURATION_LISTS),
            concepts=self._concepts(),
            reasons=self._reasons(),
        )

    def _wrong(self, key: str, problem: str, entry: str | None = None) -> LexiconError:
        line = line_of(self._text, key, entry)
        where = f"{self._path} line {line}" if line else f"{self._path}"
        return LexiconError(f"{where}: {key} {problem}")

    def _only(self, table: Mapping[str, Any], known: set[str] | frozenset[str], where: str) -> None:
        for key in table:
            if key not in known:
                raise self._wrong(f"{where}{key}", f"is not known here; known are {', '.join(sorted(known))}")

    def _table(self, name: str) -> dict[str, Any]:
        table = self._content.get(name)
        if not isinstance(table, dict):
            raise self._wrong(f"[{name}]", "is missing; add the section")
        return table

    def _texts(self, value: object, key: str) -> list[str]:
        if not isinstance(value, list) or not all(isinstance(entry, str) and entry for entry in value):
            raise self._wrong(key, 'must be a list of texts: ["…", "…"]')
        return value

    def _guard(self, key: str, entry: str | None, build: Callable[[], _T]) -> _T:
        try:
            return build()
        except PhraseError as error:
            raise self._wrong(key, str(error), entry) from error

    def _phrases(self, value: object, key: str) -> tuple[Phrase, ...]:
        return tuple(
            self._guard(key, text, lambda text=text: self._compiler.compile(text))  # type: ignore[misc]
            for text in self._texts(value, key)
        )

    def _lists(self, section: str, known: frozenset[str]) -> dict[str, tuple[Phrase, ...]]:
        table = self._table(section)
        self._only(table, known, f"{section}.")
        return {name: self._phrases(table.get(name, []), f"{section}.{name}") for name in known}

    def _signs(
        self,
    ) -> tuple[
        dict[tuple[Sign, str], tuple[Phrase, ...]],
        dict[Sign, tuple[Phrase, ...]],
        dict[Sign, tuple[Phrase, ...]],
    ]:
        table = self._table("signs")
        self._only(table, {sign.value for sign in Sign}, "signs.")
        signs: dict[tuple[Sign, str], tuple[Phrase, ...]] = {}
        unless: dict[Sign, tuple[Phrase, ...]] = {}
        never: dict[Sign, tuple[Phrase, ...]] = {}
        for sign in Sign:
            lists = table.get(sign.value)
            if not isinstance(lists, dict):
                raise self._wrong(f"[signs.{sign.value}]", "is missing; every sign needs its phrases")
            known = {"say", "unless", "never"} | TAGS.get(sign, frozenset())
            self._only(lists, known, f"signs.{sign.value}.")
            for name, entries in lists.items():
                phrases = self._phrases(entries, f"signs.{sign.value}.{name}")
                if name == "unless":
                    unless[sign] = phrases
                elif name == "never":
                    never[sign] = phrases
                else:
                    signs[sign, "" if name == "say" else name] = phrases
        return signs, unless, never

    def _concepts(self) -> Concepts:
        endings = {name: [s for word in words for s in expand(word)] for name, words in self._groups.items()}
        table = self._table("concepts")
        for name, entries in table.items():
            for entry in self._texts(entries, f"concepts.{name}"):
                self._guard(f"concepts.{name}", entry, lambda e=entry: Concepts({"": [e]}, endings))  # type: ignore[misc]
        return Concepts(table, endings)

    def _thresholds(self) -> Thresholds:
        table = self._table("thresholds")
        self._only(table, set(_THRESHOLDS), "thresholds.")
        values = _THRESHOLDS | table
        for name, value in values.items():
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise self._wrong(f"thresholds.{name}", "must be a whole number of days from 1")
        return Thresholds(**values)

    def _reader(self) -> ReaderSettings:
        table = self._table("reader") if "reader" in self._content else {}
        self._only(table, {"learned", "watch", *_READER}, "reader.")
        values = {"learned": True} | _READER | table
        if not isinstance(values["learned"], bool):
            raise self._wrong("reader.learned", "must be true or false")
        for name in _READER:
            value = values[name]
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
                raise self._wrong(f"reader.{name}", "must be a probability between 0 and 1, such as 0.4")
        cut: dict[Level, float] = {
            level: float(values[level.value]) for level in Level if level is not Level.ROUTINE
        }
        watch = tuple(self._texts(table.get("watch", []), "reader.watch"))
        return ReaderSettings(
            learned=values["learned"],
            sign=float(values["sign"]),
            cut=cut,
            suspicion=float(values["suspicion"]),
            watch=watch,
        )

    def _reasons(self) -> dict[str, dict[str, str]]:
        table = self._table("reasons")
        self._only(table, REASONS, "reasons.")
        for code in sorted(REASONS):
            texts = table.get(code)
            for language in ("ja", "en"):
                if not isinstance(texts, dict) or not isinstance(texts.get(language), str):
                    raise self._wrong(
                        f"reasons.{code}", f'needs its sentence: {code} = {{ ja = "…", en = "…" }}'
                    )
        return table
