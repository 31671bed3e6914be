"""Tables of accounts, sessions, helper profiles and host profiles."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from haloop.accounts import limits
from haloop.core.database import Base, Exact


class AccountRow(Base):
    """A person who can sign in; has a helper profile, a host profile, or both."""

    __tablename__ = "accounts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(limits.EMAIL))
    email_key: Mapped[str] = mapped_column(Exact(3 * limits.EMAIL), unique=True)  # NFKC, casefold: may grow
    password_hash: Mapped[str] = mapped_column(Exact(200))
    name: Mapped[str] = mapped_column(sa.String(limits.NAME))
    locale: Mapped[str] = mapped_column(Exact(10))
    photo: Mapped[dict[str, object] | None] = mapped_column(sa.JSON(none_as_null=True))  # engines.media.photo.Picture
    email_verified_at: Mapped[datetime | None]
    is_trial: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]  # noted at sign-in, and then at most hourly


class SessionRow(Base):
    """One sign-in. `used_at` is noted at most hourly; the session ends 7 days after it, or at `expires_at`."""

    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class HelperRow(Base):
    """The helper profile of an account; what hangs on it (subscriptions, notifications) goes with it."""

    __tablename__ = "helpers"

    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    bio: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime]


class HostRow(Base):
    """The host profile of an account: a place. Address and exact point are for its owner alone.

    A deleted host keeps its row without owner, address and points until its posts are gone."""

    __tablename__ = "hosts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"), unique=True)
    name: Mapped[str] = mapped_column(sa.String(limits.HOST_NAME))
    description: Mapped[str] = mapped_column(sa.Text)
    address: Mapped[str] = mapped_column(sa.String(limits.ADDRESS))
    locality: Mapped[str | None] = mapped_column(sa.String(limits.LOCALITY))
    region: Mapped[str] = mapped_column(Exact(10))
    # degrees x 100,000; the exact point is the one the host set or the geocoder found, if any
    exact_latitude: Mapped[int | None]
    exact_longitude: Mapped[int | None]
    public_latitude: Mapped[int]
    public_longitude: Mapped[int]
    photo: Mapped[dict[str, object] | None] = mapped_column(sa.JSON(none_as_null=True))
    version: Mapped[int] = mapped_column(default=1)  # moves with all that others can see
    suspended_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
