"""What notifications do: be listed, counted, marked as read, announced to who is connected, pruned."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from itertools import chain
from typing import cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from haloop.accounts.models import AccountRow
from haloop.accounts.sessions import Reader
from haloop.core.clock import Clock
from haloop.core.ids import parse_id
from haloop.core.paging import Page, bad_cursor, decode_cursor, encode_cursor, query_hash
from haloop.core.reads import Ask, Query, Rows, SessionRows
from haloop.core.transactions import SIZES, any_of, padded
from haloop.core.translations import Translator, translator
from haloop.core.unit_of_work import Emit, UnitOfWork
from haloop.engines.box import Engines
from haloop.notifications.models import NotificationRow
from haloop.notifications.schemas import MarkRead, Notification
from haloop.posts.schemas import PostSummary
from haloop.posts.views import Viewer, summaries

KEPT_FOR = timedelta(days=180)
KEPT_MOST = 500  # the newest of a helper
AT_ONCE = 10  # so many are announced without a pause
NEW, UNREAD = "notification:new", "notification:unread"


async def list_page(
    session: AsyncSession, clock: Clock, viewer: Viewer, reader: Reader, *, cursor: str | None, limit: int
) -> Page[Notification]:
    """The reader's notifications, newest first."""
    now, query = clock.now(), query_hash("notifications", reader.account_id)
    after = decode_cursor(cursor, query, now, (str,))
    select = (
        sa.select(NotificationRow)
        .where(NotificationRow.account_id == reader.account_id)
        .order_by(NotificationRow.id.desc())
        .limit(limit + 1)
    )
    if after is not None:
        last = parse_id(str(after.key[0]))
        if last is None:
            raise bad_cursor()
        select = select.where(NotificationRow.id < last)
    rows = (await session.scalars(select)).all()
    shown, more = rows[:limit], len(rows) > limit
    return Page(
        items=await _shown(session, viewer, translator(reader.locale), shown),
        next_cursor=encode_cursor(query, viewer.today, (str(shown[-1].id),), now) if more else None,
    )


_UNREAD = Query(
    sa.select(sa.func.count()).where(
        NotificationRow.account_id == sa.bindparam("account_id"), NotificationRow.read_at.is_(None)
    )
)


async def count_unread(rows: Rows, account_id: UUID) -> int:
    ((unread,),) = await rows.by_key(_UNREAD, {"account_id": account_id})
    return int(unread)


async def mark_read(work: UnitOfWork, reader: Reader, body: MarkRead) -> int:
    """Marks the reader's own (others' ids change nothing), tells its devices, answers how many stay unread."""
    mine = sa.and_(NotificationRow.account_id == reader.account_id, NotificationRow.read_at.is_(None))
    if body.ids is not None:
        mine = sa.and_(mine, NotificationRow.id.in_(body.ids))
    elif body.before is not None:
        mine = sa.and_(mine, NotificationRow.created_at <= body.before)
    await work.session.execute(sa.update(NotificationRow).where(mine).values(read_at=work.now))
    unread = await count_unread(SessionRows(work.session), reader.account_id)
    work.after_commit(Emit(UNREAD, {"unread": unread}, reader.account_id))
    return unread


async def announce(engines: Engines, rows: Sequence[NotificationRow]) -> None:
    """Emits committed notifications, and the unread totals, to those of their helpers who are connected."""
    connected = await engines.realtime.connected({row.account_id for row in rows})
    present = [row for row in rows if row.account_id in connected]
    if not present:
        return
    viewer = Viewer(engines.media, engines.public_url, engines.clock.today(), engines.rendered)
    rows_of = engines.database.rows
    posts = await _posts_of(rows_of, viewer, present)
    as_json = {post.id: post.model_dump(mode="json") for post in posts.values()}
    locales, unread = await _locales_and_unread(rows_of, list(connected))
    for start in range(0, len(present), AT_ONCE):
        signals: list[Emit] = []
        for row in present[start : start + AT_ONCE]:
            shown = _notification(row, posts.get(row.post_id), translator(locales.get(row.account_id, "en")))
            # Nearly all of it is the post, the same for everyone: it is dumped once.
            payload = {**shown.model_dump(mode="json", exclude={"post"}), "post": as_json.get(row.post_id)}
            signals.append(Emit(NEW, payload, row.account_id))
            signals.append(Emit(UNREAD, {"unread": unread.get(row.account_id, 0)}, row.account_id))
        await engines.realtime.send(signals)
        await asyncio.sleep(0)  # the first hear while the last are told, and nobody waits for a thousand


