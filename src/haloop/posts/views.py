"""How posts are shown: rows to schemas, for a viewer, in one query however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from haloop.accounts.models import HostRow
from haloop.accounts.schemas import HostSummary
from haloop.accounts.views import StoredPhoto, location, stored_photo
from haloop.core.errors import NotFound
from haloop.core.lru import Lru
from haloop.core.paging import LIMIT_MOST
from haloop.core.reads import Query, Row, Rows
from haloop.core.vocabulary import OPTION_LISTS, vocabulary
from haloop.engines.media.photo import Photo, Picture, show
from haloop.engines.media.protocol import Media
from haloop.photos.models import PhotoRow
from haloop.posts.models import PostPhotoRow, PostRow, Status
from haloop.posts.schemas import Post, PostSummary


@dataclass(frozen=True, slots=True)
class Viewer:
    """For whom and when posts are shown: the reader's own host profile, if any, and the platform's date. `rendered`
    keeps what was made of a post, by its version."""

    media: Media
    public_url: str
    today: date
    rendered: Lru
    host_id: UUID | None = None

    def owns(self, host_id: UUID) -> bool:
        return self.host_id is not None and host_id == self.host_id


class EachHost(Viewer):
    """Whose every post is its own: for showing posts of several hosts as these see them."""

    __slots__ = ()

    def owns(self, host_id: UUID) -> bool:  # noqa: ARG002  # whichever
        return True


class _Shown(NamedTuple):
    """What a post shows in a list; the columns of `_columns`."""

    id: UUID
    host_id: UUID
    status: str
    version: int
    title: str
    starts_on: date | None
    ends_on: date | None
    places: int | None
    hours_per_day: int | None
    days_per_week: int
    min_stay_days: int | None
    told: int
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    closed_at: datetime | None
    job_types: int
    accommodations: int
    amenities: int
    meals: int
    experiences: int
    environments: int
    requirements: int
    host_name: str
    locality: str | None
    region: str
    public_latitude: int
    public_longitude: int
    exact_latitude: int | None
    host_photo: StoredPhoto
    suspended_at: datetime | None
    deleted_at: datetime | None


_OF_POST: Final = _Shown._fields[: _Shown._fields.index("host_name")]
_columns: Final[list[Any]] = [  # Any: columns of every type
    *(getattr(PostRow, name) for name in _OF_POST),
    HostRow.name,
    HostRow.locality,
    HostRow.region,
    HostRow.public_latitude,
    HostRow.public_longitude,
    HostRow.exact_latitude,
    HostRow.photo,
    HostRow.suspended_at,
    HostRow.deleted_at,
]
_PHOTO: Final = (PhotoRow.id, PhotoRow.key, PhotoRow.width, PhotoRow.height, PhotoRow.alt)
_AT_ONCE: Final = LIMIT_MOST
_SUMMARIES = Query(
    sa.select(*_columns, *_PHOTO)
    .join(HostRow, HostRow.id == PostRow.host_id)
    .outerjoin(PostPhotoRow, sa.and_(PostPhotoRow.post_id == PostRow.id, PostPhotoRow.position == 0))
    .outerjoin(PhotoRow, PhotoRow.id == PostPhotoRow.photo_id)
    .where(sa.or_(*(PostRow.id == sa.bindparam(f"id{place}") for place in range(_AT_ONCE))))
)
_WHOLE = Query(
    sa.select(*_columns, PostRow.description, PostRow.benefits)
    .join(HostRow, HostRow.id == PostRow.host_id)
    .where(PostRow.id == sa.bindparam("post_id"))
)
_PHOTOS = Query(
    sa.select(*_PHOTO)
    .join(PostPhotoRow, PostPhotoRow.photo_id == PhotoRow.id)
    .where(PostPhotoRow.post_id == sa.bindparam("post_id"))
    .order_by(PostPhotoRow.position)
)


async def summaries(rows: Rows, viewer: Viewer, post_ids: Sequence[UUID]) -> list[PostSummary]:
    """The posts in the given order; those that are not there (any more) are left out."""
    shown: dict[UUID, PostSummary] = {}
    for start in range(0, len(post_ids), _AT_ONCE):
        some = post_ids[start : start + _AT_ONCE]
        padded = {f"id{place}": some[min(place, len(some) - 1)] for place in range(_AT_ONCE)}
        for row in await rows.by_key(_SUMMARIES, padded):
            summary = _summary(viewer, row)
            shown[summary.id] = summary
    return [shown[post_id] for post_id in post_ids if post_id in shown]


async def whole(rows: Rows, viewer: Viewer, post_id: UUID) -> Post:
    """A post for its viewer: drafts for their host alone, closed posts for everyone while their host is there."""
    found = await rows.by_key(_WHOLE, {"post_id": post_id})
    if not found:
        raise NotFound
    *columns, description, benefits = found[0]
    post = _Shown._make(columns)
    if not viewer.owns(post.host_id) and (post.status == Status.DRAFT or post.suspended_at or post.deleted_at):
        raise NotFound
    return Post(
        **_common(viewer, post),
        description=description or None,
        benefits=benefits or None,
        requirements=vocabulary().slugs("requirements", post.requirements),
        photos=[_photo(row, viewer.media) for row in await rows.by_key(_PHOTOS, {"post_id": post_id})],
    )


def last_arrival(ends_on: date | None, min_stay_days: int | None) -> date | None:
    """The last day to arrive, where the dates are known: ends_on - (min_stay_days - 1)."""
    if ends_on is None or min_stay_days is None:
        return None
    try:
        return ends_on - timedelta(days=min_stay_days - 1)
    except OverflowError:  # a draft may say the year 1
        return None


def is_open(post: PostRow, host: HostRow, today: date) -> bool:
    """Section 2 of the design: published, its host neither suspended nor deleted, and still to be reached."""
    last = last_arrival(post.ends_on, post.min_stay_days)
    return _open(post.status, last, today, host_is_there=host.suspended_at is None and host.deleted_at is None)


def _open(status: str, last: date | None, today: date, *, host_is_there: bool) -> bool:
    return status == Status.PUBLISHED and host_is_there and last is not None and last >= today


def _summary(viewer: Viewer, row: Row) -> PostSummary:
    shown, photo = _Shown._make(row[: len(_Shown._fields)]), row[len(_Shown._fields) :]
    return PostSummary(**_common(viewer, shown), photo=None if photo[0] is None else _photo(photo, viewer.media))


def _photo(row: Row, media: Media) -> Photo:
    return show(Picture(*row), media)


def _common(viewer: Viewer, post: _Shown) -> dict[str, object]:
    """What Post and PostSummary share."""
    mine = viewer.owns(post.host_id)
    last = last_arrival(post.ends_on, post.min_stay_days)
    host_is_there = post.suspended_at is None and post.deleted_at is None
    options = {name: vocabulary().slugs(name, getattr(post, name)) for name in OPTION_LISTS if name != "requirements"}
    return {
        **options,
        "id": post.id,
        "status": post.status,
        "open": _open(post.status, last, viewer.today, host_is_there=host_is_there),
        "version": post.version,
        "title": post.title,
        "starts_on": post.starts_on,
        "ends_on": post.ends_on,
        "latest_arrival": last,
        "places": post.places,
        "hours_per_day": post.hours_per_day,
        "days_per_week": post.days_per_week,
        "min_stay_days": post.min_stay_days,
        "region": post.region,
        "location": location(
            post.public_latitude, post.public_longitude, exact_is_known=post.exact_latitude is not None
        ),
        "host": HostSummary(
            id=post.host_id,
            name=post.host_name,
            locality=post.locality,
            region=post.region,
            photo=stored_photo(post.host_photo, viewer.media),
        ),
        "url": f"{viewer.public_url}/posts/{post.id}",
        "created_at": post.created_at,
        "updated_at": post.updated_at,
        "published_at": post.published_at,
        "closed_at": post.closed_at,
        "mine": mine,
        "told": post.told if mine else None,
    }
