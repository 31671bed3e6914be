"""What subscriptions do: be made, listed, renamed, edited, paused, resumed, deleted."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from haloop.accounts.models import HelperRow
from haloop.accounts.sessions import Reader
from haloop.core.clock import Clock
from haloop.core.errors import Conflict, Invalid, NotFound
from haloop.core.ids import new_id
from haloop.core.messages import msg
from haloop.core.paging import Page, decode_cursor, encode_cursor, query_hash
from haloop.core.reads import Query, Rows, SessionRows
from haloop.core.unit_of_work import UnitOfWork
from haloop.matching import sql as matching
from haloop.matching.filter import Filter
from haloop.posts import search
from haloop.posts.views import Viewer
from haloop.subscriptions.models import PER_HELPER, Status, SubscriptionRow
from haloop.subscriptions.schemas import Subscription, SubscriptionChange, SubscriptionIn, SubscriptionStatus


def filter_of(row: SubscriptionRow) -> Filter:
    return Filter.model_validate(row.filter)


async def create(work: UnitOfWork, reader: Reader, body: SubscriptionIn) -> UUID:
    """A new active subscription; answers its id. It tells nothing: it shows what fits at once."""
    _check_until(body.filter, work.today)
    await work.session.get(HelperRow, reader.account_id, with_for_update=True)  # two at once count one another
    held = await work.session.scalar(sa.select(sa.func.count()).where(SubscriptionRow.account_id == reader.account_id))
    if (held or 0) >= PER_HELPER:
        message = msg("You have {most} subscriptions. Delete one first.", most=PER_HELPER)
        raise Conflict(message, slug="too_many_subscriptions")
    row = SubscriptionRow(
        id=new_id(),
        account_id=reader.account_id,
        name=body.name,
        filter=body.filter.to_json(),
        status=Status.ACTIVE,
        last_match_at=None,
        created_at=work.now,
        updated_at=work.now,
    )
    work.session.add(row)
    await work.session.flush()
    await matching.put_subscription(work.session, row.no, row.account_id, body.filter)
    return row.id


async def change(work: UnitOfWork, reader: Reader, subscription_id: UUID, body: SubscriptionChange) -> None:
    """Sets what is given. Editing and resuming tell nothing; only what is published from now on does."""
    row = await _own(work.session, reader, subscription_id, lock=True)
    if body.name is not None:
        row.name = body.name
    if body.filter is not None:
        _check_until(body.filter, work.today)
        row.filter = body.filter.to_json()
    if body.status is not None:
        row.status = body.status
    if not work.session.is_modified(row):
        return
    row.updated_at = work.now
    if row.status == Status.ACTIVE:
        await matching.put_subscription(work.session, row.no, row.account_id, filter_of(row))
    else:
        await matching.remove_subscription(work.session, row.no)


async def delete(work: UnitOfWork, reader: Reader, subscription_id: UUID) -> None:
    row = await _own(work.session, reader, subscription_id, lock=True)
    await matching.remove_subscription(work.session, row.no)
    await work.session.delete(row)


async def get(session: AsyncSession, viewer: Viewer, reader: Reader, subscription_id: UUID) -> Subscription:
    return await _shown(session, viewer, await _own(session, reader, subscription_id))


async def get_filter(session: AsyncSession, reader: Reader, subscription_id: UUID) -> Filter:
    """The filter of an own subscription, for the live search that is its page."""
    return filter_of(await _own(session, reader, subscription_id))


async def list_page(
    session: AsyncSession, clock: Clock, viewer: Viewer, reader: Reader, *, cursor: str | None, limit: int
) -> Page[Subscription]:
    """The reader's subscriptions, newest first; a helper has at most 20."""
    now, query = clock.now(), query_hash("subscriptions", reader.account_id)
    after = decode_cursor(cursor, query, now, (int,))
    select = (
        sa.select(SubscriptionRow)
        .where(SubscriptionRow.account_id == reader.account_id)
        .order_by(SubscriptionRow.no.desc())
        .limit(limit + 1)
    )
    if after is not None:
        select = select.where(SubscriptionRow.no < cast("int", after.key[0]))
    rows = (await session.scalars(select)).all()
    shown, more = rows[:limit], len(rows) > limit
    return Page(
        items=[await _shown(session, viewer, row) for row in shown],  # a count for each, of at most 20
        next_cursor=encode_cursor(query, viewer.today, (shown[-1].no,), now) if more else None,
    )


async def named(session: AsyncSession, reader: Reader, subscription_id: UUID) -> Kept:
    """An own subscription's name; raises NotFound."""
    row = await _own(session, reader, subscription_id)
    return Kept(row.id, row.name)


class Kept(NamedTuple):
    """A subscription in few words."""

    id: UUID
    name: str


_ACTIVE = Query(
    sa.select(SubscriptionRow.id, SubscriptionRow.name, SubscriptionRow.filter)
    .where(SubscriptionRow.account_id == sa.bindparam("account_id"), SubscriptionRow.status == Status.ACTIVE)
    .order_by(SubscriptionRow.no)
)


async def active_filters(rows: Rows, reader: Reader) -> list[tuple[Kept, Filter]]:
    """What the reader's active subscriptions ask for, oldest first; a helper has at most 20."""
    found = await rows.by_key(_ACTIVE, {"account_id": reader.account_id})
    return [(Kept(id_, name), Filter.model_validate(stored)) for id_, name, stored in found]


async def find_same(rows: Rows, reader: Reader, wanted: Filter) -> Kept | None:
    """The reader's active subscription with this very filter; a helper has at most 20."""
    asked = wanted.to_json()
    for id_, name, stored in await rows.by_key(_ACTIVE, {"account_id": reader.account_id}):
        if stored == asked:
            return Kept(id_, name)
    return None


async def _own(session: AsyncSession, reader: Reader, subscription_id: UUID, *, lock: bool = False) -> SubscriptionRow:
    select = sa.select(SubscriptionRow).where(
        SubscriptionRow.id == subscription_id, SubscriptionRow.account_id == reader.account_id
    )
    row = await session.scalar(select.with_for_update() if lock else select)
    if row is None:
        raise NotFound
    return row


async def _shown(session: AsyncSession, viewer: Viewer, row: SubscriptionRow) -> Subscription:
    wanted = filter_of(row)
    until = wanted.available_until
    return Subscription(
        id=row.id,
        name=row.name,
        filter=wanted.to_json(),
        status=cast("SubscriptionStatus", str(row.status)),
        expired=until is not None and until < viewer.today,
        matching_posts=await search.count(SessionRows(session), viewer, wanted),
        last_match_at=row.last_match_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _check_until(wanted: Filter, today: date) -> None:
    if wanted.available_until is not None and wanted.available_until < today:
        raise Invalid.field(msg("This day has passed."), "body", "filter", "available_until", kind="past")