async def prune(work: UnitOfWork, most: int = 1000) -> int:
    """Deletes notifications older than 180 days, and those past a helper's newest 500; what was told stays told."""
    old = (
        await work.session.scalars(
            sa.select(NotificationRow.id).where(NotificationRow.created_at < work.now - KEPT_FOR).limit(most)
        )
    ).all()
    crowded = await work.session.scalars(
        sa.select(NotificationRow.account_id)
        .group_by(NotificationRow.account_id)
        .having(sa.func.count() > KEPT_MOST)
        .limit(50)
    )
    surplus: list[UUID] = []
    for account_id in crowded.all():  # bounded above; such a helper is rare
        surplus += await work.session.scalars(
            sa.select(NotificationRow.id)
            .where(NotificationRow.account_id == account_id)
            .order_by(NotificationRow.id.desc())
            .offset(KEPT_MOST)
            .limit(most)
        )
    gone = [*old, *surplus]
    for start in range(0, len(gone), 500):
        await work.session.execute(sa.delete(NotificationRow).where(NotificationRow.id.in_(gone[start : start + 500])))
    return len(gone)


async def _shown(
    session: AsyncSession, viewer: Viewer, t: Translator, rows: Sequence[NotificationRow]
) -> list[Notification]:
    posts = await _posts_of(SessionRows(session), viewer, rows)
    return [_notification(row, posts.get(row.post_id), t) for row in rows]


async def _posts_of(rows: Rows, viewer: Viewer, of: Sequence[NotificationRow]) -> dict[UUID, PostSummary]:
    post_ids = list({row.post_id for row in of})
    return {post.id: post for post in await summaries(rows, viewer, post_ids)}


def _notification(row: NotificationRow, post: PostSummary | None, t: Translator) -> Notification:
    return Notification(
        id=row.id,
        kind="post_match",
        title=post.title if post else row.post_title,
        body=_body(row, t),
        post_id=row.post_id,
        post=post,
        subscription_names=row.subscription_names,
        read_at=row.read_at,
        created_at=row.created_at,
    )


def _body(row: NotificationRow, t: Translator) -> str:
    """Why: Fits “Surf in July”: Taitung, 4 h a day, surfing."""
    names = t.both([t.quoted(name) for name in row.subscription_names])
    options = cast("list[list[str]]", row.why["options"])
    labels = [t.label(name, slug) for name, slug in options]
    reasons = [t.place(str(row.why["region"])), t.t("{hours} h a day", hours=row.why["hours_per_day"]), *labels]
    if t.language == "en":
        reasons = [reasons[0], *(reason[:1].lower() + reason[1:] for reason in reasons[1:])]
    return t.t("Fits {names}: {reasons}", names=names, reasons=t.comma(reasons))


async def _locales_and_unread(rows: Rows, account_ids: Sequence[UUID]) -> tuple[dict[UUID, str], dict[UUID, int]]:
    """By account; who has nothing unread is not in the second."""
    asked: list[Ask] = []
    for query_of in (_locales, _unread_counts):
        for start in range(0, len(account_ids), SIZES[-1]):
            size, values = padded("id", account_ids[start : start + SIZES[-1]])
            asked.append((query_of(size), values))
    found = await rows.scan(*asked)
    half = len(asked) // 2
    return dict(chain(*found[:half])), dict(chain(*found[half:]))


@lru_cache(len(SIZES))
def _locales(size: int) -> Query:
    return Query(sa.select(AccountRow.id, AccountRow.locale).where(any_of(AccountRow.id, "id", size)))


@lru_cache(len(SIZES))
def _unread_counts(size: int) -> Query:
    return Query(
        sa.select(NotificationRow.account_id, sa.func.count())
        .where(any_of(NotificationRow.account_id, "id", size), NotificationRow.read_at.is_(None))
        .group_by(NotificationRow.account_id)
    )
