"""The learned reader: a small network beside the rules, read from one file of the package.

Every feature of the report (``relay.triage.features``) has a row of small whole numbers, one a *unit*. The rows are
added up; a unit whose sum is positive speaks, the others are silent. For each *output* (a sign, a fine point of a sign,
a level) the speaking units are weighed into a log-odds. It is trained by ``make triage-train``.
"""

import gzip
import json
import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from relay.config_files import ConfigError

SHIPPED = Path(__file__).with_name("reader.model")
FORMAT = 3
#: Facts and groups of words count this much each; the runs of characters of a report count so much together.
FACT_WEIGHT, GRAM_WEIGHT = 0.35, 1.5
#: A gram's row is as much larger as it is rare. A fact's is larger by this, so that whole numbers suit both.
FACT_RARITY = 6.0
_FACT_SHARE = FACT_WEIGHT / FACT_RARITY
_MOST_WORDS = 3


#: Begin and end of words in the text.
Span = tuple[int, int]


@dataclass(frozen=True)
class Seen:
    """The features of one report with one place of each: ``grams`` are weighed by rarity, ``facts`` count one each."""

    grams: Mapping[str, Span]
    facts: Mapping[str, Span]


class ModelError(ConfigError):
    """The model file cannot be used. The message says which file and what to do."""


@dataclass(frozen=True, kw_only=True)
class Header:
    """What the model file says about itself."""

    outputs: tuple[str, ...]
    #: What one step of a row's whole numbers is worth, and what is added to the sum, by unit.
    step: tuple[float, ...]
    threshold: tuple[float, ...]
    #: What each unit speaks for each output, one row an output, and what is added.
    weights: tuple[tuple[float, ...], ...]
    bias: tuple[float, ...]
    #: The second stage: for each level and each sign the weights of its inputs, in the order of
    #: ``relay.triage.weighing.second_inputs``.
    levels: tuple[tuple[float, ...], ...]
    signs: tuple[tuple[float, ...], ...]
    #: SHA-256 of the texts and labels that it was trained on.
    training: str
    #: Figures on texts that it was not trained on.
    figures: Mapping[str, float]
    #: Fingerprints of the lexicon's phrases at the time of training (``fingerprint``).
    phrases: frozenset[int]


class Model:
    """A trained reader. It answers the same whoever asks; threads may share it."""

    def __init__(
        self, header: Header, values: bytes, place: Mapping[str, int], rarity: Mapping[str, float]
    ) -> None:
        """``values``: one signed byte a unit for each feature, at its ``place``."""
        self.header = header
        self._rows = np.frombuffer(values, np.int8).reshape(-1, len(header.step))
        self._place = place
        self._rarity = rarity
        self._step = np.array(header.step)
        self._threshold = np.array(header.threshold)
        self._weights = np.array(header.weights)
        self._bias = np.array(header.bias)
        #: Of the report read last: it is asked again which words spoke.
        self._last: tuple[Seen, np.ndarray] | None = None

    def sums(self, seen: Seen) -> dict[str, float]:
        """The log-odds of every output."""
        said = self._bias + self._weights @ np.maximum(self._units(seen), 0.0)
        return dict(zip(self.header.outputs, said.tolist(), strict=True))

    def _units(self, seen: Seen) -> np.ndarray:
        """What every unit adds up to; where that is negative, it stays silent."""
        last = self._last
        if last is not None and last[0] is seen:
            return last[1]
        grams, share = self._grams(seen)
        facts = [fact for fact in seen.facts if fact in self._place]
        added = share * self._of(grams).sum(axis=0) + _FACT_SHARE * self._of(facts).sum(axis=0)
        units: np.ndarray = self._threshold + self._step * added
        self._last = (seen, units)
        return units

    def _of(self, features: Sequence[str]) -> np.ndarray:
        """The rows of these features."""
        return self._rows[[self._place[feature] for feature in features]]

    def _grams(self, seen: Seen) -> tuple[list[str], float]:
        """The known runs of characters, and how much each counts beside its rarity (which is in its row)."""
        grams = [gram for gram in seen.grams if gram in self._rarity]
        return grams, GRAM_WEIGHT / (math.sqrt(sum(self._rarity[gram] ** 2 for gram in grams)) or 1.0)

    def spoke_for(self, output: str, seen: Seen, *, runs: bool = True) -> list[tuple[str, float, Span]]:
        """The features that spoke loudest for an output: name, share of the log-odds, place in the text.

        Among the units that speak, every feature has its exact share of the sum. ``runs`` False: without the runs of
        characters, which are most of the features and tell people less than words.
        """
        speaking = self._units(seen) > 0
        worth = self._weights[self.header.outputs.index(output)] * self._step * speaking
        facts = [fact for fact in seen.facts if fact in self._place]
        known = [(fact, seen.facts[fact]) for fact in facts]
        shares = (_FACT_SHARE * (self._of(facts) @ worth)).tolist()
        if runs:
            grams, share = self._grams(seen)
            known += [(gram, seen.grams[gram]) for gram in grams]
            shares += (share * (self._of(grams) @ worth)).tolist()
        loudest = sorted(
            ((name, share, span) for (name, span), share in zip(known, shares, strict=True)),
            key=lambda s: (-s[1], s[0]),
        )
        found: list[tuple[str, float, Span]] = []
        for name, share, span in loudest:
            if share <= 0 or len(found) == _MOST_WORDS:
                break
            if not any(a <= span[0] and span[1] <= b for _, _, (a, b) in found):
                found.append((name, share, span))
        return found

    def knows(self, sign: str, phrase: str) -> bool:
        """Whether a phrase of the lexicon was there when the model was trained: one that a city added wins."""
        return fingerprint(sign, phrase) in self.header.phrases


