"""What chat does: start a conversation, list, page through messages, send, read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from haloop.accounts.models import AccountRow, HostRow
from haloop.accounts.sessions import Reader
from haloop.chat.first_contact import needs_warning
from haloop.chat.members import Membership, membership
from haloop.chat.models import ConversationRow, MessageRow
from haloop.chat.schemas import Conversation, ConversationIn, MessageIn, MessagePage
from haloop.chat.views import show_conversations, show_messages
from haloop.core.clock import Clock
from haloop.core.errors import Conflict, Invalid, NotFound
from haloop.core.ids import new_id
from haloop.core.messages import msg
from haloop.core.paging import Page, bad_cursor, decode_cursor, encode_cursor, query_hash
from haloop.core.unit_of_work import Emit, UnitOfWork
from haloop.engines.jobs.outbox import add_job
from haloop.engines.limits.protocol import CONVERSATIONS, Limits
from haloop.posts.models import PostRow, Status
from haloop.posts.views import Viewer

NEW, READ, UNREAD = "message:new", "message:read", "conversation:unread"


async def start(work: UnitOfWork, limits: Limits, reader: Reader, body: ConversationIn) -> tuple[UUID, bool]:
    """The one conversation of this helper and that host, and whether it is new. A post becomes the one asked about."""
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
        if post is not None:
            row.post_id = post.id
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
    """Both sides of the reader's conversations in one list, the last active first."""
    now, query = clock.now(), query_hash("conversations", reader.account_id)
    after = decode_cursor(cursor, query, now, (int, str))
    select = (
        sa.select(ConversationRow.id, ConversationRow.active_at)
        .where(_of(reader))
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


async def count_unread(session: AsyncSession, account_id: UUID) -> int:
    """Unread messages over both sides."""
    as_helper = sa.select(sa.func.coalesce(sa.func.sum(ConversationRow.helper_unread), 0)).where(
        ConversationRow.helper_id == account_id
    )
    as_host = (
        sa.select(sa.func.coalesce(sa.func.sum(ConversationRow.host_unread), 0))
        .join(HostRow, HostRow.id == ConversationRow.host_id)
        .where(HostRow.account_id == account_id)
    )
    return int(await session.scalar(as_helper) or 0) + int(await session.scalar(as_host) or 0)


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
        items=await show_messages(session, viewer, rows),
        has_before=rows[0].number > 1 if rows else after is not None and any_,
        has_after=rows[-1].number < member.row.last_number if rows else before is not None and any_,
    )


async def send(
    work: UnitOfWork, viewer: Viewer, account_id: UUID, conversation_id: UUID, body: MessageIn
) -> tuple[MessageRow, bool]:
    """Stores a message and queues what both sides hear; answers it and whether it is new. The same `client_id` of the
    same sender gives the stored message. Raises NotFound to strangers, Conflict when the other side is gone."""
    member = await membership(work.session, conversation_id, account_id, lock=True)
    if body.client_id is not None:
        stored = await work.session.scalar(
            sa.select(MessageRow).where(
                MessageRow.conversation_id == conversation_id,
                MessageRow.sender_id == account_id,
                MessageRow.client_id == body.client_id,
            )
        )
        if stored is not None:
            return stored, False
    if not member.can_send:
        raise Conflict(msg("The other side is not here any more."), slug="cannot_send")
    await _check_post(work.session, member, body.post_id)
    row = await _store(work, member, body)
    (shown,) = await show_messages(work.session, viewer, [row])
    payload = shown.model_dump(mode="json")
    for id_ in member.accounts:
        work.after_commit(Emit(NEW, payload, id_))
    if member.other_id is not None:
        await _tell_unread(work, member, member.other_id)
    return row, True


async def read(work: UnitOfWork, account_id: UUID, conversation_id: UUID, up_to: int) -> int:
    """Marks as read up to a number, never back; answers how many stay unread in this conversation."""
    member = await membership(work.session, conversation_id, account_id, lock=True)
    row = member.row
    number = min(up_to, row.last_number)
    already = row.helper_read if member.side == "helper" else row.host_read
    if number <= already:
        return row.helper_unread if member.side == "helper" else row.host_unread
    unread = await work.session.scalar(
        sa.select(sa.func.count()).where(
            MessageRow.conversation_id == conversation_id,
            MessageRow.number > number,
            MessageRow.sender_id != account_id,
        )
    )
    if member.side == "helper":
        row.helper_read, row.helper_unread = number, unread or 0
    else:
        row.host_read, row.host_unread = number, unread or 0
    await work.session.flush()
    payload = {"conversation_id": str(conversation_id), "up_to": number, "reader_id": str(account_id)}
    for id_ in member.accounts:
        work.after_commit(Emit(READ, payload, id_))
    await _tell_unread(work, member, account_id)
    return unread or 0


async def _store(work: UnitOfWork, member: Membership, body: MessageIn) -> MessageRow:
    conversation = member.row
    sender = await work.session.get_one(AccountRow, member.account_id)
    sent_before = await work.session.scalar(
        sa.select(MessageRow.number)
        .where(MessageRow.conversation_id == conversation.id, MessageRow.sender_id == member.account_id)
        .limit(1)
    )
    conversation.last_number += 1
    conversation.active_at = work.now
    if body.post_id is not None:
        conversation.post_id = body.post_id
    if member.side == "helper":
        conversation.host_unread += 1
    else:
        conversation.helper_unread += 1
    row = MessageRow(
        conversation_id=conversation.id,
        number=conversation.last_number,
        id=new_id(),
        sender_id=member.account_id,
        client_id=body.client_id,
        body=body.body,
        post_id=body.post_id,
        warning=needs_warning(body.body, is_first=sent_before is None, member_since=sender.created_at, now=work.now),
        sent_at=work.now,
    )
    work.session.add(row)
    await work.session.flush()
    return row


async def _check_post(session: AsyncSession, member: Membership, post_id: UUID | None) -> None:
    """A message may ask about a post of this conversation's host."""
    if post_id is None:
        return
    post = await session.get(PostRow, post_id)
    if post is None or post.host_id != member.row.host_id or post.status == Status.DRAFT:
        raise Invalid.field(msg("There is no such post of this host."), "body", "post_id", kind="unknown_post")


async def _tell_unread(work: UnitOfWork, member: Membership, account_id: UUID) -> None:
    row = member.row
    unread = row.helper_unread if row.helper_id == account_id else row.host_unread
    total = await count_unread(work.session, account_id)
    payload = {"conversation_id": str(row.id), "unread": unread, "total": total}
    work.after_commit(Emit(UNREAD, payload, account_id))


def _of(reader: Reader) -> sa.ColumnElement[bool]:
    mine = ConversationRow.helper_id == reader.account_id
    return mine if reader.host_id is None else sa.or_(mine, ConversationRow.host_id == reader.host_id)


def _place(key: tuple[int, str]) -> tuple[datetime, UUID]:
    try:
        return datetime.fromtimestamp(key[0] / 1000, UTC), UUID(key[1])
    except (ValueError, OverflowError, OSError) as error:
        raise bad_cursor() from error
