"""What the database holds, read past the platform by a connection of our own."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from haloop.accounts.models import HostRow
from haloop.core.database import Database
from haloop.matching.facts import PostFacts
from haloop.posts.facts import facts_of
from haloop.posts.models import PostRow
from haloop.subscriptions.models import SubscriptionRow


@dataclass(frozen=True, slots=True)
class StoredPost:
    status: str
    facts: PostFacts | None  # of published ones
    told: int


@dataclass(frozen=True, slots=True)
class Stored:
    """Everything that the oracle judges."""

    notifications: dict[UUID, list[UUID]]  # post → helpers, one entry a notification
    of_helper: dict[UUID, set[UUID]]  # helper → notification ids
    unread: set[UUID]
    told: dict[UUID, set[UUID]]  # post → helpers
    posts: dict[UUID, StoredPost]
    wishes: dict[UUID, tuple[str, dict[str, object]]]  # status, filter
    photos: dict[UUID, str]  # id → key
    integrity: str


def waiting_jobs(database: Path) -> tuple[int, int]:
    """Rows of the outbox: waiting, parked."""
    with closing(sqlite3.connect(database, timeout=10)) as connection:
        waiting, parked = connection.execute(
            "SELECT count(*) FILTER (WHERE parked_at IS NULL), count(parked_at) FROM outbox"
        ).fetchone()
    return waiting, parked


async def read_stored(path: Path) -> Stored:
    database = Database(f"sqlite+aiosqlite:///{path}")
    try:
        async with database.reading() as session:
            rows = await session.execute(sa.select(PostRow, HostRow).join(HostRow, HostRow.id == PostRow.host_id))
            posts = {
                post.id: StoredPost(
                    post.status, facts_of(post, host) if post.status == "published" else None, post.told
                )
                for post, host in rows
            }
            wishes = {
                row.id: (str(row.status), row.filter) for row in await session.scalars(sa.select(SubscriptionRow))
            }
    finally:
        await database.close()
    return await asyncio.to_thread(_read_rest, path, posts, wishes)


def _read_rest(path: Path, posts: dict[UUID, StoredPost], wishes: dict[UUID, tuple[str, dict[str, object]]]) -> Stored:
    notifications, of_helper = defaultdict[UUID, list[UUID]](list), defaultdict[UUID, set[UUID]](set)
    told, unread = defaultdict[UUID, set[UUID]](set), set[UUID]()
    with closing(sqlite3.connect(path, timeout=10)) as connection:
        connection.execute("BEGIN")
        for id_, account, post, read_at in connection.execute(
            "SELECT id, account_id, post_id, read_at FROM notifications"
        ):
            notifications[UUID(bytes=post)].append(UUID(bytes=account))
            of_helper[UUID(bytes=account)].add(UUID(bytes=id_))
            if read_at is None:
                unread.add(UUID(bytes=id_))
        for post, account in connection.execute("SELECT post_id, account_id FROM told"):
            told[UUID(bytes=post)].add(UUID(bytes=account))
        photos = {UUID(bytes=id_): key for id_, key in connection.execute("SELECT id, key FROM photos")}
        (integrity,) = connection.execute("PRAGMA quick_check").fetchone()
    return Stored(notifications, of_helper, unread, told, posts, wishes, photos, integrity)
