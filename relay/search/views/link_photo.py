"""The photo that comes with a sighting: read no further than the largest one, and never a reason to lose the rest."""

from contextlib import closing

import structlog
from flask import request

from relay import photos
from relay.search.views import refusals

log = structlog.get_logger(__name__)


def uploaded() -> bytes:
    """What was chosen; empty for nothing."""
    file = request.files.get("photo")
    if not file:
        return b""
    with closing(file):
        return file.stream.read(photos.MAX_BYTES + 1)


def jpeg(upload: bytes) -> tuple[bytes | None, str | None]:
    """The photo as it is kept, or the sentence why there is none."""
    if not upload:
        return None, None
    try:
        return photos.reencode(upload).jpeg, None
    except photos.PhotoError as error:
        log.info("photo_refused", reason=error.reason.value, bytes=len(upload))
        return None, str(refusals.PHOTOS[error.reason])