def fingerprint(sign: str, phrase: str) -> int:
    """A short number that stands for a phrase of a sign."""
    return zlib.crc32(f"{sign}\t{phrase}".encode())


def load(path: Path = SHIPPED) -> Model:
    """Read a model file. Raises ``ModelError`` in one line where it is missing or broken."""
    try:
        content = gzip.decompress(path.read_bytes())
        head, _, rest = content.partition(b"\n")
        said = json.loads(head)
        if said["format"] != FORMAT:
            raise ModelError(f"{path}: is of another version; {_MEND}")
        names_end = said["names_bytes"]
        names = rest[:names_end].decode("utf-8").split("\n")
        rarity = dict(zip(names, said["rarity"], strict=False))
        values = rest[names_end:]
        if len(values) != len(said["step"]) * len(names):
            raise ModelError(f"{path}: is cut short; {_MEND}")
        place = {name: at for at, name in enumerate(names)}
        header = Header(
            outputs=tuple(said["outputs"]),
            step=tuple(said["step"]),
            threshold=tuple(said["threshold"]),
            weights=tuple(tuple(row) for row in said["weights"]),
            bias=tuple(said["bias"]),
            levels=tuple(tuple(row) for row in said["levels"]),
            signs=tuple(tuple(row) for row in said["signs"]),
            training=said["training"],
            figures=said["figures"],
            phrases=frozenset(said["phrases"]),
        )
    except OSError as error:
        reason = error.strerror or "not a gzip file"
        raise ModelError(f"{path}: the learned reader cannot be read ({reason}); {_MEND}") from error
    except (EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path}: the learned reader is broken; {_MEND}") from error
    return Model(header, values, place, rarity)


_MEND = "install the product again, make it anew with make triage-train, or set learned = false in triage.toml [reader]"


def save(
    path: Path,
    header: Header,
    rows: Mapping[str, Sequence[int]],
    rarity: Mapping[str, float],
) -> None:
    """Write a model file: the same model gives the same bytes."""
    grams = sorted(rarity)
    names = [*grams, *sorted(name for name in rows if name not in rarity)]
    encoded = "\n".join(names).encode("utf-8")
    said = {
        "format": FORMAT,
        "outputs": header.outputs,
        "step": [round(number, 8) for number in header.step],
        "threshold": [round(number, 5) for number in header.threshold],
        "weights": [[round(number, 5) for number in row] for row in header.weights],
        "bias": [round(number, 5) for number in header.bias],
        "levels": [[round(number, 5) for number in row] for row in header.levels],
        "signs": [[round(number, 5) for number in row] for row in header.signs],
        "training": header.training,
        "figures": header.figures,
        "phrases": sorted(header.phrases),
        "names_bytes": len(encoded),
        "rarity": [round(rarity[gram], 3) for gram in grams],
    }
    values = bytes(number & 0xFF for name in names for number in rows[name])
    head = json.dumps(said, ensure_ascii=False, sort_keys=True).encode("utf-8")
    path.write_bytes(gzip.compress(head + b"\n" + encoded + values, compresslevel=9, mtime=0))


@lru_cache(maxsize=1)
def shipped() -> Model:
    """The model of this package, loaded once a process."""
    return load(SHIPPED)
