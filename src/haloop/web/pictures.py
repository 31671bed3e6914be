"""The files of a photo for a browser to choose from, with their true widths."""

from __future__ import annotations

from haloop.engines.media.photo import LONGEST_SIDES, Photo


def srcset(photo: Photo, *, full: bool = False) -> str:
    """Addresses with widths in px, small to large; a size is named by its longest side, which may be the height.
    `full` adds the largest. Files that are no wider than the one before are left out."""
    addresses = (photo.url, photo.medium_url, photo.thumbnail_url)
    longest = max(photo.width, photo.height)
    found: dict[int, str] = {}
    for address, side in sorted(zip(addresses, LONGEST_SIDES, strict=True), key=lambda pair: pair[1]):
        width = max(1, round(photo.width * min(1.0, side / longest)))
        if full or side != LONGEST_SIDES[0]:
            found.setdefault(width, address)
    return ", ".join(f"{address} {width}w" for width, address in found.items())
