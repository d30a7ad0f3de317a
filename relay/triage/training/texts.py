"""The labelled reports that the learned reader is trained on."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
Record = Mapping[str, Any]


def load(path: Path) -> list[Record]:
    """The labelled reports of one file, one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def all_files() -> dict[str, list[Record]]:
    """All training files by name."""
    return {path.stem: load(path) for path in sorted(HERE.glob("*.jsonl"))}


def digest(files: Mapping[str, list[Record]]) -> str:
    """SHA-256 of all texts and labels, whatever the layout of the files."""
    content = json.dumps(files, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode("utf-8")).hexdigest()
