"""The outbox: durable consequences, stored in the same transaction as their cause."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from haloop.core.database import Base, Exact
from haloop.core.ids import new_id
from haloop.core.unit_of_work import UnitOfWork


class OutboxRow(Base):
    """One thing to do. It is deleted when its handler has returned; `parked_at` is set after ten failures."""

    __tablename__ = "outbox"
    __table_args__ = (sa.Index("ix_outbox_due", "parked_at", "due_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(Exact(40))
    payload: Mapped[dict[str, str]] = mapped_column(sa.JSON)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    leased_by: Mapped[UUID | None]
    leased_until: Mapped[datetime | None]
    parked_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(sa.Text)


def add_job(work: UnitOfWork, topic: str, *, due_at: datetime | None = None, **payload: str) -> None:
    """Adds a row that will be handled at least once after the commit, whatever process dies."""
    work.session.add(
        OutboxRow(id=new_id(), topic=topic, payload=payload, created_at=work.now, due_at=due_at or work.now)
    )
    work.wakes_jobs = True
