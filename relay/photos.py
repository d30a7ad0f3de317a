"""Photos from reporters: whatever a phone sends becomes a small, plain JPEG, or is refused with a reason.

What goes out holds nothing of what came in but its pixels: no place, time, device, thumbnail, colour profile
or comment. Pure: bytes in, bytes out.
"""

import io
import threading
from dataclasses import dataclass
from enum import StrEnum

import pillow_heif
from PIL import Image, ImageOps

MAX_BYTES = 10 * 1024 * 1024
#: Long edge of what is kept, in pixels: a nameplate can be read, a phone loads it on a slow line.
MAX_EDGE = 1600
MIN_EDGE = 8
QUALITY = 82
#: Photos of 64-megapixel phones pass. JPEG may be larger, because it is unpacked at a fraction of its size.
MAX_PIXELS = {"JPEG": 66_000_000, "HEIF": 50_000_000, "PNG": 40_000_000, "WEBP": 40_000_000}
HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})

#: Unpacking takes up to some hundred megabytes for a moment: never more than two at once in a process.
_unpacking = threading.BoundedSemaphore(2)


class Reason(StrEnum):
    """Why a photo was not taken."""

    EMPTY = "empty"
    TOO_BIG = "too_big"
    NO_PHOTO = "no_photo"  # another kind of file, or one that only pretends
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_SMALL = "too_small"
    ANIMATED = "animated"
    BROKEN = "broken"


class PhotoError(Exception):
    """The photo can't be taken. ``reason`` says why; the report itself is never refused for it."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class Photo:
    """A photo as it is kept: a JPEG without any data about where and how it was taken. Sizes in pixels."""

    jpeg: bytes
    width: int
    height: int


def reencode(data: bytes) -> Photo:
    """Turn a JPEG, PNG, WebP or HEIC of at most 10 MB into an upright, anonymous JPEG within 1,600 pixels.

    Raises ``PhotoError``.
    """
    if not data:
        raise PhotoError(Reason.EMPTY)
    if len(data) > MAX_BYTES:
        raise PhotoError(Reason.TOO_BIG)
    kind = _kind(data)
    with _unpacking:
        try:
            picture = _upright(kind, data)
            return _packed(picture)
        except PhotoError:
            raise
        except MemoryError as error:
            raise PhotoError(Reason.TOO_MANY_PIXELS) from error
        # A hostile or damaged file makes the decoders raise nearly anything; each such file is simply broken.
        except Exception as error:
            raise PhotoError(Reason.BROKEN) from error


def _kind(data: bytes) -> str:
    """What the first bytes say the file is. Names and declared types are not asked: anybody writes those."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp" and data[8:12] in HEIF_BRANDS:
        return "HEIF"
    raise PhotoError(Reason.NO_PHOTO)


def _upright(kind: str, data: bytes) -> Image.Image:
    picture = _heif(data) if kind == "HEIF" else _opened(kind, data)
    picture.load()
    picture.thumbnail((MAX_EDGE, MAX_EDGE), Image.Resampling.LANCZOS)
    return ImageOps.exif_transpose(picture)


def _heif(data: bytes) -> Image.Image:
    file = pillow_heif.open_heif(io.BytesIO(data))
    _check_size("HEIF", file.size)
    picture: Image.Image = file.to_pillow()
    return picture


def _opened(kind: str, data: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(data), formats=(kind,))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoError(Reason.TOO_MANY_PIXELS) from error
    _check_size(kind, picture.size)
    # Several pictures in one JPEG or HEIC are a depth map or a burst, not a film: the first is the photo.
    if kind in ("PNG", "WEBP") and getattr(picture, "n_frames", 1) > 1:
        raise PhotoError(Reason.ANIMATED)
    # JPEG can be unpacked at half, a quarter or an eighth of its size, which saves most of the memory.
    picture.draft("RGB", (MAX_EDGE, MAX_EDGE))
    return picture


def _check_size(kind: str, size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MAX_PIXELS[kind]:
        raise PhotoError(Reason.TOO_MANY_PIXELS)
    if min(width, height) < MIN_EDGE:
        raise PhotoError(Reason.TOO_SMALL)


def _packed(picture: Image.Image) -> Photo:
    """Paint the pixels onto a fresh sheet: what was attached to the old picture stays behind."""
    sheet = Image.new("RGB", picture.size, "white")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        sheet.paste(picture, mask=picture.getchannel("A"))
    else:
        sheet.paste(picture.convert("RGB"))
    packed = io.BytesIO()
    sheet.save(packed, "JPEG", quality=QUALITY, optimize=True)
    return Photo(jpeg=packed.getvalue(), width=sheet.width, height=sheet.height)
