"""One transaction and what is to be said after it: opened by the edge, filled by services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class Emit:
    """An event for every connected device of an account."""

    event: str
    payload: Mapping[str, object]
    account_id: UUID


@dataclass(frozen=True, slots=True)
class Disconnect:
    """A session has ended: its sockets are closed."""

    session_id: UUID


Signal = Emit | Disconnect


@dataclass(slots=True)
class UnitOfWork:
    """Services add rows to `session` and signals to the queue; they neither commit nor emit. `now` (UTC) and `today`
    (the platform's date) stand still for the whole of it."""

    session: AsyncSession
    now: datetime
    today: date
    signals: list[Signal] = field(default_factory=list)
    wakes_jobs: bool = False  # set by the outbox when a row was added

    def after_commit(self, signal: Signal) -> None:
        self.signals.append(signal)
