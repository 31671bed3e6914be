"""Which posts helpers open: noted in memory while a page is answered, written in batches. What a process that dies had
not written yet is lost, which is allowed."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import Final, cast
from uuid import UUID

import sqlalchemy as sa
import structlog
from fastapi import Request

from haloop.accounts.models import HelperRow
from haloop.core.unit_of_work import UnitOfWork
from haloop.engines.box import Engines
from haloop.posts.models import PostRow
from haloop.recommendations.models import ForgottenRow, OpenedRow
from haloop.recommendations.signals import KEPT_MOST, chunks

EVERY: Final = 5.0  # seconds
WAITING_MOST: Final = 10_000  # openings in memory; more are not noted until these are written
AT_ONCE: Final = 500  # openings in one transaction
NEVER: Final = datetime.min.replace(tzinfo=UTC)

log = structlog.get_logger()


class Openings:
    """The openings that wait to be written; `run` writes them until it is cancelled."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._waiting: dict[tuple[UUID, UUID], datetime] = {}

    def note(self, account_id: UUID, post_id: UUID) -> None:
        """A helper opened a post; takes no time and never fails."""
        key = account_id, post_id
        if key in self._waiting or len(self._waiting) < WAITING_MOST:
            self._waiting[key] = self._engines.clock.now()

    async def run(self) -> None:
        """Writes every few seconds."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.write()
            except Exception:  # the loop's border: these few are lost
                log.exception("openings_not_written")

    async def write(self) -> None:
        """Writes all that waits."""
        while self._waiting:
            some = [self._waiting.popitem() for _ in range(min(AT_ONCE, len(self._waiting)))]
            async with self._engines.units.begin() as work:
                await _write(work, {key: at for key, at in some})  # noqa: C416  # dict() does not know items as pairs


def openings_of(request: Request) -> Openings:
    """Those of the application that answers the request."""
    return cast("Openings", request.app.state.openings)


async def _write(work: UnitOfWork, opened: dict[tuple[UUID, UUID], datetime]) -> None:
    """Notes openings of helpers and posts that are there, unless they were forgotten meanwhile; keeps a helper's
    newest."""
    # Locked in the order of their ids: forgetting comes before or after the whole of it.
    helper = sa.select(HelperRow.account_id).order_by(HelperRow.account_id).with_for_update()
    helpers = await _found(work, helper, HelperRow.account_id, {account_id for account_id, _ in opened})
    posts = await _found(work, sa.select(PostRow.id), PostRow.id, {post_id for _, post_id in opened})
    forgotten = await _forgotten(work, helpers)
    there = {
        (account_id, post_id): at
        for (account_id, post_id), at in opened.items()
        if account_id in helpers and post_id in posts and at > forgotten.get(account_id, NEVER)
    }
    row = OpenedRow
    held = Counter[UUID]()
    for some in chunks(sorted(helpers)):
        rows = await work.session.scalars(sa.select(row).where(row.account_id.in_(some)))
        for known in rows:
            held[known.account_id] += 1
            if (at := there.pop((known.account_id, known.post_id), None)) is not None:
                known.at = at
    held.update(account_id for account_id, _ in there)
    work.session.add_all(row(account_id=a, post_id=p, at=at) for (a, p), at in there.items())
    await work.session.flush()
    for account_id in (account_id for account_id, count in held.items() if count > KEPT_MOST):
        oldest = await work.session.scalars(
            sa.select(row.post_id)
            .where(row.account_id == account_id)
            .order_by(row.at.desc(), row.post_id)
            .offset(KEPT_MOST)
            .limit(AT_ONCE)
        )
        await work.session.execute(sa.delete(row).where(row.account_id == account_id, row.post_id.in_(oldest.all())))


async def _found(
    work: UnitOfWork, select: sa.Select[UUID], column: sa.orm.InstrumentedAttribute[UUID], ids: set[UUID]
) -> set[UUID]:
    found = set[UUID]()
    for some in chunks(sorted(ids)):
        found.update(await work.session.scalars(select.where(column.in_(some))))
    return found


async def _forgotten(work: UnitOfWork, account_ids: set[UUID]) -> dict[UUID, datetime]:
    row, found = ForgottenRow, dict[UUID, datetime]()
    for some in chunks(sorted(account_ids)):
        rows = await work.session.execute(sa.select(row.account_id, row.at).where(row.account_id.in_(some)))
        found.update((account_id, at) for account_id, at in rows)
    return found
