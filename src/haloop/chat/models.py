"""Tables of conversations and their messages."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from haloop.core.database import Base, Exact

BODY = 4000
CLIENT_ID = 64
PHOTOS = 4  # a message


class ConversationRow(Base):
    """The one conversation of a helper (an account) with a host (a profile).

    `last_number` counts its messages; the read marks never go back; the unread counts are those of each side's own
    inbox. They move in the transactions of the messages. `…_waiting_since` is when the first unread message came that
    `message.unread` has not spoken of; `…_reminded` the number up to which it has."""

    __tablename__ = "conversations"
    __table_args__ = (
        sa.UniqueConstraint("helper_id", "host_id"),
        sa.Index("ix_conversations_of_helper", "helper_id", "active_at", "id"),
        sa.Index("ix_conversations_of_host", "host_id", "active_at", "id"),
        sa.Index("ix_conversations_helper_waiting", "helper_waiting_since"),
        sa.Index("ix_conversations_host_waiting", "host_waiting_since"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    helper_id: Mapped[UUID] = mapped_column(sa.ForeignKey("accounts.id", ondelete="CASCADE"))
    host_id: Mapped[UUID] = mapped_column(sa.ForeignKey("hosts.id", ondelete="CASCADE"))
    post_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("posts.id", ondelete="SET NULL"))  # last asked about
    last_number: Mapped[int] = mapped_column(default=0)
    helper_read: Mapped[int] = mapped_column(default=0)  # up to this number
    host_read: Mapped[int] = mapped_column(default=0)
    helper_unread: Mapped[int] = mapped_column(default=0)
    host_unread: Mapped[int] = mapped_column(default=0)
    helper_waiting_since: Mapped[datetime | None] = mapped_column(default=None)
    host_waiting_since: Mapped[datetime | None] = mapped_column(default=None)
    helper_reminded: Mapped[int] = mapped_column(default=0, server_default="0")
    host_reminded: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime]
    active_at: Mapped[datetime]  # the last message, or the start


class MessageRow(Base):
    """A message; numbered 1, 2, 3 … without gaps in its conversation, in the order of commit."""

    __tablename__ = "messages"
    __table_args__ = (sa.UniqueConstraint("conversation_id", "sender_id", "client_id"),)

    conversation_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(unique=True)
    sender_id: Mapped[UUID]
    client_id: Mapped[str | None] = mapped_column(Exact(CLIENT_ID))
    body: Mapped[str] = mapped_column(sa.Text)
    post_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("posts.id", ondelete="SET NULL"))
    warning: Mapped[bool]
    sent_at: Mapped[datetime]


class MessagePhotoRow(Base):
    """The photos of a message, in their order."""

    __tablename__ = "message_photos"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["conversation_id", "number"], ["messages.conversation_id", "messages.number"], ondelete="CASCADE"
        ),
    )

    conversation_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    photo_id: Mapped[UUID] = mapped_column(sa.ForeignKey("photos.id", ondelete="CASCADE"), index=True)
