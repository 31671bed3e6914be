"""Outbox handler of recommendations: `conversation.started`. It may run twice and then changes nothing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from haloop.accounts.models import HelperRow
from haloop.engines.box import Engines
from haloop.engines.jobs.runner import Job
from haloop.matching.tables import post_rows
from haloop.posts.models import PostRow
from haloop.recommendations.models import ForgottenRow, WrittenRow


async def conversation_started(engines: Engines, job: Job) -> None:
    """Notes which post a helper wrote about; for a host, its newest open post. A host without one says nothing,
    and neither does what was written before its helper had all forgotten."""
    account_id, at = UUID(job.payload["account_id"]), datetime.fromisoformat(job.payload["at"])
    async with engines.units.begin() as work:
        post_id: UUID | None
        if job.payload["post_id"]:
            post_id = UUID(job.payload["post_id"])
        else:
            row = post_rows.c
            post_id = await work.session.scalar(
                sa.select(row.post_id)
                .where(row.host_id == UUID(job.payload["host_id"]))
                .order_by(row.published_at.desc(), row.post_id.desc())
                .limit(1)
            )
        # Either may be gone by now.
        if post_id is None or await work.session.get(PostRow, post_id) is None:
            return
        if await work.session.get(HelperRow, account_id, with_for_update=True) is None:
            return
        forgotten = await work.session.get(ForgottenRow, account_id)
        if forgotten is not None and at <= forgotten.at:
            return
        if await work.session.get(WrittenRow, (account_id, post_id)) is None:
            work.session.add(WrittenRow(account_id=account_id, post_id=post_id, at=at))
