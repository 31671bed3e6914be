"""How many messages wait for an account: read on nearly every page."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import sqlalchemy as sa

from haloop.accounts.models import HostRow
from haloop.chat.models import ConversationRow
from haloop.core.reads import Query, Rows

_AS_HELPER: Final = (
    sa.select(sa.func.coalesce(sa.func.sum(ConversationRow.helper_unread), 0))
    .where(ConversationRow.helper_id == sa.bindparam("account_id"))
    .scalar_subquery()
)
_AS_HOST: Final = (
    sa.select(sa.func.coalesce(sa.func.sum(ConversationRow.host_unread), 0))
    .join(HostRow, HostRow.id == ConversationRow.host_id)
    .where(HostRow.account_id == sa.bindparam("account_id"))
    .scalar_subquery()
)
_TOTAL: Final = Query(sa.select(_AS_HELPER, _AS_HOST))


async def unread_total(rows: Rows, account_id: UUID) -> int:
    """Unread messages over both sides."""
    ((as_helper, as_host),) = await rows.by_key(_TOTAL, {"account_id": account_id})
    return int(as_helper) + int(as_host)
