"""What posts do: be written, published, changed, closed, reopened, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from haloop.accounts.models import HostRow
from haloop.accounts.sessions import Reader
from haloop.accounts.views import count_open_posts
from haloop.core.errors import Conflict, Invalid, NotFound, VersionMismatch
from haloop.core.ids import new_id
from haloop.core.messages import msg
from haloop.core.reads import SessionRows
from haloop.core.unit_of_work import UnitOfWork
from haloop.core.vocabulary import OPTION_LISTS, vocabulary
from haloop.engines.jobs.outbox import add_job
from haloop.engines.limits.protocol import PUBLISH, Limits
from haloop.matching import sql as matching
from haloop.matching.facts import day_number
from haloop.matching.tables import post_rows
from haloop.photos import service as photos
from haloop.posts import limits as post_limits
from haloop.posts.facts import facts_of
from haloop.posts.models import PostPhotoRow, PostRow, Status
from haloop.posts.publishing import check_publishable
from haloop.posts.schemas import PostChange, PostIn
from haloop.posts.views import is_open

PLAIN_FIELDS = (
    "title",
    "description",
    "benefits",
    "starts_on",
    "ends_on",
    "places",
    "hours_per_day",
    "days_per_week",
    "min_stay_days",
)
# What the matching rule reads of a post; the rest (photos, days per week) is no edit to be told.
FACT_FIELDS = tuple(name for name in PLAIN_FIELDS if name != "days_per_week") + OPTION_LISTS
DATE_FIELDS = ("starts_on", "ends_on", "min_stay_days")


async def create(work: UnitOfWork, limits: Limits, reader: Reader, body: PostIn) -> UUID:
    """A new draft, or a post that is published at once; answers its id."""
    host = await _own_host(work, reader)
    post = PostRow(
        id=new_id(),
        host_id=host.id,
        status=Status.DRAFT,
        version=1,
        facts_version=0,
        openings=0,
        created_at=work.now,
        updated_at=work.now,
        **{name: getattr(body, name) for name in PLAIN_FIELDS},
        **{name: vocabulary().mask(name, getattr(body, name)) for name in OPTION_LISTS},
    )
    if body.status == "published":
        check_publishable(post, len(body.photos), work.today, judge_dates=True)
    elif not body.title:
        raise Invalid.field(msg("Fill this in."), "body", "title", kind="missing")
    else:
        await _check_drafts(work, host)
    work.session.add(post)
    await work.session.flush()
    await _set_photos(work, reader, post, [], body.photos)
    if body.status == "published":
        await _open(work, limits, reader, post, host)
    return post.id


async def change(work: UnitOfWork, reader: Reader, post_id: UUID, change_: PostChange, version: int | None) -> None:
    """Sets the given fields. A published post must stay publishable; what helpers were told goes by its new facts."""
    post, host = await _own_post(work, reader, post_id)
    _check_version(post, version)
    was_open = is_open(post, host, work.today)
    shown = await _photo_ids(work.session, post)  # before the fields: a query would write them, and the CHECK refuse
    changed = _set_fields(post, change_)
    if change_.has("photos") and list(change_.photos) != shown:
        changed.add("photos")
    if not changed:
        return
    if post.status == Status.PUBLISHED:
        count = len(change_.photos) if change_.has("photos") else len(shown)
        check_publishable(post, count, work.today, judge_dates=bool(changed.intersection(DATE_FIELDS)))
        if not was_open and is_open(post, host, work.today):
            await _check_open_posts(work, host)
    if "photos" in changed:
        await _set_photos(work, reader, post, shown, change_.photos)
    post.version += 1
    post.updated_at = work.now
    if post.status == Status.PUBLISHED:
        if changed.intersection(FACT_FIELDS):
            post.facts_version += 1
            add_job(work, "post.changed", post_id=str(post.id))
        await index(work, post, host)


async def publish(work: UnitOfWork, limits: Limits, reader: Reader, post_id: UUID, version: int | None) -> None:
    """Opens a draft or a closed post; a published one stays as it is."""
    post, host = await _own_post(work, reader, post_id)
    if post.status == Status.PUBLISHED:
        return
    _check_version(post, version)
    shown = await _photo_ids(work.session, post)
    check_publishable(post, len(shown), work.today, judge_dates=True)
    post.version += 1
    await _open(work, limits, reader, post, host)


async def close(work: UnitOfWork, reader: Reader, post_id: UUID, version: int | None) -> None:
    """Closes a published post; a closed one stays as it is; a draft raises Conflict `not_published`."""
    post, _ = await _own_post(work, reader, post_id)
    if post.status == Status.CLOSED:
        return
    if post.status == Status.DRAFT:
        raise Conflict(msg("A draft cannot be closed. Publish it, or delete it."), slug="not_published")
    _check_version(post, version)
    post.status = Status.CLOSED
    post.version += 1
    post.closed_at = post.updated_at = work.now
    await matching.remove_post(work.session, post.id)


async def delete(work: UnitOfWork, reader: Reader, post_id: UUID, version: int | None) -> None:
    post, _ = await _own_post(work, reader, post_id)
    _check_version(post, version)
    await remove(work, post)


async def remove(work: UnitOfWork, post: PostRow) -> None:
    """Deletes a post and lets go of its photos; rows that hang on it go with it."""
    await photos.release(work, await _photo_ids(work.session, post))
    await matching.remove_post(work.session, post.id)
    await work.session.delete(post)
    await work.session.flush()


async def bring_host(work: UnitOfWork, post: PostRow, host: HostRow) -> None:
    """Brings a change of its host to a published post, as an edit of it; nothing if it is there already."""
    known = await work.session.scalar(sa.select(post_rows.c.host_version).where(post_rows.c.post_id == post.id))
    if known is None or known == host.version:
        return
    post.facts_version += 1
    await index(work, post, host)
    add_job(work, "post.changed", post_id=str(post.id))


async def _own_host(work: UnitOfWork, reader: Reader) -> HostRow:
    """The reader's host row, locked: a host's writes come one after the other, so that its counts hold."""
    host = await work.session.scalar(
        sa.select(HostRow).where(HostRow.account_id == reader.account_id).with_for_update()
    )
    if host is None:
        raise NotFound
    return host


async def _own_post(work: UnitOfWork, reader: Reader, post_id: UUID) -> tuple[PostRow, HostRow]:
    host = await _own_host(work, reader)
    post = await work.session.get(PostRow, post_id, with_for_update=True)
    if post is None or post.host_id != host.id:
        raise NotFound
    return post, host


def _check_version(post: PostRow, version: int | None) -> None:
    if version is not None and version != post.version:
        raise VersionMismatch(post.version)


def _set_fields(post: PostRow, change_: PostChange) -> set[str]:
    """Sets what was given; answers the names of what is different now."""
    changed = set()
    for name in (*PLAIN_FIELDS, *OPTION_LISTS):
        if not change_.has(name):
            continue
        value = getattr(change_, name)
        if name in OPTION_LISTS:
            value = vocabulary().mask(name, value)
        if getattr(post, name) != value:
            setattr(post, name, value)
            changed.add(name)
    return changed


async def _photo_ids(session: AsyncSession, post: PostRow) -> list[UUID]:
    found = await session.scalars(
        sa.select(PostPhotoRow.photo_id).where(PostPhotoRow.post_id == post.id).order_by(PostPhotoRow.position)
    )
    return list(found)


async def _set_photos(
    work: UnitOfWork, reader: Reader, post: PostRow, old: Sequence[UUID], new: Sequence[UUID]
) -> None:
    added, gone = set(new).difference(old), set(old).difference(new)
    await photos.use(work, reader.account_id, [photo_id for photo_id in new if photo_id in added], "body", "photos")
    await photos.release(work, list(gone))
    await work.session.execute(sa.delete(PostPhotoRow).where(PostPhotoRow.post_id == post.id))
    work.session.add_all(
        PostPhotoRow(post_id=post.id, position=position, photo_id=photo_id) for position, photo_id in enumerate(new)
    )
    await work.session.flush()


async def _check_drafts(work: UnitOfWork, host: HostRow) -> None:
    drafts = await work.session.scalar(
        sa.select(sa.func.count()).where(PostRow.host_id == host.id, PostRow.status == Status.DRAFT)
    )
    if (drafts or 0) >= post_limits.DRAFTS:
        message = msg("You have {most} drafts. Delete one first.", most=post_limits.DRAFTS)
        raise Conflict(message, slug="too_many_posts")


async def _check_open_posts(work: UnitOfWork, host: HostRow) -> None:
    if await count_open_posts(SessionRows(work.session), host.id, day_number(work.today)) >= post_limits.OPEN_POSTS:
        message = msg("You have {most} open posts. Close one first.", most=post_limits.OPEN_POSTS)
        raise Conflict(message, slug="too_many_posts")


async def _open(work: UnitOfWork, limits: Limits, reader: Reader, post: PostRow, host: HostRow) -> None:
    """Publishes or reopens: from this commit on the post can be found, and will be told."""
    await _check_open_posts(work, host)
    await limits.hit(PUBLISH, str(reader.account_id))
    post.status = Status.PUBLISHED
    post.openings += 1
    post.facts_version += 1
    post.published_at = post.updated_at = work.now
    post.closed_at = None
    await index(work, post, host)
    add_job(work, "post.opened", post_id=str(post.id))


async def index(work: UnitOfWork, post: PostRow, host: HostRow) -> None:
    """Writes the flat row in this transaction, so that search and the row never differ."""
    if post.published_at is None:
        raise ValueError(f"post {post.id} was never published")
    await work.session.flush()
    await matching.put_post(
        work.session,
        facts_of(post, host),
        version=post.version,
        host_version=host.version,
        published_at=post.published_at,
    )
