"""The daily run: lists for all helpers who were here lately, made before they come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

import sqlalchemy as sa
import structlog

from haloop.accounts.models import AccountRow, HelperRow
from haloop.core.clock import Clock
from haloop.engines.box import Engines
from haloop.recommendations.models import RecommendationRow
from haloop.recommendations.signals import Known

if TYPE_CHECKING:
    from haloop.recommendations.making import Maker

AT: Final = time(6)
SEEN_WITHIN: Final = timedelta(days=14)
# Helpers in one go. Beside a server that answers people, few: reading their tastes stands in the way of others.
AT_ONCE, BESIDE_PEOPLE = 1000, 50
LOOKS_EVERY: Final = 60.0  # seconds

Progress = Callable[[int, int], None]  # done, of how many

log = structlog.get_logger()


async def recommend(engines: Engines, day: date, progress: Progress | None = None, at_once: int = AT_ONCE) -> int:
    """Makes the lists of a day for the helpers seen in the last 14 days who have none yet; answers how many. What was
    stored stays: a run that was killed is gone on with by the next."""
    from haloop.recommendations.making import Maker  # noqa: PLC0415  # NumPy is not for the start-up

    since = engines.clock.now() - SEEN_WITHIN
    waiting = _waiting(day, since).subquery()
    async with engines.database.reading() as session:
        of_how_many = await session.scalar(sa.select(sa.func.count()).select_from(waiting)) or 0
    maker = await Maker.open(engines, day)
    made = done = 0
    ahead = asyncio.create_task(_read(maker, since, UUID(int=0), at_once))
    try:
        while known := await ahead:
            # The next are read while these are chosen.
            ahead = asyncio.create_task(_read(maker, since, known[-1].account_id, at_once))
            made += await maker.fill(known, only_new=True)
            done += len(known)
            if progress is not None:
                progress(done, max(done, of_how_many))
    finally:
        ahead.cancel()
    return made


async def _read(maker: Maker, since: datetime, last: UUID, at_once: int) -> list[Known]:
    """What is known of the next helpers who wait."""
    page = _waiting(maker.day, since).where(HelperRow.account_id > last)
    async with maker.engines.database.reading() as session:
        ids = (await session.scalars(page.order_by(HelperRow.account_id).limit(at_once))).all()
    return await maker.read(ids)


def _waiting(day: date, since: datetime) -> sa.Select[UUID]:
    """Helpers who were seen and have no list of the day."""
    row = RecommendationRow
    begun = sa.exists().where(row.account_id == HelperRow.account_id, row.day == day)
    return (
        sa.select(HelperRow.account_id)
        .join(AccountRow, AccountRow.id == HelperRow.account_id)
        .where(AccountRow.seen_at >= since, ~begun)
    )


def next_run(clock: Clock) -> datetime:
    """The next six o'clock where the platform lives."""
    here = clock.now().astimezone(clock.zone)
    today = datetime.combine(here.date(), AT, clock.zone)
    return today if here < today else datetime.combine(here.date() + timedelta(days=1), AT, clock.zone)


async def every_day(engines: Engines) -> None:
    """Runs at six, until it is cancelled. A morning that was missed is made up for at each helper's first visit."""
    while True:
        due = next_run(engines.clock)
        while engines.clock.now() < due:  # noqa: ASYNC110  # a clock has no event, and may be set
            await asyncio.sleep(LOOKS_EVERY)
        try:
            made = await recommend(engines, engines.clock.today(), at_once=BESIDE_PEOPLE)
            log.info("recommended", helpers=made)
        except Exception:  # the loop's border: helpers' visits make their lists
            log.exception("recommending_failed")
