"""What helpers have shown, read for many of them at once: their tastes, and what they have seen lately."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from haloop.accounts.models import HostRow
from haloop.core.vocabulary import OPTION_LISTS, vocabulary
from haloop.matching.facts import Day, FilterFacts, day_number
from haloop.matching.filter import Filter
from haloop.matching.similarity import Liking, Shown, Taste, Wish, strength, wish_of
from haloop.posts.models import PostRow
from haloop.recommendations.listed import Listed, read_listed
from haloop.recommendations.models import DismissedRow, OpenedRow, RecommendationRow, WrittenRow
from haloop.subscriptions.models import Status, SubscriptionRow

NOT_AGAIN: Final = 14  # days in which nothing is recommended twice while there is something else
KEPT_MOST: Final = 100  # posts of a kind that a helper's taste goes by: the newest
BINDS_MOST: Final = 500  # ids in one statement

KINDS: Final[Mapping[str, type[OpenedRow | WrittenRow | DismissedRow]]] = {
    "opened": OpenedRow,
    "written": WrittenRow,
    "dismissed": DismissedRow,
}


@dataclass(frozen=True, slots=True)
class NamedWish:
    """An active subscription and the wish that it is."""

    id: UUID
    name: str
    wanted: Filter
    changed_at: datetime
    wish: Wish


@dataclass(frozen=True, slots=True)
class Signal:
    """A post that a helper opened, wrote about or dismissed, and what that says now."""

    kind: str
    post_id: UUID
    at: datetime
    shown: Shown


@dataclass(slots=True)
class Known:
    """All that is known of a helper. `seen`: the last day on which a post of the last 14 days was recommended or
    opened; `listed`: what was recommended today, by rank; `barred`: dismissed or written about."""

    account_id: UUID
    wishes: list[NamedWish] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)
    barred: set[UUID] = field(default_factory=set)
    seen: dict[UUID, Day] = field(default_factory=dict)
    listed: list[Listed] = field(default_factory=list)

    @property
    def taste(self) -> Taste:
        return Taste(tuple(one.wish for one in self.wishes), Liking.of(signal.shown for signal in self.signals))

    def see(self, post_id: UUID, day: Day) -> None:
        self.seen[post_id] = max(day, self.seen.get(post_id, day))


async def read_known(session: AsyncSession, account_ids: Sequence[UUID], today: date, zone: ZoneInfo) -> list[Known]:
    """What is known of the helpers, in the given order: a few queries for every 500 of them. Days are those of the
    zone."""
    found = {account_id: Known(account_id) for account_id in account_ids}
    posts: dict[UUID, _Post] = {}
    for some in chunks(account_ids):
        await _read_wishes(session, some, found, today, zone)
        await _read_recommended(session, some, found, today)
        for account_id, listed in (await read_listed(session, some, today, zone)).items():
            found[account_id].listed = listed
        for kind in KINDS:
            await _read_posts(session, some, found, kind, posts, today, zone)
    return [found[account_id] for account_id in account_ids]


def chunks(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    """The ids in lists that one statement can hold."""
    all_ = list(ids)
    for start in range(0, len(all_), BINDS_MOST):
        yield all_[start : start + BINDS_MOST]


async def _read_wishes(
    session: AsyncSession, ids: list[UUID], found: Mapping[UUID, Known], today: date, zone: ZoneInfo
) -> None:
    row = SubscriptionRow
    rows = await session.execute(
        sa.select(row.account_id, row.id, row.name, row.filter, row.updated_at)
        .where(row.account_id.in_(ids), row.status == Status.ACTIVE)
        .order_by(row.no)
    )
    for account_id, id_, name, stored, changed_at in rows:
        wanted = Filter.model_validate(stored)
        wish = wish_of(FilterFacts.of(wanted), _age(changed_at, today, zone), day_number(today))
        found[account_id].wishes.append(NamedWish(id_, name, wanted, changed_at, wish))


async def _read_recommended(session: AsyncSession, ids: list[UUID], found: Mapping[UUID, Known], today: date) -> None:
    """Those of the days before, up to 70 rows a helper: ids are made once for all rows, in a third of the time."""
    row = RecommendationRow
    rows = await session.execute(
        sa.select(
            sa.type_coerce(row.account_id, sa.LargeBinary),
            sa.type_coerce(row.day, sa.Integer),
            sa.type_coerce(row.post_id, sa.LargeBinary),
        ).where(row.account_id.in_(ids), row.day >= today - timedelta(days=NOT_AGAIN), row.day < today)
    )
    helpers = {account_id.bytes: found[account_id] for account_id in ids}
    posts: dict[bytes, UUID] = {}
    for account_id, day, raw in rows:
        post_id = posts.get(raw)
        if post_id is None:
            post_id = posts[raw] = UUID(bytes=raw)
        helpers[account_id].see(post_id, day)


class _Post:
    """The facts of a post that likeness is made of."""

    __slots__ = ("latitude", "longitude", "options", "region")

    def __init__(self, region: str, latitude: int, longitude: int, masks: Sequence[int]) -> None:
        self.region = vocabulary().region(region).number
        self.latitude, self.longitude = latitude, longitude
        self.options = dict(zip(OPTION_LISTS, masks, strict=True))


async def _read_posts(
    session: AsyncSession,
    ids: list[UUID],
    found: Mapping[UUID, Known],
    kind: str,
    posts: dict[UUID, _Post],
    today: date,
    zone: ZoneInfo,
) -> None:
    """One kind of signal; what was put away or written about is barred however long ago that was."""
    row = KINDS[kind]
    rows = await session.execute(
        sa.select(row.account_id, row.post_id, row.at)
        .where(row.account_id.in_(ids))
        .order_by(row.account_id, row.at.desc(), row.post_id)
    )
    by_helper = defaultdict[UUID, list[tuple[UUID, datetime]]](list)
    for account_id, post_id, at in rows:
        by_helper[account_id].append((post_id, at))
    newest = {account_id: shown[:KEPT_MOST] for account_id, shown in by_helper.items()}
    await _read_facts(session, {post_id for shown in newest.values() for post_id, _ in shown}, posts)
    for account_id, shown in by_helper.items():
        known = found[account_id]
        if kind != "opened":
            known.barred.update(post_id for post_id, _ in shown)
        for post_id, at in newest[account_id]:
            age = _age(at, today, zone)
            if kind == "opened" and age <= NOT_AGAIN:
                known.see(post_id, day_number(today) - age)
            counts = strength(kind, age)
            if counts and post_id in posts:
                post = posts[post_id]
                shown_ = Shown(post.region, post.latitude, post.longitude, post.options, counts)
                known.signals.append(Signal(kind, post_id, at, shown_))


async def _read_facts(session: AsyncSession, wanted: set[UUID], posts: dict[UUID, _Post]) -> None:
    masks = [getattr(PostRow, name) for name in OPTION_LISTS]
    for some in chunks(sorted(wanted.difference(posts))):
        rows = await session.execute(
            sa.select(PostRow.id, HostRow.region, HostRow.public_latitude, HostRow.public_longitude, *masks)
            .join(HostRow, HostRow.id == PostRow.host_id)
            .where(PostRow.id.in_(some))
        )
        for post_id, region, latitude, longitude, *options in rows:
            posts[post_id] = _Post(region, latitude, longitude, options)


def _age(at: datetime, today: date, zone: ZoneInfo) -> int:
    """Whole days since an instant, by its date in the zone, so that it does not change within a day."""
    return max(0, (today - at.astimezone(zone).date()).days)
