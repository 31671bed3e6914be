"""Files as people, cameras and attackers send them."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image

ORIENTATION, DESCRIPTION, GPS = 0x0112, 0x010E, 0x8825
SECRET = "taken in front of the red gate"
# Left half red, right half blue, so that turning shows.
RED, BLUE = (200, 30, 30), (30, 30, 200)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def two_colours(size: tuple[int, int] = (80, 60), mode: str = "RGB") -> Image.Image:
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    return image.convert(mode)


def with_metadata(kind: str, orientation: int = 1) -> bytes:
    """A picture that says where it was taken, in EXIF, XMP and a comment."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[DESCRIPTION] = SECRET
    gps = exif.get_ifd(GPS)
    gps[1], gps[2], gps[3], gps[4] = "N", (22.0, 52.0, 35.4), "E", (121.0, 14.0, 4.2)
    options: dict[str, object] = {"exif": exif}
    if kind in ("JPEG", "WEBP"):
        options["xmp"] = f"<x:xmpmeta>{SECRET}</x:xmpmeta>".encode()
    if kind == "JPEG":
        options["comment"] = SECRET
    return saved(two_colours(), kind, **options)


def animated(kind: str) -> bytes:
    return saved(two_colours(), kind, save_all=True, append_images=[Image.new("RGB", (80, 60), "black")])


def claiming_png(width: int, height: int) -> bytes:
    """A small file that says it is a large picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\x00" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def claiming_jpeg(width: int, height: int) -> bytes:
    data = bytearray(saved(two_colours(), "JPEG"))
    place = data.index(b"\xff\xc0") + 5
    data[place : place + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def claiming_webp(width: int, height: int) -> bytes:
    data = bytearray(animated("WEBP"))
    place = data.index(b"VP8X") + 12
    data[place : place + 6] = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return bytes(data)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
