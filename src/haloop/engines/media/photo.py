"""A photo as rows keep it and as the API shows it: three sizes under one random name."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from uuid import UUID

from pydantic import BaseModel

from haloop.engines.media.protocol import Media

LONGEST_SIDES = (2000, 960, 480)  # px: url, medium_url, thumbnail_url
PRIVATE = "private-"  # begins the keys of photos that have no public address


def is_private(name: str) -> bool:
    """Of a key, or of a file's name."""
    return name.lower().startswith(PRIVATE)  # some file systems take both for one name


def private_url(photo_id: UUID, longest_side: int) -> str:
    """Where those who may see it get it; the route asks who they are."""
    return f"/api/photos/{photo_id}/{longest_side}"


def file_name(key: str, longest_side: int) -> str:
    return f"{key}-{longest_side}.webp"


def file_names(key: str) -> list[str]:
    return [file_name(key, side) for side in LONGEST_SIDES]


def key_of(name: str) -> str:
    """The key in a file's name."""
    return name.rpartition("-")[0]


@dataclass(frozen=True, slots=True)
class Picture:
    """What is known of a stored photo; width and height in px are those of the largest size."""

    id: UUID
    key: str
    width: int
    height: int
    alt: str

    def to_json(self) -> dict[str, object]:
        return {**asdict(self), "id": str(self.id)}


class Photo(BaseModel):
    """A photo for readers; `width` and `height` belong to `url`."""

    id: UUID
    url: str
    medium_url: str
    thumbnail_url: str
    width: int
    height: int
    alt: str | None


def picture_from_json(data: dict[str, object]) -> Picture:
    return Picture(UUID(str(data["id"])), str(data["key"]), int(str(data["width"])), int(str(data["height"])),
                   str(data["alt"]))  # fmt: skip


def show(picture: Picture, media: Media) -> Photo:
    if is_private(picture.key):
        full, medium, thumbnail = (private_url(picture.id, side) for side in LONGEST_SIDES)
    else:
        full, medium, thumbnail = (media.url(name) for name in file_names(picture.key))
    return Photo(
        id=picture.id,
        url=full,
        medium_url=medium,
        thumbnail_url=thumbnail,
        width=picture.width,
        height=picture.height,
        alt=picture.alt or None,
    )
