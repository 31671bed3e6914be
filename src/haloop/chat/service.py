"""What chat does besides writing messages (writer.py): start a conversation, list, page through messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from haloop.accounts.models import HostRow
from haloop.accounts.sessions import Reader
from haloop.chat.members import membership
from haloop.chat.models import ConversationRow, MessagePhotoRow, MessageRow
from haloop.chat.schemas import Conversation, ConversationIn, MessagePage
from haloop.chat.views import show_conversations, show_messages, stored_message
from haloop.core.clock import Clock, instant_text
from haloop.core.errors import Invalid, NotFound
from haloop.core.ids import new_id
from haloop.core.messages import msg
from haloop.core.paging import Page, bad_cursor, decode_cursor, encode_cursor, query_hash
from haloop.core.reads import Query, Rows, SessionRows
from haloop.core.unit_of_work import UnitOfWork
from haloop.engines.jobs.outbox import add_job
from haloop.engines.limits.protocol import CONVERSATIONS, Limits
from haloop.engines.media.photo import LONGEST_SIDES, PRIVATE, file_name
from haloop.photos.models import PhotoRow
from haloop.posts.models import PostRow, Status
from haloop.posts.views import Viewer

_UNREAD_AS_HELPER: Final = Query(
    sa.select(sa.func.coalesce(sa.func.sum(ConversationRow.helper_unread), 0)).where(
        ConversationRow.helper_id == sa.bindparam("account_id")
    )
)
_UNREAD_AS_HOST: Final = Query(
    sa.select(sa.func.coalesce(sa.func.sum(ConversationRow.host_unread), 0))
    .join(HostRow, HostRow.id == ConversationRow.host_id)
    .where(HostRow.account_id == sa.bindparam("account_id"))
)


async def start(work: UnitOfWork, limits: Limits, reader: Reader, body: ConversationIn) -> tuple[UUID, bool]:
    """The one conversation of this helper and that host, and whether it is new. Its post is the one that it was started
    from until a message asks about another."""
    post = None
    if body.post_id is not None:
        post = await work.session.get(PostRow, body.post_id)
        if post is None or post.status == Status.DRAFT:
            raise NotFound
    host_id = post.host_id if post else body.host_id
    host = await work.session.get(HostRow, host_id, with_for_update=True)
    if host is None or host.account_id is None or host.deleted_at is not None or host.suspended_at is not None:
        raise NotFound
    if host.account_id == reader.account_id:
        field = "post_id" if post else "host_id"
        raise Invalid.field(msg("This is your own place."), "body", field, kind="own_host", slug="own_host")
    row = await work.session.scalar(
        sa.select(ConversationRow)
        .where(ConversationRow.helper_id == reader.account_id, ConversationRow.host_id == host.id)
        .with_for_update()
    )
    if row is not None:
        if row.last_number == 0:
            row.post_id = post.id if post else None
        return row.id, False
    await limits.hit(CONVERSATIONS, str(reader.account_id))
    row = ConversationRow(
        id=new_id(),
        helper_id=reader.account_id,
        host_id=host.id,
        post_id=post.id if post else None,
        created_at=work.now,
        active_at=work.now,
    )
    work.session.add(row)
    add_job(
        work,
        "conversation.started",
        conversation_id=str(row.id),
        account_id=str(reader.account_id),
        host_id=str(host.id),
        post_id=str(post.id) if post else "",
        at=instant_text(work.now),
    )
    await work.session.flush()
    return row.id, True


async def get(session: AsyncSession, viewer: Viewer, reader: Reader, conversation_id: UUID) -> Conversation:
    await membership(session, conversation_id, reader.account_id)
    (shown,) = await show_conversations(session, viewer, reader.account_id, [conversation_id])
    return shown


async def list_page(
    session: AsyncSession, clock: Clock, viewer: Viewer, reader: Reader, *, cursor: str | None, limit: int
) -> Page[Conversation]:
    """Both sides of the reader's conversations in one list, the last active first. What a helper has started and not
    written in is in the helper's list alone."""
    now, query = clock.now(), query_hash("conversations", reader.account_id)
    after = decode_cursor(cursor, query, now, (int, str))
    select = (
        sa.select(ConversationRow.id, ConversationRow.active_at)
        .where(_of(reader), sa.or_(ConversationRow.last_number > 0, ConversationRow.helper_id == reader.account_id))
        .order_by(ConversationRow.active_at.desc(), ConversationRow.id.desc())
        .limit(limit + 1)
    )
    if after is not None:
        instant, last = _place(cast("tuple[int, str]", after.key))
        active = ConversationRow.active_at
        select = select.where(active <= instant, sa.or_(active < instant, ConversationRow.id < last))
    rows = (await session.execute(select)).all()
    shown, more = rows[:limit], len(rows) > limit
    key = (round(shown[-1].active_at.timestamp() * 1000), str(shown[-1].id)) if shown else ()
    return Page(
        items=await show_conversations(session, viewer, reader.account_id, [row.id for row in shown]),
        next_cursor=encode_cursor(query, viewer.today, key, now) if more else None,
    )


