"""The table of photos."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from haloop.core.database import Base, Exact

ALT = 300
PER_ACCOUNT = 200


class PhotoRow(Base):
    """A stored photo. `uses` counts the posts, accounts and hosts that show it; at 0 it goes a day later."""

    __tablename__ = "photos"
    __table_args__ = (
        sa.CheckConstraint("uses >= 0", name="uses"),
        sa.Index("ix_photos_unused", "uses", "unused_since"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(Exact(40), unique=True)
    width: Mapped[int]
    height: Mapped[int]
    alt: Mapped[str] = mapped_column(sa.String(ALT))
    uses: Mapped[int] = mapped_column(default=0)
    unused_since: Mapped[datetime]
    created_at: Mapped[datetime]
