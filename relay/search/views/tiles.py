"""What a page with a map needs: Leaflet and our own files under our own address, and leave to load map pictures."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, after_this_request, url_for
from xstatic.pkg import leaflet

from relay import city as cities
from relay.web import assets, headers, maps

leaflet_bp = Blueprint("leaflet", __name__, static_folder=leaflet.BASE_DIR, static_url_path="/assets/leaflet")
files_bp = Blueprint(
    "search_files",
    "relay.search",
    static_folder="static",
    static_url_path="/assets/search",
)
leaflet_bp.after_request(assets.keep)
files_bp.after_request(assets.keep)


@lru_cache(maxsize=32)
def _version(path: Path, changed: float) -> str:  # noqa: ARG001 - a changed file is read again
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def _address(endpoint: str, folder: str, name: str) -> str:
    path = Path(folder) / name
    return url_for(endpoint, filename=name, v=_version(path, path.stat().st_mtime))


def file(name: str) -> str:
    """The address of a file under ``relay/search/static``; it changes with the file's content."""
    return _address("search_files.static", str(files_bp.static_folder), name)


def leaflet_file(name: str) -> str:
    """The address of a file of Leaflet."""
    return _address("leaflet.static", str(leaflet_bp.static_folder), name)


def policy(tiles: str) -> str:
    """The Content-Security-Policy of a page with a map: pictures from the map's own host too, and nothing else."""
    host = urlsplit(tiles.replace("{s}", "*"))
    if host.scheme not in ("http", "https") or not host.netloc:
        return headers.CONTENT_SECURITY_POLICY
    return f"{headers.CONTENT_SECURITY_POLICY}; img-src 'self' {host.scheme}://{host.netloc}"


def use_map() -> dict[str, Any]:
    """What the map's template writes into the page. Lets this one answer load the city's map pictures."""
    own = cities.current().search

    @after_this_request
    def _allow(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy(own.tiles)
        return response

    return {
        "tiles": own.tiles,
        "credit": own.tiles_credit if own.tiles else "",
        "script": leaflet_file("leaflet.js"),
        "style": leaflet_file("leaflet.css"),
    }


def spot_links(lat: float | None, lng: float | None, words: str | None) -> list[maps.MapLink]:
    """Maps elsewhere that can be opened: by the point where it is known, else by the words."""
    if lat is not None and lng is not None:
        return maps.of_spot(lat, lng)
    return [maps.of_words(words)] if words else []
