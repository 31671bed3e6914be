"""Retries that change nothing: the first answer to an account's Idempotency-Key is kept for 24 hours."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import sqlalchemy as sa
from fastapi import Header
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from haloop.core.database import Base, Exact
from haloop.core.errors import Conflict
from haloop.core.messages import msg
from haloop.core.unit_of_work import UnitOfWork

KEPT_FOR = timedelta(hours=24)

IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=64)]


class IdempotencyRow(Base):
    """An answer, stored in the transaction of what it answers."""

    __tablename__ = "idempotency_keys"

    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(Exact(64), primary_key=True)
    request: Mapped[str] = mapped_column(Exact(64))  # a hash of the call and its body
    answer: Mapped[str] = mapped_column(sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb"))
    created_at: Mapped[datetime] = mapped_column(index=True)


async def first_answer(work: UnitOfWork, account_id: UUID, key: str | None, call: str, body: str) -> str | None:
    """The kept answer of this key, or None when this is the first time; then `keep_answer` must follow.
    Raises Conflict `idempotency_mismatch` for another call or body. A second request at the same moment waits here."""
    if key is None:
        return None
    session = work.session
    found = await session.get(IdempotencyRow, (account_id, key), with_for_update=True)
    if found is not None and found.created_at < work.now - KEPT_FOR:
        await session.delete(found)
        await session.flush()
        found = None
    if found is None:
        # Taken now, so that on a database with row locks a second request waits for this transaction.
        row = IdempotencyRow(account_id=account_id, key=key, request=_hash(call, body), answer="", created_at=work.now)
        try:
            async with session.begin_nested():
                session.add(row)
        except IntegrityError:  # the other request has committed meanwhile
            return await first_answer(work, account_id, key, call, body)
        return None
    if found.request != _hash(call, body):
        raise Conflict(
            msg("This Idempotency-Key was used for something else. Take a new one."), slug="idempotency_mismatch"
        )
    return found.answer


async def keep_answer(work: UnitOfWork, account_id: UUID, key: str | None, answer: str) -> None:
    if key is not None:
        row = await work.session.get_one(IdempotencyRow, (account_id, key))
        row.answer = answer


async def forget_old_answers(work: UnitOfWork) -> None:
    await work.session.execute(sa.delete(IdempotencyRow).where(IdempotencyRow.created_at < work.now - KEPT_FOR))


def _hash(call: str, body: str) -> str:
    return hashlib.sha256(f"{call}\n{body}".encode()).hexdigest()
