"""What chat does by the clock: `message.unread`, for messages that their reader has not read for ten minutes."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from haloop.accounts.models import HostRow
from haloop.chat.models import ConversationRow, MessageRow
from haloop.chat.schemas import Side
from haloop.core.unit_of_work import UnitOfWork
from haloop.engines.jobs.outbox import add_job

UNREAD_FOR: Final = timedelta(minutes=10)
AT_ONCE: Final = 100  # conversations


async def note_unread(work: UnitOfWork) -> int:
    """Adds `message.unread` {conversation_id, account_id, up_to} for the sides of some conversations that have left
    messages unread for ten minutes; answers of how many. No message is spoken of twice."""
    return await _note(work, "helper") + await _note(work, "host")


async def _note(work: UnitOfWork, side: Side) -> int:
    cutoff = work.now - UNREAD_FOR
    waiting_since = getattr(ConversationRow, f"{side}_waiting_since")
    waiting = (
        await work.session.execute(
            sa.select(ConversationRow, HostRow.account_id)
            .join(HostRow, HostRow.id == ConversationRow.host_id)
            .where(waiting_since <= cutoff)
            .order_by(waiting_since)
            .limit(AT_ONCE)
            .with_for_update(of=ConversationRow)
        )
    ).all()
    by_helper = MessageRow.sender_id == ConversationRow.helper_id
    spans = await work.session.execute(
        sa.select(
            MessageRow.conversation_id,
            sa.func.max(sa.case((MessageRow.sent_at <= cutoff, MessageRow.number))),
            sa.func.min(sa.case((MessageRow.sent_at > cutoff, MessageRow.sent_at))),
        )
        .join(ConversationRow, ConversationRow.id == MessageRow.conversation_id)
        .where(
            ConversationRow.id.in_([conversation.id for conversation, _ in waiting]),
            MessageRow.number > getattr(ConversationRow, f"{side}_read"),
            MessageRow.number > getattr(ConversationRow, f"{side}_reminded"),
            sa.not_(by_helper) if side == "helper" else by_helper,
        )
        .group_by(MessageRow.conversation_id)
    )
    unread = {conversation_id: (overdue, since) for conversation_id, overdue, since in spans}
    for conversation, owner_id in waiting:
        overdue, since = unread.get(conversation.id, (None, None))
        reader_id = conversation.helper_id if side == "helper" else owner_id
        if overdue is not None and reader_id is not None:
            setattr(conversation, f"{side}_reminded", overdue)
            add_job(
                work,
                "message.unread",
                conversation_id=str(conversation.id),
                account_id=str(reader_id),
                up_to=str(overdue),
            )
        setattr(conversation, f"{side}_waiting_since", since)  # what is younger waits for its own ten minutes
    return len(waiting)
