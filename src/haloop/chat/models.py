"""Tables of conversations and their messages."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from haloop.core.database import Base, Exact

BODY = 4000
CLIENT_ID = 64


class ConversationRow(Base):
    """The one conversation of a helper (an account) with a host (a profile).

    `last_number` counts its messages; the read marks never go back; the unread counts are those of each side's own
    inbox. They move in the transactions of the messages."""

    __tablename__ = "conversations"
    __table_args__ = (
        sa.UniqueConstraint("helper_id", "host_id"),
        sa.Index("ix_conversations_of_helper", "helper_id", "active_at", "id"),
        sa.Index("ix_conversations_of_host", "host_id", "active_at", "id"),
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
