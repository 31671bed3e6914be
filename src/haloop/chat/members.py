"""Who may do what in a conversation: asked of the database at each call and event."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from haloop.accounts.models import HelperRow, HostRow
from haloop.chat.models import ConversationRow
from haloop.chat.schemas import Side
from haloop.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class Membership:
    """One account in one conversation; `other_id` is None when the other side is gone."""

    row: ConversationRow
    side: Side
    account_id: UUID
    other_id: UUID | None
    can_send: bool

    @property
    def accounts(self) -> list[UUID]:
        return [self.account_id, *([self.other_id] if self.other_id else [])]


async def membership(session: AsyncSession, conversation_id: UUID, account_id: UUID) -> Membership:
    """Raises NotFound for a conversation that is unknown or of others."""
    select = (
        sa.select(ConversationRow, HostRow.account_id, HostRow.deleted_at, HostRow.suspended_at, HelperRow.account_id)
        .join(HostRow, HostRow.id == ConversationRow.host_id)
        .outerjoin(HelperRow, HelperRow.account_id == ConversationRow.helper_id)
        .where(ConversationRow.id == conversation_id)
    )
    found = (await session.execute(select)).one_or_none()
    if found is None:
        raise NotFound
    row, owner_id, deleted_at, suspended_at, helper = found
    can_send = owner_id is not None and deleted_at is None and suspended_at is None and helper is not None
    if row.helper_id == account_id:
        return Membership(row, "helper", account_id, owner_id, can_send)
    if owner_id == account_id:
        return Membership(row, "host", account_id, row.helper_id, can_send)
    raise NotFound
