"""From a file that someone sent to three clean pictures: decoded, turned upright, stripped of metadata, encoded."""

from __future__ import annotations

import asyncio
import io
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from haloop.core.errors import Invalid, UnsupportedType
from haloop.core.messages import Message, msg
from haloop.engines.media.photo import LONGEST_SIDES

FILE_MOST = 8 * 1024 * 1024  # bytes
PIXELS_MOST = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
TAKEN_FOR = {*FORMATS, "MPO"}  # MPO: a JPEG with more pictures behind the first, as many phones write it
NOT_TAKEN = ("GIF", "BMP", "TIFF", "AVIF", "JPEG2000")  # told from what is no picture at all
QUALITY = 82

Image.MAX_IMAGE_PIXELS = None  # judged below, before anything is decoded

# One at a time: a picture of 40 megapixels takes some 250 MB while it is worked on.
_thread = ThreadPoolExecutor(1, thread_name_prefix="pictures")


@dataclass(frozen=True, slots=True)
class CleanPicture:
    """WebP files by their longest side in px; width and height of the largest."""

    files: dict[int, bytes]
    width: int
    height: int


async def clean_picture(data: bytes) -> CleanPicture:
    """Off the event loop. Raises Invalid `bad_photo`, or UnsupportedType for an image of another format."""
    return await asyncio.get_running_loop().run_in_executor(_thread, clean_picture_now, data)


def clean_picture_now(data: bytes) -> CleanPicture:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd metadata, which is dropped anyway
            image = _decode(data)
    except UnidentifiedImageError as error:
        raise bad_photo(msg("This file is not a picture that can be read. Choose a JPEG, PNG or WebP.")) from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, MemoryError) as error:
        # Pillow's decoders raise all of these on damaged files.
        raise bad_photo(msg("This picture is damaged or not whole. Choose another file.")) from error
    files = {side: _encode(image, side) for side in LONGEST_SIDES}
    width, height = _fitted(image.size, LONGEST_SIDES[0])
    return CleanPicture(files, width, height)


def bad_photo(message: Message) -> Invalid:
    return Invalid.field(message, "body", "file", kind="bad_photo", slug="bad_photo")


def _decode(data: bytes) -> Image.Image:
    image: Image.Image = Image.open(io.BytesIO(data), formats=(*FORMATS, *NOT_TAKEN))
    if image.format not in TAKEN_FOR:
        raise UnsupportedType(msg("Choose a JPEG, PNG or WebP picture."))
    width, height = image.size
    if width * height > PIXELS_MOST:
        raise bad_photo(msg("This picture has more than 40 megapixels. Make it smaller first."))
    image.draft("RGB", (LONGEST_SIDES[0], LONGEST_SIDES[0]))  # JPEG: decode no larger than needed
    image.load()
    profile = image.info.get("icc_profile")
    image = ImageOps.exif_transpose(image)
    if min(image.size) < 1:
        raise bad_photo(msg("This picture is empty. Choose another file."))
    image = _in_full_tones(image)
    image.thumbnail((LONGEST_SIDES[0], LONGEST_SIDES[0]), Image.Resampling.LANCZOS)
    return _plain_rgb(image, profile)


def _in_full_tones(image: Image.Image) -> Image.Image:
    """Palettes can only be made smaller by leaving points out; of 16 bits of grey a plain conversion keeps the
    darkest part alone."""
    if image.mode in ("1", "P", "PA"):
        return image.convert("RGBA" if "transparency" in image.info or image.mode == "PA" else "RGB")
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda tone: tone / 256).convert("L")
    return image


def _plain_rgb(image: Image.Image, profile: object) -> Image.Image:
    """sRGB without transparency (on white), so that colours stay right once the profile is dropped."""
    if isinstance(profile, bytes) and image.mode in ("RGB", "L", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            image = converted or image
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # an unreadable profile: take the numbers as sRGB
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(white, rgba).convert("RGB")
    return image.convert("RGB")


def _encode(image: Image.Image, longest_side: int) -> bytes:
    sized = image
    if max(image.size) > longest_side:
        sized = image.resize(_fitted(image.size, longest_side), Image.Resampling.LANCZOS)
    bare = Image.new("RGB", sized.size)
    bare.paste(sized)  # a new image carries no metadata at all
    out = io.BytesIO()
    bare.save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue()


def _fitted(size: tuple[int, int], longest_side: int) -> tuple[int, int]:
    width, height = size
    scale = min(1.0, longest_side / max(size))
    return max(1, round(width * scale)), max(1, round(height * scale))
