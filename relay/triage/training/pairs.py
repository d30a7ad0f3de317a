"""Two reports told as one: newspapers in one sentence do not make a bruise in the next unlikely.

Most reports hold one sign, and a model that sees nothing else learns that signs speak against each other. So it is
also shown pairs of texts, with the signs of both. Which level a pair has only an emergency tells for sure.
"""

import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise

from relay.triage.training.folds import Prepared
from relay.triage.training.texts import Record
from relay.vocabulary import Level, Sign

#: Longer texts tell of more than one thing already.
_LONGEST = 70
_JOINTS = ("。", "\n", "。あと、", "、それと", "　", "。それから")
#: Good news about one half would be news about the other.
_NOT_JOINED = frozenset({Sign.ALL_CLEAR, Sign.ABSENCE_KNOWN})


def of(texts: Sequence[Prepared]) -> dict[str, list[Record]]:
    """Pairs of these reports, by the file of both. The same reports give the same pairs."""
    groups: dict[tuple[str, int], list[Prepared]] = {}
    for text in texts:
        if _joinable(text):
            groups.setdefault((text.file, text.fold), []).append(text)
    pairs: dict[str, list[Record]] = {}
    for (file, _), group in sorted(groups.items()):
        pairs.setdefault(file, []).extend(_joined(sorted(group, key=_shuffled)))
    return pairs


def _joinable(text: Prepared) -> bool:
    signs = set(text.record["signs"])
    return (
        bool(signs)
        and not signs & _NOT_JOINED
        and not text.record.get("heat_alert")
        and len(text.record["text"]) <= _LONGEST
        and text.draft.sheet.language == "ja"
    )


def _joined(group: Sequence[Prepared]) -> Iterator[Record]:
    for one, other in pairwise(group):
        signs, more = set(one.record["signs"]), set(other.record["signs"])
        if signs & more:
            continue
        joint = _JOINTS[_shuffled(other) % len(_JOINTS)]
        yield {
            "id": f"{one.record['id']}+{other.record['id']}",
            "text": one.record["text"].rstrip("。 \n") + joint + other.record["text"],
            "level": max(Level(one.record["level"]), Level(other.record["level"])).value,
            "signs": sorted(signs | more),
            "pair": True,
        }


def _shuffled(text: Prepared) -> int:
    return zlib.crc32(f"pairs {text.record['id']}".encode())
