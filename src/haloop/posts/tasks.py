"""Outbox handlers of posts: `host.changed`. They may run twice and then change nothing."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from haloop.accounts.models import HostRow
from haloop.engines.box import Engines
from haloop.engines.jobs.runner import Job
from haloop.matching.tables import post_rows
from haloop.posts import service
from haloop.posts.models import PostRow, Status

PAGE = 20


async def host_changed(engines: Engines, job: Job) -> None:
    """Brings a host's change to its published posts, or deletes the posts of a host that is gone, page by page."""
    host_id = UUID(job.payload["host_id"])
    while await _page(engines, host_id):
        pass


async def _page(engines: Engines, host_id: UUID) -> bool:
    """Works on some posts in one transaction; answers whether there may be more."""
    async with engines.units.begin() as work:
        host = await work.session.get(HostRow, host_id, with_for_update=True)
        if host is None:
            return False
        posts = sa.select(PostRow).where(PostRow.host_id == host_id).order_by(PostRow.id).limit(PAGE)
        gone = host.deleted_at is not None
        if not gone:
            stale = sa.select(post_rows.c.post_id).where(
                post_rows.c.host_id == host_id, post_rows.c.host_version != host.version
            )
            posts = posts.where(PostRow.status == Status.PUBLISHED, PostRow.id.in_(stale))
        rows = (await work.session.scalars(posts.with_for_update())).all()
        for post in rows:
            if gone:
                await service.remove(work, post)
            else:
                await service.bring_host(work, post, host)
        return len(rows) == PAGE
