"""HTTP of subscriptions: /api/subscriptions…"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from haloop.accounts.dependencies import HelperReader, path_id
from haloop.core.idempotency import IdempotencyKey, first_answer, keep_answer
from haloop.core.paging import LIMIT_DEFAULT, CountedPage, CursorText, Limit, Page
from haloop.engines.dependencies import EnginesOf, Reading, RowsOf
from haloop.posts import search
from haloop.posts.api import limit_searches, viewer_of
from haloop.posts.schemas import PostSummary, Sort
from haloop.subscriptions import service
from haloop.subscriptions.schemas import Subscription, SubscriptionChange, SubscriptionIn

router = APIRouter(prefix="/api/subscriptions", tags=["subscriptions"])


@router.post("", status_code=201, summary="Keep a filter and hear of what fits it", response_model=Subscription)
async def create(
    body: SubscriptionIn, reader: HelperReader, engines: EnginesOf, key: IdempotencyKey = None
) -> Response:
    async with engines.units.begin() as work:
        answer = await first_answer(work, reader.account_id, key, "POST /api/subscriptions", body.model_dump_json())
        if answer is None:
            subscription_id = await service.create(work, reader, body)
            shown = await service.get(work.session, viewer_of(engines, reader), reader, subscription_id)
            answer = shown.model_dump_json()
            await keep_answer(work, reader.account_id, key, answer)
    return Response(answer, 201, media_type="application/json")


@router.get("", summary="The helper's subscriptions, newest first")
async def list_subscriptions(
    reader: HelperReader,
    engines: EnginesOf,
    session: Reading,
    cursor: CursorText = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[Subscription]:
    viewer = viewer_of(engines, reader)
    return await service.list_page(session, engines.clock, viewer, reader, cursor=cursor, limit=limit)


@router.get("/{subscription_id}", summary="A subscription")
async def get(subscription_id: str, reader: HelperReader, engines: EnginesOf, session: Reading) -> Subscription:
    return await service.get(session, viewer_of(engines, reader), reader, path_id(subscription_id))


@router.patch("/{subscription_id}", summary="Rename, edit, pause or resume a subscription")
async def change(
    subscription_id: str, body: SubscriptionChange, reader: HelperReader, engines: EnginesOf
) -> Subscription:
    async with engines.units.begin() as work:
        await service.change(work, reader, path_id(subscription_id), body)
        await work.session.flush()
        return await service.get(work.session, viewer_of(engines, reader), reader, path_id(subscription_id))


@router.delete("/{subscription_id}", status_code=204, summary="Delete a subscription")
async def delete(subscription_id: str, reader: HelperReader, engines: EnginesOf) -> None:
    async with engines.units.begin() as work:
        await service.delete(work, reader, path_id(subscription_id))


@router.get("/{subscription_id}/matches", summary="The live search with its filter")
async def matches(
    request: Request,
    subscription_id: str,
    reader: HelperReader,
    engines: EnginesOf,
    session: Reading,
    rows: RowsOf,
    sort: Annotated[Sort, Query()] = "newest",
    cursor: CursorText = None,
    limit: Limit = LIMIT_DEFAULT,
) -> CountedPage[PostSummary]:
    await limit_searches(request, engines, reader)
    wanted = await service.get_filter(session, reader, path_id(subscription_id))
    viewer = viewer_of(engines, reader)
    return await search.search(rows, engines.clock, viewer, wanted, sort=sort, cursor=cursor, limit=limit)
