"""Tables of what helpers were told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from haloop.core.database import Base, Exact


class NotificationRow(Base):
    """Something that a helper was told. It outlives its post: `post_title` and `why` stand for it then."""

    __tablename__ = "notifications"
    __table_args__ = (
        sa.Index("ix_notifications_of_helper", "account_id", "id"),
        sa.Index("ix_notifications_unread", "account_id", "read_at"),
        sa.Index("ix_notifications_of_post", "post_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("helpers.account_id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(Exact(20))
    post_id: Mapped[UUID]
    post_title: Mapped[str] = mapped_column(sa.String(100))
    subscription_names: Mapped[list[str]] = mapped_column(sa.JSON)
    why: Mapped[dict[str, object]] = mapped_column(sa.JSON)  # region, hours_per_day, options [[list, slug], …]
    read_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(index=True)


class ToldRow(Base):
    """This helper was told of this post: for the life of the post, also after the notification was pruned."""

    __tablename__ = "told"

    post_id: Mapped[UUID] = mapped_column(sa.ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
