"""A phone's photo becomes a small anonymous JPEG; everything that is no photo is refused with a reason."""

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import FrozenInstanceError

import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from relay import photos
from relay.photos import PhotoError, Reason, reencode

ORIENTATION = 0x0112
GPS = 0x8825


def picture(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    """Left half dark, right half light, so that turning it can be seen."""
    image = Image.new(mode, (width, height), 30 if len(mode) == 1 else (30,) * len(mode))
    image.paste(220 if len(mode) == 1 else (220,) * len(mode), (width // 2, 0, width, height))
    return image


def packed(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    data = io.BytesIO()
    image.save(data, kind, **options)
    return data.getvalue()


def opened(photo: photos.Photo) -> Image.Image:
    image = Image.open(io.BytesIO(photo.jpeg))
    image.load()
    return image


def brightness(image: Image.Image, x: int, y: int) -> int:
    value = image.convert("L").getpixel((x, y))
    assert isinstance(value, int | float)
    return round(value)


def heic(image: Image.Image, **options: object) -> bytes:
    data = io.BytesIO()
    pillow_heif.from_pillow(image).save(data, **options)
    return data.getvalue()


def refused(data: bytes) -> Reason:
    with pytest.raises(PhotoError) as error:
        reencode(data)
    return error.value.reason


def with_gps() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = "Phone Maker"
    exif.get_ifd(GPS)[1] = "N"
    return exif


MAKERS: dict[str, Callable[[Image.Image], bytes]] = {
    "jpeg": packed,
    "progressive jpeg": lambda image: packed(image, progressive=True),
    "png": lambda image: packed(image, "PNG"),
    "webp": lambda image: packed(image, "WEBP"),
    "heic": heic,
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS.keys())
def test_every_kind_that_phones_send_becomes_a_jpeg(make: Callable[[Image.Image], bytes]) -> None:
    photo = reencode(make(picture()))
    image = opened(photo)
    assert image.format == "JPEG"
    assert image.mode == "RGB"
    assert image.size == (photo.width, photo.height) == (60, 40)
    assert brightness(image, 10, 20) < 60
    assert brightness(image, 50, 20) > 190


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1", "I;16"])
def test_grey_pale_and_transparent_pictures_become_plain_ones(mode: str) -> None:
    image = (
        picture(mode="L").convert("RGBA").convert(mode) if mode in ("LA", "P", "RGBA") else picture(mode="L")
    )
    if mode in ("1", "I;16"):
        image = image.convert(mode)
    assert opened(reencode(packed(image, "PNG"))).mode == "RGB"


def test_what_is_transparent_becomes_white() -> None:
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    assert brightness(opened(reencode(packed(clear, "PNG"))), 20, 20) > 250


def test_cmyk_pictures_are_taken() -> None:
    assert opened(reencode(packed(picture(mode="CMYK")))).mode == "RGB"


def test_a_large_photo_is_made_smaller_and_keeps_its_shape() -> None:
    photo = reencode(packed(picture(4000, 3000)))
    assert (photo.width, photo.height) == (1600, 1200)
    assert len(photo.jpeg) < 200_000


def test_a_long_strip_keeps_at_least_a_pixel() -> None:
    photo = reencode(packed(picture(9000, 8)))
    assert photo.width == 1600
    assert photo.height >= 1


@pytest.mark.parametrize("make", [MAKERS["jpeg"], MAKERS["png"], MAKERS["heic"]], ids=["jpeg", "png", "heic"])
def test_a_small_photo_is_not_blown_up(make: Callable[[Image.Image], bytes]) -> None:
    assert reencode(make(picture(20, 10))).width == 20


def test_a_photo_taken_sideways_stands_upright() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    photo = reencode(packed(picture(), exif=exif))
    image = opened(photo)
    assert (photo.width, photo.height) == (40, 60)
    assert brightness(image, 20, 5) < brightness(image, 20, 55)


def test_place_time_device_thumbnail_profile_and_comment_stay_behind() -> None:
    profile = b"\x00" * 128 + b"secret-profile"
    jpeg = packed(picture(), exif=with_gps(), icc_profile=profile, comment=b"secret-comment", dpi=(72, 72))
    assert b"Phone Maker" in jpeg
    photo = reencode(jpeg)
    for secret in (b"Phone Maker", b"Exif", b"secret", b"ICC_PROFILE", b"http"):
        assert secret not in photo.jpeg
    image = opened(photo)
    assert not image.getexif()
    assert not {"exif", "icc_profile", "comment", "xmp"} & set(image.info)


def test_words_hidden_in_a_png_stay_behind() -> None:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", "secret words")
    words.add_itxt("XML:com.adobe.xmp", "<x>secret place</x>")
    assert b"secret" not in reencode(packed(picture(), "PNG", pnginfo=words)).jpeg


def test_a_heic_with_a_place_loses_it() -> None:
    data = heic(picture(), exif=with_gps().tobytes())
    assert b"Phone Maker" in data
    assert b"Phone Maker" not in reencode(data).jpeg


def test_a_jpeg_that_carries_a_second_picture_is_a_photo_not_a_film() -> None:
    """Phones add depth and brightness maps behind the photo."""
    data = packed(picture(), "MPO", save_all=True, append_images=[picture(20, 20)])
    assert reencode(data).width == 60


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_animations_are_refused(kind: str) -> None:
    frames = [Image.new("RGB", (20, 20), (shade, 0, 0)) for shade in (0, 90, 200)]
    assert refused(packed(frames[0], kind, save_all=True, append_images=frames[1:])) is Reason.ANIMATED


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<?xml version='1.0'?><svg/>",
        b"<!doctype html><script>alert(1)</script>",
        b"%PDF-1.7\n",
        b"GIF89a" + b"\x00" * 30,
        b"BM" + b"\x00" * 60,
        b"II*\x00" + b"\x00" * 60,
        b"\x00\x00\x00\x1cftypavif" + b"\x00" * 30,
        b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 30,
        b"PK\x03\x04" + b"\x00" * 30,
        b"\x00",
        "写真".encode(),
    ],
)
def test_other_files_are_refused_whatever_their_name_says(data: bytes) -> None:
    assert refused(data) is Reason.NO_PHOTO


@pytest.mark.parametrize(
    "start",
    [b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x10\x00\x00\x00WEBP", b"\x00\x00\x00\x18ftypheic"],
)
def test_a_page_behind_a_photos_first_bytes_is_refused(start: bytes) -> None:
    assert refused(start + b"<html><script>alert(1)</script></html>" * 9) is Reason.BROKEN


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS.keys())
def test_a_photo_cut_off_on_the_way_is_refused(make: Callable[[Image.Image], bytes]) -> None:
    whole = make(Image.effect_noise((200, 200), 80).convert("RGB"))
    assert refused(whole[: len(whole) // 2]) is Reason.BROKEN


def test_nothing_is_refused_as_nothing() -> None:
    assert refused(b"") is Reason.EMPTY


def test_more_than_ten_megabytes_are_refused_unread() -> None:
    assert refused(packed(picture()) + b"\x00" * photos.MAX_BYTES) is Reason.TOO_BIG


def png_claiming(width: int, height: int) -> bytes:
    """A few hundred bytes that would unpack to a picture of any size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\x00" * 99))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(7_000, 7_000), (10_000, 10_000), (60_000, 60_000)])
def test_a_picture_that_would_fill_the_memory_is_refused_by_its_claim(size: tuple[int, int]) -> None:
    assert refused(png_claiming(*size)) is Reason.TOO_MANY_PIXELS


def test_a_dot_is_no_photo() -> None:
    assert refused(packed(picture(6, 2), "PNG")) is Reason.TOO_SMALL


def test_the_photo_of_a_large_sensor_passes() -> None:
    assert reencode(packed(Image.new("L", (9248, 6936)), quality=10)).width == 1600


def test_a_reencoded_photo_may_be_reencoded_again() -> None:
    once = reencode(packed(picture(2000, 1000)))
    assert reencode(once.jpeg).width == once.width


def test_a_photo_can_not_be_changed() -> None:
    photo = reencode(packed(picture()))
    with pytest.raises(FrozenInstanceError):
        photo.width = 1  # type: ignore[misc]


@settings(max_examples=150, deadline=None)
@given(
    start=st.sampled_from(
        [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x00\x00\x00\x00WEBP", b"\x00\x00\x00\x18ftypheic"]
    ),
    rest=st.binary(max_size=300),
)
def test_no_bytes_at_all_make_anything_but_a_photo_or_a_clear_refusal(start: bytes, rest: bytes) -> None:
    try:
        photo = reencode(start + rest)
    except PhotoError:
        return
    assert opened(photo).format == "JPEG"
