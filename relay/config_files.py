"""Finding and reading the TOML files of the config folder."""

import tomllib
from pathlib import Path
from typing import Any

from relay.settings import DEFAULT_CONFIG


class ConfigError(Exception):
    """A config file is wrong. The message is one line for the operator: file, key and what to write."""


def path_of(folder: Path, name: str) -> Path:
    """The file ``name`` of the city's folder, or the default one where the city has none of its own."""
    own = folder / name
    return own if own.exists() else DEFAULT_CONFIG / name


def read(path: Path) -> dict[str, Any]:
    """A TOML file's content. Raises ``ConfigError`` naming file and line."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"{path.name} is missing in {path.parent}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name} can't be read: {error}") from error
