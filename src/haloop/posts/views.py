"""How posts are shown: rows to schemas, for a reader, in a few queries however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from haloop.accounts.models import HostRow
from haloop.accounts.service import host_summary, location_of
from haloop.core.vocabulary import OPTION_LISTS, vocabulary
from haloop.engines.media.photo import Photo, show
from haloop.engines.media.protocol import Media
from haloop.photos.models import PhotoRow
from haloop.photos.service import picture_of
from haloop.posts.models import PostPhotoRow, PostRow, Status
from haloop.posts.schemas import Post, PostSummary


@dataclass(frozen=True, slots=True)
class Viewer:
    """For whom and when posts are shown: the reader's own host profile, if any, and the platform's date."""

    media: Media
    public_url: str
    today: date
    host_id: UUID | None = None

    def owns(self, host_id: UUID) -> bool:
        return self.host_id is not None and host_id == self.host_id


def latest_arrival(post: PostRow) -> date | None:
    """The last day to arrive, where the dates are known: ends_on - (min_stay_days - 1)."""
    if post.ends_on is None or post.min_stay_days is None:
        return None
    try:
        return post.ends_on - timedelta(days=post.min_stay_days - 1)
    except OverflowError:  # a draft may say the year 1
        return None


def is_open(post: PostRow, host: HostRow, today: date) -> bool:
    """Section 2 of the design: published, its host neither suspended nor deleted, and still to be reached."""
    last = latest_arrival(post)
    return (
        post.status == Status.PUBLISHED
        and host.suspended_at is None
        and host.deleted_at is None
        and last is not None
        and last >= today
    )


async def summaries(session: AsyncSession, viewer: Viewer, post_ids: Sequence[UUID]) -> list[PostSummary]:
    """The posts in the given order; those that are not there (any more) are left out."""
    if not post_ids:
        return []
    rows = await session.execute(
        sa.select(PostRow, HostRow, PhotoRow)
        .join(HostRow, HostRow.id == PostRow.host_id)
        .outerjoin(PostPhotoRow, sa.and_(PostPhotoRow.post_id == PostRow.id, PostPhotoRow.position == 0))
        .outerjoin(PhotoRow, PhotoRow.id == PostPhotoRow.photo_id)
        .where(PostRow.id.in_(post_ids))
    )
    shown = {post.id: _summary(viewer, post, host, photo) for post, host, photo in rows}
    return [shown[post_id] for post_id in post_ids if post_id in shown]


async def whole(session: AsyncSession, viewer: Viewer, post: PostRow, host: HostRow) -> Post:
    photos = await session.scalars(
        sa.select(PhotoRow)
        .join(PostPhotoRow, PostPhotoRow.photo_id == PhotoRow.id)
        .where(PostPhotoRow.post_id == post.id)
        .order_by(PostPhotoRow.position)
    )
    return Post(
        **_common(viewer, post, host),
        description=post.description or None,
        benefits=post.benefits or None,
        requirements=vocabulary().slugs("requirements", post.requirements),
        photos=[_photo(photo, viewer.media) for photo in photos],
    )


def _summary(viewer: Viewer, post: PostRow, host: HostRow, photo: PhotoRow | None) -> PostSummary:
    return PostSummary(**_common(viewer, post, host), photo=None if photo is None else _photo(photo, viewer.media))


def _photo(row: PhotoRow, media: Media) -> Photo:
    return show(picture_of(row), media)


def _common(viewer: Viewer, post: PostRow, host: HostRow) -> dict[str, object]:
    mine = viewer.owns(host.id)
    options = {name: vocabulary().slugs(name, getattr(post, name)) for name in OPTION_LISTS if name != "requirements"}
    return {
        **options,
        "id": post.id,
        "status": str(post.status),
        "open": is_open(post, host, viewer.today),
        "version": post.version,
        "title": post.title,
        "starts_on": post.starts_on,
        "ends_on": post.ends_on,
        "latest_arrival": latest_arrival(post),
        "places": post.places,
        "hours_per_day": post.hours_per_day,
        "days_per_week": post.days_per_week,
        "min_stay_days": post.min_stay_days,
        "region": host.region,
        "location": location_of(host),
        "host": host_summary(host, viewer.media),
        "url": f"{viewer.public_url}/posts/{post.id}",
        "created_at": post.created_at,
        "updated_at": post.updated_at,
        "published_at": post.published_at,
        "closed_at": post.closed_at,
        "mine": mine,
        "told": post.told if mine else None,
    }
