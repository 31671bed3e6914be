"""Whether this process is alive and ready: /healthz, /readyz, /metrics."""

from __future__ import annotations

import asyncio
import hmac
from ipaddress import ip_address
from typing import Final, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from haloop.core.errors import NotFound, Unavailable
from haloop.core.reads import Query
from haloop.engines.dependencies import EnginesOf
from haloop.engines.jobs.outbox import OutboxRow

PATIENCE = 2.0  # seconds for a dependency to answer

_ANY: Final = Query(sa.select(OutboxRow.id).limit(1))

router = APIRouter(tags=["operations"])


class Alive(BaseModel):
    status: Literal["alive"]


class Ready(BaseModel):
    """`dependencies`: "ok", or why not."""

    status: Literal["ready", "not ready"]
    dependencies: dict[str, str]


@router.get("/healthz", summary="Alive")
async def alive() -> Alive:
    return Alive(status="alive")


@router.get("/readyz", summary="Ready, with the state of each dependency", response_model=Ready,
            responses={503: {"model": Ready}})  # fmt: skip
async def ready(engines: EnginesOf, response: Response) -> Ready:
    dependencies = {"database": await _database(engines)}
    good = all(state == "ok" for state in dependencies.values())
    if not good:
        response.status_code = 503
    return Ready(status="ready" if good else "not ready", dependencies=dependencies)


@router.get("/metrics", summary="Prometheus metrics (token or loopback)", include_in_schema=False)
async def metrics(request: Request) -> Response:
    if not _may_read_metrics(request, request.app.state.metrics_token):
        raise NotFound
    return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _database(engines: EnginesOf) -> str:
    """Whether both ways of reading give an answer that is not made without looking into the file."""
    try:
        async with asyncio.timeout(PATIENCE), engines.database.reading() as session:
            await session.execute(_ANY.select)
            await engines.database.rows.scan((_ANY, {}))
    except (TimeoutError, Unavailable, sa.exc.DatabaseError):
        return "does not answer"
    return "ok"


def _may_read_metrics(request: Request, token: str) -> bool:
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if token:
        return hmac.compare_digest(given.encode(), token.encode())
    forwarded = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    try:
        return not forwarded and request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
