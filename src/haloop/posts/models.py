"""Tables of posts and of the photos they show."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from haloop.core.database import Base, DayNumber, Exact
from haloop.posts import limits


class Status(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


def _in_range(column: str, at_most: int) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} BETWEEN 1 AND {at_most}", name=column)


class PostRow(Base):
    """A post. Option sets are masks (an option's bit is its place in the vocabulary).

    `version` moves with every change that a reader sees, `facts_version` with those that the matching rule sees;
    `openings` counts publishings, so that what was told before a closing can be known as such."""

    __tablename__ = "posts"
    __table_args__ = (
        _in_range("places", limits.PLACES),
        _in_range("hours_per_day", limits.HOURS_PER_DAY),
        _in_range("days_per_week", limits.DAYS_PER_WEEK),
        _in_range("min_stay_days", limits.MIN_STAY_DAYS),
        sa.CheckConstraint("status IN ('draft', 'published', 'closed')", name="status"),
        sa.CheckConstraint(
            "status <> 'published' OR (description <> '' AND starts_on IS NOT NULL AND ends_on IS NOT NULL"
            " AND places IS NOT NULL AND hours_per_day IS NOT NULL AND min_stay_days IS NOT NULL"
            " AND starts_on <= ends_on AND min_stay_days <= ends_on - starts_on + 1"
            " AND job_types <> 0 AND accommodations <> 0)",
            name="publishable",
        ),
        sa.Index("ix_posts_of_host", "host_id", "updated_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    host_id: Mapped[UUID] = mapped_column(sa.ForeignKey("hosts.id", ondelete="CASCADE"))
    status: Mapped[str] = mapped_column(Exact(10))
    version: Mapped[int]
    facts_version: Mapped[int]
    openings: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(limits.TITLE))
    description: Mapped[str] = mapped_column(sa.Text)
    benefits: Mapped[str] = mapped_column(sa.Text)
    starts_on: Mapped[date | None] = mapped_column(DayNumber)
    ends_on: Mapped[date | None] = mapped_column(DayNumber)
    places: Mapped[int | None]
    hours_per_day: Mapped[int | None]
    days_per_week: Mapped[int]
    min_stay_days: Mapped[int | None]
    job_types: Mapped[int] = mapped_column(sa.BigInteger)
    accommodations: Mapped[int] = mapped_column(sa.BigInteger)
    amenities: Mapped[int] = mapped_column(sa.BigInteger)
    meals: Mapped[int] = mapped_column(sa.BigInteger)
    experiences: Mapped[int] = mapped_column(sa.BigInteger)
    environments: Mapped[int] = mapped_column(sa.BigInteger)
    requirements: Mapped[int] = mapped_column(sa.BigInteger)
    told: Mapped[int] = mapped_column(default=0)  # how many helpers were told
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    published_at: Mapped[datetime | None]  # the last opening
    closed_at: Mapped[datetime | None]


class PostPhotoRow(Base):
    """The photos of a post in their order; the first is its cover."""

    __tablename__ = "post_photos"

    post_id: Mapped[UUID] = mapped_column(sa.ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    photo_id: Mapped[UUID] = mapped_column(sa.ForeignKey("photos.id"), index=True)
