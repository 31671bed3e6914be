"""Tables of subscriptions and of how far the telling of each post has come."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column

from haloop.core.database import Base, Exact

NAME = 60
PER_HELPER = 20


class Status(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"


class SubscriptionRow(Base):
    """A named filter that a helper keeps. `no` is what matching walks by; its flat rows exist while it is active."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        sa.Index("ix_subscriptions_of_helper", "account_id", "no"),
        sa.CheckConstraint("status IN ('active', 'paused')", name="status"),
        {"sqlite_autoincrement": True},  # a number is never given twice, so a walk's position stays true
    )

    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("helpers.account_id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(sa.String(NAME))
    filter: Mapped[dict[str, object]] = mapped_column(sa.JSON)  # matching.filter.Filter, its named fields
    status: Mapped[str] = mapped_column(Exact(10))
    last_match_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class TellingRow(Base):
    """How far a post has been told: written in the transaction of each page.

    `opening` and `facts_version` say which facts the walk is about; `region` and `no` are the last subscription
    seen; `page_from` is the first notification of the last page, which a resumed run emits again. `told_facts` are
    those with which the post was last told to the end, good as long as `told_opening` is the post's opening."""

    __tablename__ = "tellings"

    post_id: Mapped[UUID] = mapped_column(sa.ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    opening: Mapped[int]
    facts_version: Mapped[int]
    region: Mapped[int]
    no: Mapped[int]
    done: Mapped[bool]
    page_from: Mapped[UUID | None]
    told_opening: Mapped[int | None]
    told_facts: Mapped[str | None] = mapped_column(sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb"))
