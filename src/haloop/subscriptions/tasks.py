"""Outbox handlers of subscriptions: telling a post (`post.opened`, `post.changed`) to the helpers whom it fits.

Design, section 4: pages that grow, progress in the transaction of each page, emits after its commit. Every handler may
run twice, and several at once for one post: they all move the same row of progress."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from haloop.accounts.models import HostRow
from haloop.core.ids import new_id
from haloop.core.unit_of_work import UnitOfWork
from haloop.engines.box import Engines
from haloop.engines.jobs.runner import Job
from haloop.matching import sql as matching
from haloop.matching.explanation import OptionsVerdict, explain
from haloop.matching.facts import FilterFacts, PostFacts, day_number
from haloop.matching.filter import OPTION_LIST_OF, Filter
from haloop.matching.rule import fits
from haloop.notifications.models import NotificationRow, ToldRow
from haloop.notifications.service import announce
from haloop.posts import service as posts
from haloop.posts.facts import facts_of
from haloop.posts.models import PostRow
from haloop.posts.views import is_open
from haloop.subscriptions.models import Status, SubscriptionRow, TellingRow

REASONS_MOST = 3
BINDS_MOST = 500  # ids in one statement


def page_sizes() -> Iterator[int]:
    """Small pages first, so that the first helpers hear at once; large ones later, so that all hear soon."""
    return chain((50, 200), repeat(1000))


async def tell(engines: Engines, job: Job) -> None:
    """Tells a post to all helpers whom it fits, from where an earlier run came to an end."""
    post_id = UUID(job.payload["post_id"])
    if job.attempt > 1:
        await _announce_last_page(engines, post_id)
    for size in page_sizes():
        page = await _tell_page(engines, post_id, size)
        await announce(engines, page.notifications)
        if page.is_last:
            return


@dataclass(frozen=True, slots=True)
class Wish:
    """An active subscription as telling needs it."""

    no: int
    account_id: UUID
    name: str
    wanted: FilterFacts


@dataclass(frozen=True, slots=True)
class Telling:
    """One helper who is told: the subscriptions that fit, and the notification."""

    fitting: list[Wish]
    notification: NotificationRow


@dataclass(frozen=True, slots=True)
class Page:
    notifications: Sequence[NotificationRow]
    is_last: bool


async def _announce_last_page(engines: Engines, post_id: UUID) -> None:
    """An earlier run may have died between a commit and its emits; browsers drop an id that they know."""
    async with engines.database.reading() as session:
        telling = await session.get(TellingRow, post_id)
        if telling is None or telling.page_from is None:
            return
        rows = await session.scalars(
            sa.select(NotificationRow)
            .where(NotificationRow.post_id == post_id, NotificationRow.id >= telling.page_from)
            .order_by(NotificationRow.id)
        )
        page = rows.all()
    await announce(engines, page)


async def _tell_page(engines: Engines, post_id: UUID, size: int) -> Page:
    """One page in one transaction: candidates, told rows, notifications, progress."""
    async with engines.units.begin() as work:
        found = await _open_post(work, post_id)
        if found is None:
            return Page([], is_last=True)
        post, host = found
        telling = await _telling(work, post)
        if telling.done:
            return Page([], is_last=True)
        facts, today = facts_of(post, host), day_number(work.today)
        after = matching.Position(telling.region, telling.no)
        candidates = await matching.matching_page(work.session, facts, today, after, size)
        old_facts = None if telling.told_facts is None else PostFacts.from_json(telling.told_facts)
        met = {candidate.account_id for candidate in candidates} - {facts.owner_id}
        met -= await _already_told(work.session, post_id, met)
        by_helper = await _subscriptions_of(work.session, met)
        told = [
            Telling(fitting, _notification(work, post, fitting, _why(host, facts, fitting[0], today)))
            for wishes in by_helper.values()
            if (fitting := _newly_fitting(wishes, facts, old_facts, today))
        ]
        notifications = await _store(work, told, telling, post)
        if len(candidates) == size:
            telling.region, telling.no = candidates[-1].position
        else:
            telling.done, telling.told_opening, telling.told_facts = True, post.openings, facts.to_json()
    return Page(notifications, is_last=telling.done)


async def _open_post(work: UnitOfWork, post_id: UUID) -> tuple[PostRow, HostRow] | None:
    """The post with its host, while it is open; closing it stops the telling here."""
    found = await work.session.execute(
        sa.select(PostRow, HostRow)
        .join(HostRow, HostRow.id == PostRow.host_id)
        .where(PostRow.id == post_id)
        .with_for_update()
    )
    row = found.one_or_none()
    if row is None or not is_open(row[0], row[1], work.today):
        return None
    post, host = row
    # What is told must be what was indexed: a host's change that has not reached its posts yet is brought here first.
    await posts.bring_host(work, post, host)
    return post, host


async def _telling(work: UnitOfWork, post: PostRow) -> TellingRow:
    """The post's progress; started afresh when its facts have changed, without old facts after a reopening."""
    telling = await work.session.get(TellingRow, post.id, with_for_update=True)
    if telling is None:
        telling = TellingRow(post_id=post.id, told_opening=None, told_facts=None, opening=-1, facts_version=-1)
        work.session.add(telling)
    if (telling.opening, telling.facts_version) != (post.openings, post.facts_version):
        telling.opening, telling.facts_version = post.openings, post.facts_version
        telling.region, telling.no = matching.START
        telling.done, telling.page_from = False, None
    if telling.told_opening != post.openings:
        telling.told_facts = None
    return telling


