"""Styles, scripts and pictograms: one address per content, so that phones may keep them for ever."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, url_for

FOLDER = Path(__file__).resolve().parent / "static"
FOREVER = 365 * 24 * 3600

bp = Blueprint(
    "web",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/assets",
)


@lru_cache(maxsize=64)
def _version(name: str, changed: float) -> str:  # noqa: ARG001 - a changed file is read again
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:10]


def asset(name: str) -> str:
    """The address of a file under ``relay/web/static``; it changes with the file's content."""
    return url_for("web.static", filename=name, v=_version(name, (FOLDER / name).stat().st_mtime))


@bp.after_request
def keep(response: Response) -> Response:
    """Let browsers keep a file as long as they like: another content has another address."""
    if response.status_code >= 400:  # noqa: PLR2004
        return response
    response.cache_control.public = True
    response.cache_control.max_age = FOREVER
    response.cache_control.immutable = True
    return response
