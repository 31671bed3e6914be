"""What helpers have shown, read for many of them at once: their tastes, and what they have seen lately."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from haloop.accounts.models import HostRow
from haloop.core.reads import OfSome, Query, Rows, Values
from haloop.core.vocabulary import OPTION_LISTS, vocabulary
from haloop.matching.facts import Day, FilterFacts, day_number
from haloop.matching.filter import Filter
from haloop.matching.similarity import Liking, Shown, Taste, Wish, strength, wish_of
from haloop.posts.models import PostRow
from haloop.recommendations.listed import LISTED, Listed, day_values, listed_of
from haloop.recommendations.models import DismissedRow, OpenedRow, RecommendationRow, WrittenRow
from haloop.subscriptions.models import Status, SubscriptionRow

NOT_AGAIN: Final = 14  # days in which nothing is recommended twice while there is something else
KEPT_MOST: Final = 100  # posts of a kind that a helper's taste goes by: the newest
BINDS_MOST: Final = 500  # ids in one statement

Found = Iterable[Sequence[Any]]  # rows; Any: a column's own type

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

    def print(self) -> int:
        """The same number as long as the same is known."""
        wishes = tuple((one.id, one.changed_at) for one in self.wishes)
        signals = tuple((one.kind, one.post_id, one.at) for one in self.signals)
        return hash((wishes, signals, frozenset(self.barred), frozenset(self.seen.items()), tuple(self.listed)))

    def see(self, post_id: UUID, day: Day) -> None:
        self.seen[post_id] = max(day, self.seen.get(post_id, day))


# Rows of helpers, asked for one at a visit and for hundreds at night.
_WISHES: Final = OfSome(
    sa.select(
        SubscriptionRow.account_id,
        SubscriptionRow.id,
        SubscriptionRow.name,
        SubscriptionRow.filter,
        SubscriptionRow.updated_at,
    )
    .where(SubscriptionRow.status == Status.ACTIVE)
    .order_by(SubscriptionRow.no),
    SubscriptionRow.account_id,
)
_TODAY: Final = sa.bindparam("today", type_=RecommendationRow.day.type)
# Up to 70 rows a helper: ids are made once for all rows, in a third of the time.
_RECOMMENDED: Final = OfSome(
    sa.select(
        sa.type_coerce(RecommendationRow.account_id, sa.LargeBinary),
        sa.type_coerce(RecommendationRow.day, sa.Integer),
        sa.type_coerce(RecommendationRow.post_id, sa.LargeBinary),
    ).where(
        RecommendationRow.day >= sa.bindparam("since", type_=RecommendationRow.day.type), RecommendationRow.day < _TODAY
    ),
    RecommendationRow.account_id,
)
_POSTS: Final = {
    kind: OfSome(
        sa.select(row.account_id, row.post_id, row.at).order_by(row.account_id, row.at.desc(), row.post_id),
        row.account_id,
    )
    for kind, row in KINDS.items()
}
_FACTS: Final = sa.select(
    PostRow.id,
    HostRow.region,
    HostRow.public_latitude,
    HostRow.public_longitude,
    *(getattr(PostRow, name) for name in OPTION_LISTS),
).join(HostRow, HostRow.id == PostRow.host_id)


def _newest(row: type[OpenedRow | WrittenRow | DismissedRow]) -> sa.Select[UUID]:
    """The newest posts of a kind of one helper, `owner`."""
    select = sa.select(row.post_id).where(row.account_id == sa.bindparam("owner", type_=row.account_id.type))
    return sa.select(select.order_by(row.at.desc(), row.post_id).limit(KEPT_MOST).subquery().c.post_id)


_FACTS_OF_ONE: Final = Query(_FACTS.where(PostRow.id.in_(sa.union(*map(_newest, KINDS.values())))))


async def read_known(session: AsyncSession, account_ids: Sequence[UUID], today: date, zone: ZoneInfo) -> list[Known]:
    """What is known of the helpers, in the given order: a few queries for every 500 of them. Days are those of the
    zone."""
    found = {account_id: Known(account_id) for account_id in account_ids}
    posts: dict[UUID, _Post] = {}
    values = _values(today, zone)
    for some in chunks(account_ids):
        _add_wishes(found, await session.execute(_WISHES.of_many(some)), today, zone)
        _add_recommended(found, await session.execute(_RECOMMENDED.of_many(some), values))
        _add_listed(found, await session.execute(LISTED.of_many(some), values))
        for kind in KINDS:
            by_helper = _by_helper(await session.execute(_POSTS[kind].of_many(some)))
            newest = {post_id for shown in by_helper.values() for post_id, _ in shown[:KEPT_MOST]}
            for few in chunks(sorted(newest.difference(posts))):
                _add_facts(posts, await session.execute(_FACTS.where(PostRow.id.in_(few))))
            _add_posts(found, kind, by_helper, posts, today, zone)
    return [found[account_id] for account_id in account_ids]


async def read_known_of(rows: Rows, account_id: UUID, today: date, zone: ZoneInfo) -> Known:
    """What is known of one helper: the same, in one go, for a visit."""
    known = Known(account_id)
    found, posts, values = {account_id: known}, dict[UUID, _Post](), _values(today, zone)
    wishes, recommended, listed, facts, *kinds = await rows.scan(
        *(one.ask(account_id, values) for one in (_WISHES, _RECOMMENDED, LISTED)),
        (_FACTS_OF_ONE, {"owner": account_id}),
        *(one.ask(account_id, values) for one in _POSTS.values()),
    )
    _add_wishes(found, wishes, today, zone)
    _add_recommended(found, recommended)
    _add_listed(found, listed)
    _add_facts(posts, facts)
    for kind, shown in zip(KINDS, kinds, strict=True):
        _add_posts(found, kind, _by_helper(shown), posts, today, zone)
    return known


def chunks(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    """The ids in lists that one statement can hold."""
    all_ = list(ids)
    for start in range(0, len(all_), BINDS_MOST):
        yield all_[start : start + BINDS_MOST]


def _values(today: date, zone: ZoneInfo) -> Values:
    return {**day_values(today, zone), "since": today - timedelta(days=NOT_AGAIN)}


def _add_wishes(found: Mapping[UUID, Known], rows: Found, today: date, zone: ZoneInfo) -> None:
    for account_id, id_, name, stored, changed_at in rows:
        wanted = Filter.model_validate(stored)
        wish = wish_of(FilterFacts.of(wanted), _age(changed_at, today, zone), day_number(today))
        found[account_id].wishes.append(NamedWish(id_, name, wanted, changed_at, wish))


def _add_recommended(found: Mapping[UUID, Known], rows: Found) -> None:
    """Those of the days before."""
    helpers = {account_id.bytes: known for account_id, known in found.items()}
    posts: dict[bytes, UUID] = {}
    for account_id, day, raw in rows:
        post_id = posts.get(raw)
        if post_id is None:
            post_id = posts[raw] = UUID(bytes=raw)
        helpers[account_id].see(post_id, day)


def _add_listed(found: Mapping[UUID, Known], rows: Found) -> None:
    for account_id, listed in listed_of(rows).items():
        found[account_id].listed = listed


class _Post:
    """The facts of a post that likeness is made of."""

    __slots__ = ("latitude", "longitude", "options", "region")

    def __init__(self, region: str, latitude: int, longitude: int, masks: Sequence[int]) -> None:
        self.region = vocabulary().region(region).number
        self.latitude, self.longitude = latitude, longitude
        self.options = dict(zip(OPTION_LISTS, masks, strict=True))


def _by_helper(rows: Found) -> Mapping[UUID, list[tuple[UUID, datetime]]]:
    by_helper = defaultdict[UUID, list[tuple[UUID, datetime]]](list)
    for account_id, post_id, at in rows:
        by_helper[account_id].append((post_id, at))
    return by_helper


def _add_facts(posts: dict[UUID, _Post], rows: Found) -> None:
    for post_id, region, latitude, longitude, *options in rows:
        posts[post_id] = _Post(region, latitude, longitude, options)


def _add_posts(
    found: Mapping[UUID, Known],
    kind: str,
    by_helper: Mapping[UUID, Sequence[tuple[UUID, datetime]]],
    posts: Mapping[UUID, _Post],
    today: date,
    zone: ZoneInfo,
) -> None:
    """One kind of signal; what was put away or written about is barred however long ago that was."""
    for account_id, shown in by_helper.items():
        known = found[account_id]
        if kind != "opened":
            known.barred.update(post_id for post_id, _ in shown)
        for post_id, at in shown[:KEPT_MOST]:
            age = _age(at, today, zone)
            if kind == "opened" and age <= NOT_AGAIN:
                known.see(post_id, day_number(today) - age)
            counts = strength(kind, age)
            if counts and post_id in posts:
                post = posts[post_id]
                shown_ = Shown(post.region, post.latitude, post.longitude, post.options, counts)
                known.signals.append(Signal(kind, post_id, at, shown_))


def _age(at: datetime, today: date, zone: ZoneInfo) -> int:
    """Whole days since an instant, by its date in the zone, so that it does not change within a day."""
    return max(0, (today - at.astimezone(zone).date()).days)