async def _already_told(session: AsyncSession, post_id: UUID, account_ids: set[UUID]) -> set[UUID]:
    found = await session.scalars(
        sa.select(ToldRow.account_id).where(ToldRow.post_id == post_id, ToldRow.account_id.in_(account_ids))
    )
    return set(found)


async def _subscriptions_of(session: AsyncSession, account_ids: set[UUID]) -> dict[UUID, list[Wish]]:
    """All active subscriptions of the helpers met, oldest first: the notification names every one that fits."""
    columns = (SubscriptionRow.no, SubscriptionRow.account_id, SubscriptionRow.name, SubscriptionRow.filter)
    rows = await session.execute(
        sa.select(*columns)
        .where(SubscriptionRow.account_id.in_(account_ids), SubscriptionRow.status == Status.ACTIVE)
        .order_by(SubscriptionRow.no)
    )
    by_helper = defaultdict[UUID, list[Wish]](list)
    for no, account_id, name, stored in rows:
        by_helper[account_id].append(Wish(no, account_id, name, FilterFacts.of(Filter.model_validate(stored))))
    return by_helper


def _newly_fitting(wishes: list[Wish], facts: PostFacts, old_facts: PostFacts | None, today: int) -> list[Wish]:
    """Those that fit, or none when all of them fitted what the post was last told with."""
    fitting = [wish for wish in wishes if fits(facts, wish.wanted, today)]
    if old_facts is not None and all(fits(old_facts, wish.wanted, today) for wish in fitting):
        return []
    return fitting


def _notification(work: UnitOfWork, post: PostRow, fitting: list[Wish], why: dict[str, object]) -> NotificationRow:
    return NotificationRow(
        id=new_id(),
        account_id=fitting[0].account_id,
        kind="post_match",
        post_id=post.id,
        post_title=post.title,
        subscription_names=[wish.name for wish in fitting],
        why=why,
        read_at=None,
        created_at=work.now,
    )


async def _store(
    work: UnitOfWork, told: Sequence[Telling], telling: TellingRow, post: PostRow
) -> list[NotificationRow]:
    """Writes what the page tells: told rows, notifications, and when each subscription last matched."""
    notifications = [one.notification for one in told]
    if not notifications:
        telling.page_from = None
        return []
    # As plain rows: the session's own bookkeeping would cost more than the rest of the page.
    told_rows = [{"post_id": post.id, "account_id": row.account_id} for row in notifications]
    await work.session.execute(sa.insert(ToldRow), told_rows)
    columns = NotificationRow.__table__.columns.keys()
    await work.session.execute(
        sa.insert(NotificationRow), [{name: getattr(row, name) for name in columns} for row in notifications]
    )
    numbers = [wish.no for one in told for wish in one.fitting]
    for start in range(0, len(numbers), BINDS_MOST):
        some = SubscriptionRow.no.in_(numbers[start : start + BINDS_MOST])
        await work.session.execute(sa.update(SubscriptionRow).where(some).values(last_match_at=work.now))
    post.told += len(notifications)
    telling.page_from = notifications[0].id
    return notifications


def _why(host: HostRow, facts: PostFacts, wish: Wish, today: int) -> dict[str, object]:
    """What the notification says besides the names: where, how much, and the wanted options that are offered."""
    shared = [
        [OPTION_LIST_OF[verdict.field], slug]
        for verdict in explain(facts, wish.wanted, today).verdicts
        if isinstance(verdict, OptionsVerdict) and verdict.field != "excluded_requirements"
        for slug in verdict.shared
    ]
    return {"region": host.region, "hours_per_day": facts.hours_per_day, "options": shared[:REASONS_MOST]}