async def count_unread(rows: Rows, account_id: UUID) -> int:
    """Unread messages over both sides."""
    values = {"account_id": account_id}
    as_helper = await rows.by_key(_UNREAD_AS_HELPER, values)
    as_host = await rows.by_key(_UNREAD_AS_HOST, values)
    return int(as_helper[0][0]) + int(as_host[0][0])


async def page_of_messages(
    session: AsyncSession,
    viewer: Viewer,
    reader: Reader,
    conversation_id: UUID,
    *,
    before: int | None,
    after: int | None,
    limit: int,
) -> MessagePage:
    """Ascending; the latest when neither `before` nor `after` is given."""
    if before is not None and after is not None:
        message = msg("Give either before or after.")
        raise Invalid.field(message, "query", "before", kind="before_and_after")
    member = await membership(session, conversation_id, reader.account_id)
    select = sa.select(MessageRow).where(MessageRow.conversation_id == conversation_id)
    if after is not None:
        select = select.where(MessageRow.number > after).order_by(MessageRow.number)
    else:
        select = select.order_by(MessageRow.number.desc())
        if before is not None:
            select = select.where(MessageRow.number < before)
    rows: Sequence[MessageRow] = (await session.scalars(select.limit(limit))).all()
    if after is None:
        rows = rows[::-1]
    any_ = member.row.last_number > 0
    return MessagePage(
        items=await show_messages(SessionRows(session), viewer, [stored_message(row) for row in rows]),
        has_before=rows[0].number > 1 if rows else after is not None and any_,
        has_after=rows[-1].number < member.row.last_number if rows else before is not None and any_,
    )


async def photo_file(session: AsyncSession, reader: Reader, photo_id: UUID, size: str) -> str:
    """The name of the file. Raises NotFound to everyone but whoever has uploaded it and the members of a conversation
    in which it was sent."""
    if size not in map(str, LONGEST_SIDES):
        raise NotFound
    in_a_conversation = sa.exists(
        sa.select(MessagePhotoRow.photo_id)
        .join(ConversationRow, ConversationRow.id == MessagePhotoRow.conversation_id)
        .where(MessagePhotoRow.photo_id == PhotoRow.id, _of(reader))
    )
    key = await session.scalar(
        sa.select(PhotoRow.key).where(
            PhotoRow.id == photo_id,
            PhotoRow.key.startswith(PRIVATE),
            sa.or_(PhotoRow.account_id == reader.account_id, in_a_conversation),
        )
    )
    if key is None:
        raise NotFound
    return file_name(key, int(size))


def _of(reader: Reader) -> sa.ColumnElement[bool]:
    mine = ConversationRow.helper_id == reader.account_id
    return mine if reader.host_id is None else sa.or_(mine, ConversationRow.host_id == reader.host_id)


def _place(key: tuple[int, str]) -> tuple[datetime, UUID]:
    try:
        return datetime.fromtimestamp(key[0] / 1000, UTC), UUID(key[1])
    except (ValueError, OverflowError, OSError) as error:
        raise bad_cursor() from error
