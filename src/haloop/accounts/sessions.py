"""Sessions: who is reading, from the signed token and the row that can be revoked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from haloop.accounts import limits
from haloop.accounts.models import AccountRow, HelperRow, HostRow, SessionRow
from haloop.accounts.schemas import Locale
from haloop.core.ids import new_id
from haloop.core.reads import Query, Rows
from haloop.core.security import Tokens
from haloop.core.unit_of_work import Disconnect, UnitOfWork


@dataclass(frozen=True, slots=True)
class Reader:
    """The signed-in account behind a request or a socket."""

    account_id: UUID
    session_id: UUID
    name: str
    locale: Locale
    is_helper: bool
    host_id: UUID | None
    is_trial: bool
    used_at: datetime


def _living_sessions(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(SessionRow.expires_at > now, SessionRow.used_at > now - limits.SESSION_IDLE)


# Read on nearly every request.
_READER = Query(
    sa.select(
        AccountRow.name, AccountRow.locale, HelperRow.account_id, HostRow.id, AccountRow.is_trial, SessionRow.used_at
    )
    .join(SessionRow, SessionRow.account_id == AccountRow.id)
    .outerjoin(HelperRow, HelperRow.account_id == AccountRow.id)
    .outerjoin(HostRow, HostRow.account_id == AccountRow.id)
    .where(
        SessionRow.id == sa.bindparam("session_id"),
        AccountRow.id == sa.bindparam("account_id"),
        SessionRow.expires_at > sa.bindparam("now"),
        SessionRow.used_at > sa.bindparam("idle_since"),
    )
)


async def find_reader(rows: Rows, tokens: Tokens, token: str, now: datetime) -> Reader | None:
    """The reader of a token whose session lives, else None."""
    claims = tokens.read(token, now)
    if claims is None:
        return None
    found = await rows.by_key(
        _READER,
        {
            "session_id": claims.session_id,
            "account_id": claims.account_id,
            "now": now,
            "idle_since": now - limits.SESSION_IDLE,
        },
    )
    if not found:
        return None
    name, locale, helper, host_id, is_trial, used_at = found[0]
    return Reader(
        account_id=claims.account_id,
        session_id=claims.session_id,
        name=name,
        locale=cast("Locale", locale),
        is_helper=helper is not None,
        host_id=host_id,
        is_trial=is_trial,
        used_at=used_at,
    )


async def living(session: AsyncSession, session_ids: list[UUID], now: datetime) -> set[UUID]:
    """Those of the sessions that still live; at most some thousand ids at a time."""
    found = await session.scalars(sa.select(SessionRow.id).where(SessionRow.id.in_(session_ids), _living_sessions(now)))
    return set(found)


def open_session(work: UnitOfWork, tokens: Tokens, account_id: UUID) -> str:
    """A new session; answers its token. Sign-in always makes a new one, so that none can be planted beforehand."""
    row = SessionRow(
        id=new_id(),
        account_id=account_id,
        created_at=work.now,
        used_at=work.now,
        expires_at=work.now + limits.SESSION_ABSOLUTE,
    )
    work.session.add(row)
    return tokens.sign(account_id, row.id, work.now, row.expires_at)


async def end_session(work: UnitOfWork, session_id: UUID) -> None:
    """Ends a session at once; its sockets are closed after the commit."""
    await work.session.execute(sa.delete(SessionRow).where(SessionRow.id == session_id))
    work.after_commit(Disconnect(session_id))


async def note_use(work: UnitOfWork, reader: Reader) -> None:
    """Moves the idle time-out, and notes that the account was seen; called at most hourly for a session."""
    await work.session.execute(sa.update(SessionRow).where(SessionRow.id == reader.session_id).values(used_at=work.now))
    await note_seen(work, reader.account_id)


async def note_seen(work: UnitOfWork, account_id: UUID) -> None:
    """Sessions come and go; when somebody was last here stays known."""
    await work.session.execute(sa.update(AccountRow).where(AccountRow.id == account_id).values(seen_at=work.now))


async def forget_ended(work: UnitOfWork) -> None:
    """Deletes the rows of sessions that have run out."""
    await work.session.execute(sa.delete(SessionRow).where(sa.not_(_living_sessions(work.now))))
