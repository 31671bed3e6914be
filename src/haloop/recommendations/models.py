"""Tables of what helpers have shown, and of what was recommended to them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from haloop.core.database import Base, DayNumber
from haloop.posts.models import PostRow


def _helper() -> Mapped[UUID]:
    return mapped_column(sa.ForeignKey("helpers.account_id", ondelete="CASCADE"), primary_key=True)


def _post() -> Mapped[UUID]:
    return mapped_column(sa.ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, index=True)


# How long a description is: in bytes on both databases, for a Chinese character says about what three letters do.
DESCRIBED_BYTES: Final = sa.func.length(sa.cast(PostRow.description, sa.LargeBinary))


class RecommendationRow(Base):
    """A post picked for a helper on a day, at `made_at`. Rows are only added: what is shown of them is decided when
    they are read (`listed.py`), so one more row fills the place of a dismissed one."""

    __tablename__ = "recommendations"
    __table_args__ = (sa.UniqueConstraint("account_id", "day", "post_id"), sa.Index("ix_recommendations_day", "day"))

    account_id: Mapped[UUID] = _helper()
    day: Mapped[date] = mapped_column(DayNumber, primary_key=True, autoincrement=False)
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # from 1
    post_id: Mapped[UUID] = mapped_column(sa.ForeignKey("posts.id", ondelete="CASCADE"), index=True)
    made_at: Mapped[datetime]


class OpenedRow(Base):
    """A helper opened the page of a post, last at `at`."""

    __tablename__ = "opened_posts"

    account_id: Mapped[UUID] = _helper()
    post_id: Mapped[UUID] = _post()
    at: Mapped[datetime]


class WrittenRow(Base):
    """A helper started a conversation about a post, or with its host."""

    __tablename__ = "written_posts"

    account_id: Mapped[UUID] = _helper()
    post_id: Mapped[UUID] = _post()
    at: Mapped[datetime]


class DismissedRow(Base):
    """A helper said of a recommended post: not for me."""

    __tablename__ = "dismissed_posts"

    account_id: Mapped[UUID] = _helper()
    post_id: Mapped[UUID] = _post()
    at: Mapped[datetime]


class ForgottenRow(Base):
    """A helper had all forgotten that was noted until `at`: what was on its way then is not noted any more."""

    __tablename__ = "forgotten_tastes"

    account_id: Mapped[UUID] = _helper()
    at: Mapped[datetime]
