"""Stored photos as answers."""

from http import HTTPStatus

from flask import Response, abort


def picture(jpeg: bytes | None) -> Response:
    """A stored photo as what it is, and nothing that a browser could take for something else. 404 without one."""
    if jpeg is None:
        abort(HTTPStatus.NOT_FOUND)
    response = Response(jpeg, mimetype="image/jpeg")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
