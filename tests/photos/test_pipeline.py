"""The pipeline: whatever is sent becomes three clean WebP pictures, or is refused."""

from __future__ import annotations

import contextlib
import io
import random
import resource
import time
from collections.abc import Callable

import pytest
from PIL import Image

from haloop.core.errors import Invalid, UnsupportedType
from haloop.photos.pipeline import CleanPicture, clean_picture_now
from tests.photos import pictures
from tests.photos.pictures import BLUE, RED, saved, two_colours

TAKEN = {
    "jpeg": saved(two_colours(), "JPEG"),
    "progressive jpeg": saved(two_colours(), "JPEG", progressive=True),
    "grey jpeg": saved(two_colours(mode="L"), "JPEG"),
    "jpeg of a phone (MPO)": saved(two_colours(), "MPO", save_all=True, append_images=[two_colours()]),
    "cmyk jpeg": saved(two_colours(mode="CMYK"), "JPEG"),
    "png": saved(two_colours(), "PNG"),
    "png with a palette": saved(two_colours(mode="P"), "PNG"),
    "png with alpha": saved(two_colours(mode="RGBA"), "PNG"),
    "webp": saved(two_colours(), "WEBP"),
    "lossless webp": saved(two_colours(), "WEBP", lossless=True),
    "animated webp": pictures.animated("WEBP"),
    "animated png": pictures.animated("PNG"),
}


def decoded(clean: CleanPicture, longest_side: int = 2000) -> Image.Image:
    return Image.open(io.BytesIO(clean.files[longest_side])).convert("RGB")


def is_near(pixel: object, colour: tuple[int, int, int], by: int = 30) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(one - other) <= by for one, other in zip(pixel, colour, strict=True))


@pytest.mark.parametrize("name", [name for name in TAKEN if "grey" not in name])
def test_every_kind_of_jpeg_png_and_webp_is_taken(name: str) -> None:
    clean = clean_picture_now(TAKEN[name])

    assert (clean.width, clean.height) == (80, 60)
    for side, data in clean.files.items():
        image = Image.open(io.BytesIO(data))
        assert (image.format, image.mode, image.size) == ("WEBP", "RGB", (80, 60))
        assert getattr(image, "n_frames", 1) == 1
        assert is_near(decoded(clean, side).getpixel((10, 30)), RED, by=60)
        assert is_near(decoded(clean, side).getpixel((70, 30)), BLUE, by=60)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_no_metadata_is_left_in_any_size(kind: str) -> None:
    data = pictures.with_metadata(kind)
    assert pictures.SECRET.encode() in data

    for file in clean_picture_now(data).files.values():
        image = Image.open(io.BytesIO(file))
        assert not image.getexif()
        assert not {"exif", "xmp", "icc_profile", "comment"} & set(image.info)
        for trace in (b"EXIF", b"Exif", b"XMP ", b"ICCP", pictures.SECRET.encode()):
            assert trace not in file


