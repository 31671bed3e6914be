"""What recommendations do: show today's, put a post away and bring it back, say what is known and forget it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from haloop.accounts.models import HelperRow, HostRow
from haloop.accounts.sessions import Reader
from haloop.core.clock import Clock
from haloop.core.errors import NotFound, Unavailable
from haloop.core.reads import Query, Rows
from haloop.core.translations import Translator
from haloop.core.unit_of_work import UnitOfWork
from haloop.core.vocabulary import vocabulary
from haloop.matching.similarity import Liking
from haloop.posts.facts import FACT_COLUMNS, facts_from
from haloop.posts.models import PostRow, Status
from haloop.posts.schemas import PostSummary
from haloop.posts.views import Viewer, summaries
from haloop.recommendations.choice import A_DAY
from haloop.recommendations.listed import shown
from haloop.recommendations.models import (
    DESCRIBED_BYTES,
    DismissedRow,
    ForgottenRow,
    OpenedRow,
    RecommendationRow,
    WrittenRow,
)
from haloop.recommendations.reasons import Picked, reasons_for
from haloop.recommendations.schemas import (
    KnownPost,
    KnownSubscription,
    KnownTaste,
    Liked,
    Reason,
    Recommendation,
    Recommendations,
)
from haloop.recommendations.signals import Known, read_known_of
from haloop.recommendations.visits import Visits

KEPT_FOR: Final = timedelta(days=30)
LIKED_MOST: Final = 20

_PICKED: Final = Query(
    sa.select(
        *FACT_COLUMNS,
        PostRow.published_at,
        HostRow.created_at,
        DESCRIBED_BYTES,
    )
    .join(HostRow, HostRow.id == PostRow.host_id)
    .where(PostRow.id == sa.bindparam("post_id"), PostRow.status == Status.PUBLISHED)
)

log = structlog.get_logger()


async def todays(
    visits: Visits, viewer: Viewer, reader: Reader, texts: Translator, limit: int = A_DAY
) -> Recommendations:
    """The list of today with its reasons, made where the night has not, filled where fewer than five are left."""
    engines, day, rows = visits.engines, viewer.today, visits.engines.database.rows
    known = await read_known_of(rows, reader.account_id, day, engines.clock.zone)
    if len(shown(known.listed)) < A_DAY:
        try:
            if await visits.fill(known):
                known = await read_known_of(rows, reader.account_id, day, engines.clock.zone)
        except Unavailable:
            if not shown(known.listed):
                raise
            log.warning("recommendations_not_filled")  # some are better than none
    made = {one.post_id: one.made_at for one in shown(known.listed)[:limit]}
    posts = await summaries(rows, viewer, list(made))
    reasons = await _reasons(rows, known, posts, made, texts, engines.clock)
    items = [Recommendation(post=post, reasons=reasons.get(post.id, [])) for post in posts]
    return Recommendations(day=day, items=items, next_cursor=None)


async def dismiss(work: UnitOfWork, reader: Reader, post_id: UUID) -> None:
    """Not for me: it never returns, and today's list is filled again when it is read. Raises NotFound for what was
    never recommended to the reader."""
    await _check_recommended(work.session, reader, post_id)
    if await work.session.get(DismissedRow, (reader.account_id, post_id)) is None:
        work.session.add(DismissedRow(account_id=reader.account_id, post_id=post_id, at=work.now))


async def bring_back(work: UnitOfWork, reader: Reader, post_id: UUID) -> None:
    """Takes "not for me" back: the post stands at its place again, and what filled it gives way. Raises NotFound as
    `dismiss`."""
    await _check_recommended(work.session, reader, post_id)
    await work.session.execute(_of(DismissedRow, reader.account_id).where(DismissedRow.post_id == post_id))


async def known_taste(rows: Rows, viewer: Viewer, reader: Reader, zone: ZoneInfo) -> KnownTaste:
    """All that recommendations go by; ages are in days of the zone."""
    known = await read_known_of(rows, reader.account_id, viewer.today, zone)
    ids = list({signal.post_id for signal in known.signals})
    posts = {post.id: post for post in await summaries(rows, viewer, ids)}
    return KnownTaste(
        subscriptions=[
            KnownSubscription(id=named.id, name=named.name, strength=named.wish.fade) for named in known.wishes
        ],
        posts=[
            KnownPost.model_validate(
                {"kind": signal.kind, "post": posts[signal.post_id], "at": signal.at, "strength": signal.shown.strength}
            )
            for signal in known.signals
            if signal.post_id in posts
        ],
        liked=_liked(known.taste.liking),
    )


async def forget(work: UnitOfWork, reader: Reader) -> None:
    """Forgets the posts opened, written about and dismissed, those that wait to be noted, and the lists of today and
    after, which were made from them. Subscriptions are their helper's own, and stay."""
    session = work.session
    await session.get(HelperRow, reader.account_id, with_for_update=True)  # as all who note something do
    await session.merge(ForgottenRow(account_id=reader.account_id, at=work.now))
    for row in (OpenedRow, WrittenRow, DismissedRow):
        await session.execute(_of(row, reader.account_id))
    await session.execute(_of(RecommendationRow, reader.account_id).where(RecommendationRow.day >= work.today))


async def prune(work: UnitOfWork) -> None:
    """Deletes what was recommended a month ago."""
    await work.session.execute(sa.delete(RecommendationRow).where(RecommendationRow.day < work.today - KEPT_FOR))


def _of(row: type[OpenedRow | WrittenRow | DismissedRow | RecommendationRow], account_id: UUID) -> sa.Delete:
    return sa.delete(row).where(row.account_id == account_id)


async def _check_recommended(session: AsyncSession, reader: Reader, post_id: UUID) -> None:
    row = RecommendationRow
    await session.get(HelperRow, reader.account_id, with_for_update=True)  # two at once come one after the other
    found = await session.scalar(
        sa.select(row.rank).where(row.account_id == reader.account_id, row.post_id == post_id).limit(1)
    )
    if found is None:
        raise NotFound


async def _reasons(
    rows: Rows,
    known: Known,
    posts: Sequence[PostSummary],
    made: Mapping[UUID, datetime],
    texts: Translator,
    clock: Clock,
) -> dict[UUID, list[Reason]]:
    """By post; none for one that was closed since."""
    found: dict[UUID, list[Reason]] = {}
    for post_id in (post.id for post in posts if post.open):  # at most five
        for *facts, published_at, host_since, described in await rows.by_key(_PICKED, {"post_id": post_id}):
            picked = Picked(facts_from(facts), published_at, host_since, described, made[post_id])
            found[post_id] = reasons_for(picked, known, texts, clock)
    return found


def _liked(liking: Liking) -> list[Liked]:
    known = vocabulary()
    strongest = sorted(liking.features.items(), key=lambda item: (-item[1], item[0]))[:LIKED_MOST]
    return [
        Liked(
            field=name,
            slug=known.regions[place - 1].code if name == "region" else known.options[name][place].slug,
            weight=weight,
        )
        for (name, place), weight in strongest
        if weight > 0
    ]
