"""HTTP of recommendations: /api/recommendations… and /api/account/taste."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from haloop.accounts.dependencies import HelperReader, path_id
from haloop.core.paging import LIMIT_DEFAULT, Limit
from haloop.core.translations import translator
from haloop.engines.dependencies import EnginesOf, RowsOf
from haloop.posts.api import viewer_of
from haloop.recommendations import service
from haloop.recommendations.schemas import KnownTaste, Recommendations
from haloop.recommendations.visits import Visits, visits_of

router = APIRouter(prefix="/api", tags=["recommendations"])


async def _visits(request: Request) -> Visits:
    return visits_of(request)


VisitsOf = Annotated[Visits, Depends(_visits)]


@router.get("/recommendations", summary="Today's posts for the helper, and why")
async def list_recommendations(
    reader: HelperReader, engines: EnginesOf, visits: VisitsOf, limit: Limit = LIMIT_DEFAULT
) -> Recommendations:
    return await service.todays(visits, viewer_of(engines, reader), reader, translator(reader.locale), limit)


@router.post("/recommendations/{post_id}/dismiss", status_code=204, summary="Not for me")
async def dismiss(post_id: str, reader: HelperReader, engines: EnginesOf) -> None:
    async with engines.units.begin() as work:
        await service.dismiss(work, reader, path_id(post_id))


@router.delete("/recommendations/{post_id}/dismiss", status_code=204, summary="Take “not for me” back")
async def bring_back(post_id: str, reader: HelperReader, engines: EnginesOf) -> None:
    async with engines.units.begin() as work:
        await service.bring_back(work, reader, path_id(post_id))


@router.get("/account/taste", summary="What recommendations know of the helper")
async def taste(reader: HelperReader, engines: EnginesOf, rows: RowsOf) -> KnownTaste:
    return await service.known_taste(rows, viewer_of(engines, reader), reader, engines.clock.zone)


@router.delete("/account/taste", status_code=204, summary="Forget what the helper looked at")
async def forget(reader: HelperReader, engines: EnginesOf) -> None:
    async with engines.units.begin() as work:
        await service.forget(work, reader)
