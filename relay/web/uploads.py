"""A photo that comes with a form: read no further than the largest one, and never a reason to lose the rest."""

from contextlib import closing

import structlog
from flask import request

from relay import photos

log = structlog.get_logger(__name__)


def photo(field: str = "photo") -> bytes:
    """What was chosen in a file field; empty for nothing."""
    file = request.files.get(field)
    if not file:
        return b""
    with closing(file):
        return file.stream.read(photos.MAX_BYTES + 1)


def jpeg(upload: bytes) -> tuple[bytes | None, photos.Reason | None]:
    """The photo as it is kept, or the reason why there is none; neither where nothing was chosen."""
    if not upload:
        return None, None
    try:
        return photos.reencode(upload).jpeg, None
    except photos.PhotoError as error:
        log.info("photo_refused", reason=error.reason.value, bytes=len(upload))
        return None, error.reason
