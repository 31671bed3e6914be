"""How conversations and messages are shown to one of their sides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from haloop.accounts.models import AccountRow, HelperRow, HostRow
from haloop.accounts.schemas import Helper
from haloop.accounts.views import stored_photo
from haloop.chat.models import ConversationRow, MessageRow
from haloop.chat.schemas import ChatHost, Conversation, Message, PublicAccount, ReadUpTo, Side
from haloop.chat.statements import StoredMessage, group_pictures, pictures_query
from haloop.core.reads import Rows, SessionRows
from haloop.engines.media.photo import Picture, show
from haloop.engines.media.protocol import Media
from haloop.posts.schemas import PostSummary
from haloop.posts.views import Viewer, summaries


async def show_messages(rows: Rows, viewer: Viewer, messages: Sequence[StoredMessage]) -> list[Message]:
    """At most a page of messages, in the given order, with their photos and the posts they ask about."""
    if not messages:
        return []
    pictures = group_pictures(await rows.by_key(*pictures_query(messages)))
    posts = await posts_by_id(rows, viewer, (message.post_id for message in messages))
    return [
        show_message(message, pictures.get((message.conversation_id, message.number), ()), posts, viewer.media)
        for message in messages
    ]


async def show_conversations(
    session: AsyncSession, viewer: Viewer, account_id: UUID, ids: Sequence[UUID]
) -> list[Conversation]:
    """The conversations in the given order, for the side that the account has; in a few queries."""
    if not ids:
        return []
    rows = (
        await session.execute(
            sa.select(ConversationRow, HostRow, AccountRow, HelperRow, MessageRow)
            .join(HostRow, HostRow.id == ConversationRow.host_id)
            .join(AccountRow, AccountRow.id == ConversationRow.helper_id)
            .outerjoin(HelperRow, HelperRow.account_id == ConversationRow.helper_id)
            .outerjoin(
                MessageRow,
                sa.and_(
                    MessageRow.conversation_id == ConversationRow.id, MessageRow.number == ConversationRow.last_number
                ),
            )
            .where(ConversationRow.id.in_(ids))
        )
    ).all()
    seen = SessionRows(session)
    last_rows = [cast("MessageRow | None", row[4]) for row in rows]  # an outer join
    last = [stored_message(row) for row in last_rows if row is not None]
    shown_last = {message.conversation_id: message for message in await show_messages(seen, viewer, last)}
    posts = await posts_by_id(seen, viewer, (row[0].post_id for row in rows))
    hosts_of_helpers = await _hosts_of(session, [row[0].helper_id for row in rows])
    shown = {
        row[0].id: _conversation(row[0], row[1], row[2], cast("HelperRow | None", row[3]), shown_last.get(row[0].id),
                                 account_id, posts, hosts_of_helpers, viewer.media)
        for row in rows
    }  # fmt: skip
    return [shown[id_] for id_ in ids if id_ in shown]


def _conversation(
    row: ConversationRow,
    host: HostRow,
    account: AccountRow,
    helper: HelperRow | None,
    last: Message | None,
    account_id: UUID,
    posts: dict[UUID, PostSummary],
    hosts_of_helpers: dict[UUID, UUID],
    media: Media,
) -> Conversation:
    side: Side = "helper" if row.helper_id == account_id else "host"
    mine, theirs = (row.helper_read, row.host_read) if side == "helper" else (row.host_read, row.helper_read)
    there = host.account_id is not None and host.deleted_at is None and host.suspended_at is None
    return Conversation(
        id=row.id,
        my_side=side,
        helper=PublicAccount(
            id=account.id,
            name=account.name,
            photo=stored_photo(account.photo, media),
            helper=None if helper is None else Helper(bio=helper.bio or None),
            host_id=hosts_of_helpers.get(account.id),
            member_since=account.created_at.strftime("%Y-%m"),
        ),
        host=ChatHost(
            id=host.id,
            name=host.name,
            locality=host.locality,
            region=host.region,
            photo=stored_photo(host.photo, media),
            account_id=host.account_id,
        ),
        post=posts.get(row.post_id) if row.post_id else None,
        last_message=last,
        last_number=row.last_number,
        unread=row.helper_unread if side == "helper" else row.host_unread,
        read_up_to=ReadUpTo(mine=mine, theirs=theirs),
        can_send=there and helper is not None,
        created_at=row.created_at,
        updated_at=row.active_at,
    )


def stored_message(row: MessageRow) -> StoredMessage:
    return StoredMessage._make(getattr(row, name) for name in StoredMessage._fields)


def show_message(
    message: StoredMessage, pictures: Sequence[Picture], posts: Mapping[UUID, PostSummary], media: Media
) -> Message:
    return Message(
        id=message.id,
        number=message.number,
        conversation_id=message.conversation_id,
        sender_id=message.sender_id,
        client_id=message.client_id,
        body=message.body,
        photos=[show(picture, media) for picture in pictures],
        post=posts.get(message.post_id) if message.post_id else None,
        warning=message.warning,
        sent_at=message.sent_at,
    )


async def posts_by_id(rows: Rows, viewer: Viewer, ids: Iterable[UUID | None]) -> dict[UUID, PostSummary]:
    wanted = list({id_ for id_ in ids if id_ is not None})
    return {post.id: post for post in await summaries(rows, viewer, wanted)}


async def _hosts_of(session: AsyncSession, account_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    rows = await session.execute(sa.select(HostRow.account_id, HostRow.id).where(HostRow.account_id.in_(account_ids)))
    return {account_id: host_id for account_id, host_id in rows if account_id is not None}
