"""Who is there, told to those who share a conversation."""

from __future__ import annotations

from collections.abc import Collection
from itertools import permutations
from typing import Final
from uuid import UUID

import sqlalchemy as sa
import structlog

from haloop.accounts.models import HostRow
from haloop.chat.models import ConversationRow
from haloop.core.reads import Query, Rows
from haloop.core.unit_of_work import Emit
from haloop.engines.realtime.protocol import Realtime

PRESENCE = "presence"

log = structlog.get_logger()

_PARTNERS_MOST: Final = 1000
_HOSTS: Final = Query(
    sa.select(HostRow.account_id)
    .join(ConversationRow, ConversationRow.host_id == HostRow.id)
    .where(ConversationRow.helper_id == sa.bindparam("account_id"), HostRow.account_id.is_not(None))
    .limit(_PARTNERS_MOST)
)
_HELPERS: Final = Query(
    sa.select(ConversationRow.helper_id)
    .join(HostRow, HostRow.id == ConversationRow.host_id)
    .where(HostRow.account_id == sa.bindparam("account_id"))
    .limit(_PARTNERS_MOST)
)


async def partners(rows: Rows, account_id: UUID) -> set[UUID]:
    """Those who share a conversation with the account."""
    values = {"account_id": account_id}
    return {id_ for query in (_HOSTS, _HELPERS) for (id_,) in await rows.by_key(query, values)}


def presence(of: UUID, to: UUID, *, online: bool) -> Emit:
    return Emit(PRESENCE, {"account_id": str(of), "online": online}, to)


async def introduce(realtime: Realtime, members: Collection[UUID]) -> None:
    """Tells those who share a conversation from now on that the other is there too."""
    try:
        there = await realtime.connected(members)
        await realtime.send([presence(one, other, online=True) for one, other in permutations(there, 2)])
    except Exception:  # the conversation is stored and answered; browsers are told at their next connection
        log.exception("presence_not_emitted")
