"""The statements of storing messages: each compiled once, or once for each number of keys that it takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from haloop.accounts.models import AccountRow, HelperRow, HostRow
from haloop.chat.models import ConversationRow, MessagePhotoRow, MessageRow
from haloop.core.reads import Query, Row
from haloop.core.transactions import SIZES, Change, any_of
from haloop.engines.media.photo import Picture
from haloop.photos.models import PhotoRow
from haloop.posts.models import PostRow


class StoredMessage(NamedTuple):
    """The columns of a message."""

    conversation_id: UUID
    number: int
    id: UUID
    sender_id: UUID
    client_id: str | None
    body: str
    post_id: UUID | None
    warning: bool
    sent_at: datetime


_MOVING: Final = (
    "post_id",
    "last_number",
    "active_at",
    "helper_read",
    "host_read",
    "helper_unread",
    "host_unread",
    "helper_waiting_since",
    "host_waiting_since",
)
_C: Final[Any] = ConversationRow.__table__.c  # Any: columns of every type
UPDATE_CONVERSATION: Final = Change(
    sa.update(ConversationRow)
    .where(_C.id == sa.bindparam("of_id"))
    .values({_C[name]: sa.bindparam(f"new_{name}", type_=_C[name].type) for name in _MOVING})
)
INSERT_MESSAGE: Final = Change(sa.insert(MessageRow), StoredMessage._fields)
INSERT_PHOTO: Final = Change(sa.insert(MessagePhotoRow), ("conversation_id", "number", "position", "photo_id"))
USE_PHOTO: Final = Change(
    sa.update(PhotoRow).where(PhotoRow.__table__.c.id == sa.bindparam("of_id")).values(uses=PhotoRow.uses + 1)
)
SENT_BEFORE: Final = Query(
    sa.select(MessageRow.number)
    .where(
        MessageRow.conversation_id == sa.bindparam("conversation_id"),
        MessageRow.sender_id == sa.bindparam("sender_id"),
    )
    .limit(1)
)
UNREAD_AFTER: Final = Query(
    sa.select(sa.func.count(MessageRow.number)).where(
        MessageRow.conversation_id == sa.bindparam("conversation_id"),
        MessageRow.number > sa.bindparam("after"),
        MessageRow.sender_id != sa.bindparam("reader_id"),
    )
)
_MESSAGE: Final = [getattr(MessageRow, name) for name in StoredMessage._fields]


@lru_cache(len(SIZES))
def conversations(size: int) -> Query:
    row = ConversationRow
    marks = (row.helper_read, row.host_read, row.helper_unread, row.host_unread, row.helper_waiting_since,
             row.host_waiting_since)  # fmt: skip
    return Query(
        sa.select(row.id, row.helper_id, row.host_id, row.post_id, row.last_number, row.active_at, *marks)
        .where(any_of(row.id, "id", size))
        .order_by(row.id)
        .with_for_update()
    )


@lru_cache(len(SIZES))
def people(size: int) -> Query:
    owner, helper = aliased(AccountRow), aliased(AccountRow)
    return Query(
        sa.select(
            ConversationRow.id,
            HostRow.account_id,
            HostRow.deleted_at,
            HostRow.suspended_at,
            HelperRow.account_id,
            helper.created_at,
            owner.created_at,
        )
        .join(HostRow, HostRow.id == ConversationRow.host_id)
        .join(helper, helper.id == ConversationRow.helper_id)
        .outerjoin(HelperRow, HelperRow.account_id == ConversationRow.helper_id)
        .outerjoin(owner, owner.id == HostRow.account_id)
        .where(any_of(ConversationRow.id, "id", size))
    )


@lru_cache(len(SIZES))
def posts(size: int) -> Query:
    return Query(sa.select(PostRow.id, PostRow.host_id, PostRow.status).where(any_of(PostRow.id, "id", size)))


@lru_cache(len(SIZES))
def photos(size: int) -> Query:
    columns = (PhotoRow.id, PhotoRow.account_id, PhotoRow.key, PhotoRow.width, PhotoRow.height, PhotoRow.alt)
    return Query(sa.select(*columns).where(any_of(PhotoRow.id, "id", size)).with_for_update())


@lru_cache(len(SIZES))
def stored(size: int) -> Query:
    """A term for each key, which every database looks up in the unique index."""
    return Query(
        sa.select(*_MESSAGE).where(
            sa.or_(
                *(
                    sa.and_(
                        MessageRow.conversation_id == sa.bindparam(f"conversation{place}"),
                        MessageRow.sender_id == sa.bindparam(f"sender{place}"),
                        MessageRow.client_id == sa.bindparam(f"client{place}"),
                    )
                    for place in range(size)
                )
            )
        )
    )


@lru_cache(len(SIZES))
def pictures(size: int) -> Query:
    row = MessagePhotoRow
    picture = (PhotoRow.id, PhotoRow.key, PhotoRow.width, PhotoRow.height, PhotoRow.alt)
    return Query(
        sa.select(row.conversation_id, row.number, *picture)
        .join(PhotoRow, PhotoRow.id == row.photo_id)
        .where(
            sa.or_(
                *(
                    sa.and_(
                        row.conversation_id == sa.bindparam(f"conversation{place}"),
                        row.number == sa.bindparam(f"number{place}"),
                    )
                    for place in range(size)
                )
            )
        )
        .order_by(row.conversation_id, row.number, row.position)
    )


@lru_cache(len(SIZES))
def unread_as_helper(size: int) -> Query:
    return Query(
        sa.select(ConversationRow.helper_id, sa.func.sum(ConversationRow.helper_unread))
        .where(any_of(ConversationRow.helper_id, "id", size))
        .group_by(ConversationRow.helper_id)
    )


@lru_cache(len(SIZES))
def unread_as_host(size: int) -> Query:
    return Query(
        sa.select(HostRow.account_id, sa.func.sum(ConversationRow.host_unread))
        .join(ConversationRow, ConversationRow.host_id == HostRow.id)
        .where(any_of(HostRow.account_id, "id", size))
        .group_by(HostRow.account_id)
    )


Shown = dict[tuple[UUID, int], list[Picture]]


def pictures_query(messages: Sequence[StoredMessage]) -> tuple[Query, dict[str, object]]:
    """What to ask for the photos of 1 to AT_ONCE messages."""
    size = next(size for size in SIZES if size >= len(messages))
    values: dict[str, object] = {}
    for place in range(size):
        message = messages[min(place, len(messages) - 1)]
        values |= {f"conversation{place}": message.conversation_id, f"number{place}": message.number}
    return pictures(size), values


def group_pictures(rows: Iterable[Row]) -> Shown:
    """By conversation and number, each message's in their order."""
    shown: Shown = {}
    for conversation_id, number, *picture in rows:
        shown.setdefault((conversation_id, number), []).append(Picture(*picture))
    return shown