@pytest.mark.parametrize(
    ("orientation", "red_at"),
    [(1, "left"), (2, "right"), (3, "right"), (4, "left"), (5, "top"), (6, "top"), (7, "bottom"), (8, "bottom")],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_orientation_is_applied(kind: str, orientation: int, red_at: str) -> None:
    clean = clean_picture_now(pictures.with_metadata(kind, orientation))

    lying = red_at in ("left", "right")
    assert (clean.width, clean.height) == ((80, 60) if lying else (60, 80))
    points = {"left": (5, 30), "right": (75, 30), "top": (30, 5), "bottom": (30, 75)}
    assert is_near(decoded(clean).getpixel(points[red_at]), RED)


@pytest.mark.parametrize("number", [0, 9, 65535])
def test_an_orientation_that_means_nothing_is_passed_over(number: int) -> None:
    assert clean_picture_now(pictures.with_metadata("JPEG", number)).width == 80


@pytest.mark.parametrize(
    ("size", "full", "medium", "thumbnail"),
    [
        ((3000, 1500), (2000, 1000), (960, 480), (480, 240)),
        ((1500, 3000), (1000, 2000), (480, 960), (240, 480)),
        ((2001, 1333), (2000, 1332), (960, 640), (480, 320)),
        ((2000, 2000), (2000, 2000), (960, 960), (480, 480)),
        ((961, 700), (961, 700), (960, 699), (480, 350)),
        ((480, 100), (480, 100), (480, 100), (480, 100)),
        ((1, 1), (1, 1), (1, 1), (1, 1)),
        ((1, 5000), (1, 2000), (1, 960), (1, 480)),
        ((5000, 1), (2000, 1), (960, 1), (480, 1)),
    ],
)
def test_three_sizes_keep_the_shape_and_are_never_larger(
    size: tuple[int, int], full: tuple[int, int], medium: tuple[int, int], thumbnail: tuple[int, int]
) -> None:
    for kind in ("JPEG", "PNG"):
        clean = clean_picture_now(saved(Image.new("RGB", size, RED), kind))

        sizes = [Image.open(io.BytesIO(clean.files[side])).size for side in (2000, 960, 480)]
        for found, wanted in zip(sizes, (full, medium, thumbnail), strict=True):
            assert abs(found[0] - wanted[0]) <= 1
            assert abs(found[1] - wanted[1]) <= 1
        assert (clean.width, clean.height) == sizes[0]
        assert [max(size) for size in sizes] == [max(full), max(medium), max(thumbnail)]


def test_what_is_transparent_becomes_white() -> None:
    clear = Image.new("RGBA", (80, 60), (0, 0, 0, 0))
    palette = Image.new("P", (80, 60), 0)
    palette.putpalette([9, 9, 9] * 256)

    for data in (saved(clear, "PNG"), saved(clear, "WEBP", lossless=True), saved(palette, "PNG", transparency=0)):
        assert is_near(decoded(clean_picture_now(data)).getpixel((40, 30)), (255, 255, 255), by=2)


@pytest.mark.parametrize(("tone", "shown"), [(0, 0), (32768, 128), (65535, 255)])
def test_16_bits_of_grey_keep_their_tones(tone: int, shown: int) -> None:
    data = saved(Image.new("I;16", (80, 60), tone), "PNG")

    assert is_near(decoded(clean_picture_now(data)).getpixel((40, 30)), (shown, shown, shown), by=3)


def test_a_palette_is_made_smaller_as_smoothly_as_other_pictures() -> None:
    stripes = Image.new("1", (4000, 100))
    stripes.paste(1, (0, 0, 4000, 100))
    for x in range(0, 4000, 2):
        stripes.paste(0, (x, 0, x + 1, 100))

    thumbnail = decoded(clean_picture_now(saved(stripes, "PNG")), 480)

    assert is_near(thumbnail.getpixel((240, 5)), (128, 128, 128), by=30)


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF"])
def test_pictures_of_another_kind_are_not_supported(kind: str) -> None:
    with pytest.raises(UnsupportedType):
        clean_picture_now(saved(two_colours(), kind))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"just a text",
        pictures.SVG,
        b"<html><script>alert(1)</script>",
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x00\x00\x00\x00WEBP",
        b"GIF89a",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        saved(two_colours((800, 600)), "JPEG")[:-2000],
        saved(two_colours((800, 600)), "PNG")[:-200],
        saved(two_colours((800, 600)), "WEBP")[:-100],
        saved(two_colours(), "PNG").replace(b"IDAT", b"IDAT"[::-1]),
    ],
    ids=lambda data: repr(data[:12]),
)
def test_what_cannot_be_decoded_is_a_bad_photo(data: bytes) -> None:
    with pytest.raises(Invalid) as raised:
        clean_picture_now(data)

    assert raised.value.slug == "bad_photo"


@pytest.mark.parametrize("claim", [pictures.claiming_png, pictures.claiming_jpeg, pictures.claiming_webp])
def test_a_bomb_of_200_megapixels_is_refused_quickly_and_without_memory(claim: Callable[[int, int], bytes]) -> None:
    data = claim(16_000, 12_500)
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()

    with pytest.raises(Invalid, match="megapixels"):
        clean_picture_now(data)

    assert time.perf_counter() - started < 0.5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # KiB


def test_damaged_files_are_refused_and_never_a_mistake_of_ours() -> None:
    chance = random.Random(20261124)  # noqa: S311  # damage, no secret
    for _ in range(400):
        data = bytearray(chance.choice(list(TAKEN.values())))
        for _ in range(chance.choice((1, 3, 20))):
            data[chance.randrange(min(len(data), chance.choice((60, 400, 100_000))))] = chance.randrange(256)
        with contextlib.suppress(Invalid, UnsupportedType):
            clean_picture_now(bytes(data))
