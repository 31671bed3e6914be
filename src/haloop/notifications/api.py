"""HTTP of notifications: /api/notifications…"""

from __future__ import annotations

from fastapi import APIRouter

from haloop.accounts.dependencies import HelperReader, SignedInReader
from haloop.core.paging import LIMIT_DEFAULT, CursorText, Limit, Page
from haloop.engines.dependencies import EnginesOf, Reading, RowsOf
from haloop.notifications import service
from haloop.notifications.schemas import MarkRead, Notification, Unread
from haloop.posts.api import viewer_of

router = APIRouter(prefix="/api/notifications", tags=["notifications"])


@router.get("", summary="What the helper was told, newest first")
async def list_notifications(
    reader: HelperReader,
    engines: EnginesOf,
    session: Reading,
    cursor: CursorText = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[Notification]:
    viewer = viewer_of(engines, reader)
    return await service.list_page(session, engines.clock, viewer, reader, cursor=cursor, limit=limit)


@router.get("/unread", summary="How many are unread")
async def unread(reader: SignedInReader, rows: RowsOf) -> Unread:
    return Unread(unread=await service.count_unread(rows, reader.account_id))


@router.post("/read", summary="Mark some or all as read")
async def mark_read(body: MarkRead, reader: HelperReader, engines: EnginesOf) -> Unread:
    async with engines.units.begin() as work:
        return Unread(unread=await service.mark_read(work, reader, body))
