"""HTTP of posts: /api/posts…, /api/me/posts and /api/hosts/{id}/posts."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import ValidationError

from haloop.accounts.dependencies import HostReader, MaybeReader, path_id
from haloop.accounts.sessions import Reader
from haloop.accounts.views import get_host
from haloop.core.errors import Invalid
from haloop.core.http import client_network, field_errors
from haloop.core.idempotency import IdempotencyKey, first_answer, keep_answer
from haloop.core.paging import LIMIT_DEFAULT, CountedPage, CursorText, Limit, Page
from haloop.core.reads import SessionRows
from haloop.core.unit_of_work import UnitOfWork
from haloop.engines.box import Engines
from haloop.engines.dependencies import EnginesOf, Reading, RowsOf
from haloop.engines.limits.protocol import SEARCH
from haloop.matching.facts import day_number
from haloop.matching.filter import Filter, openapi_parameters
from haloop.posts import search, service, views
from haloop.posts.schemas import NearMisses, Post, PostChange, PostIn, PostStatus, PostSummary, Sort
from haloop.posts.views import Viewer

router = APIRouter(prefix="/api", tags=["posts"])


def viewer_of(engines: Engines, reader: Reader | None) -> Viewer:
    host_id = reader.host_id if reader else None
    return Viewer(engines.media, engines.public_url, engines.clock.today(), engines.rendered, host_id)


async def wanted_filter(request: Request) -> Filter:
    """The filter of a query string; raises Invalid with the fields at fault."""
    try:
        return Filter.from_query(request.query_params.multi_items())
    except ValidationError as error:
        errors = [{**found, "loc": ("query", *found["loc"])} for found in error.errors()]
        raise Invalid(errors=field_errors(errors)) from error


async def _expected_version(if_match: Annotated[str | None, Header(alias="If-Match")] = None) -> int | None:
    """The version of If-Match: "3"; another text matches no version."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = re.fullmatch(r'(?:W/)?"(\d{1,9})"|(\d{1,9})', if_match.strip())
    return -1 if found is None else int(found[1] or found[2])


Wanted = Annotated[Filter, Depends(wanted_filter)]
ExpectedVersion = Annotated[int | None, Depends(_expected_version)]
# For OpenAPI: who is not signed in may call it too ({} is added to the two ways of signing in).
SIGNED_IN_OR_NOT: dict[str, Any] = {"security": [{}]}  # Any: JSON, as FastAPI takes it
SEARCH_DOCUMENT: dict[str, Any] = {**SIGNED_IN_OR_NOT, "parameters": openapi_parameters()}


async def _shown(work: UnitOfWork, engines: Engines, reader: Reader, post_id: str, response: Response) -> Post:
    await work.session.flush()
    post = await views.whole(SessionRows(work.session), viewer_of(engines, reader), path_id(post_id))
    response.headers["ETag"] = f'"{post.version}"'
    return post


@router.post("/posts", status_code=201, summary="Write a post: a draft, or published at once", response_model=Post)
async def create(body: PostIn, reader: HostReader, engines: EnginesOf, key: IdempotencyKey = None) -> Response:
    async with engines.units.begin() as work:
        answer = await first_answer(work, reader.account_id, key, "POST /api/posts", body.model_dump_json())
        if answer is None:
            post_id = await service.create(work, engines.limits, reader, body)
            post = await views.whole(SessionRows(work.session), viewer_of(engines, reader), post_id)
            answer = post.model_dump_json()
            await keep_answer(work, reader.account_id, key, answer)
    return Response(answer, 201, media_type="application/json")


@router.get(
    "/posts",
    summary="Search open posts",
    openapi_extra=SEARCH_DOCUMENT,
    response_model=CountedPage[PostSummary],
)
async def list_posts(
    request: Request,
    wanted: Wanted,
    reader: MaybeReader,
    engines: EnginesOf,
    rows: RowsOf,
    sort: Annotated[Sort, Query()] = "newest",
    cursor: CursorText = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Response:
    await limit_searches(request, engines, reader)
    viewer = viewer_of(engines, reader)
    found = await search.find(rows, engines.clock, viewer, wanted, sort=sort, cursor=cursor, limit=limit)
    return Response(await search.page_json(rows, viewer, found), media_type="application/json")


@router.get("/posts/near-misses", summary="What fits all but one field", openapi_extra=SEARCH_DOCUMENT)
async def near_misses(
    request: Request,
    wanted: Wanted,
    reader: MaybeReader,
    engines: EnginesOf,
    session: Reading,
    limit: Limit = LIMIT_DEFAULT,
) -> NearMisses:
    await limit_searches(request, engines, reader)
    return await search.near_misses(session, viewer_of(engines, reader), wanted, limit)


@router.get("/posts/{post_id}", summary="A post", openapi_extra=SIGNED_IN_OR_NOT)
async def get_post(post_id: str, reader: MaybeReader, engines: EnginesOf, rows: RowsOf, response: Response) -> Post:
    post = await views.whole(rows, viewer_of(engines, reader), path_id(post_id))
    response.headers["ETag"] = f'"{post.version}"'
    return post


@router.patch("/posts/{post_id}", summary="Change a post")
async def change(
    post_id: str, body: PostChange, reader: HostReader, engines: EnginesOf, version: ExpectedVersion, response: Response
) -> Post:
    async with engines.units.begin() as work:
        await service.change(work, reader, path_id(post_id), body, version)
        return await _shown(work, engines, reader, post_id, response)


@router.delete("/posts/{post_id}", status_code=204, summary="Delete a post")
async def delete(post_id: str, reader: HostReader, engines: EnginesOf, version: ExpectedVersion) -> None:
    async with engines.units.begin() as work:
        await service.delete(work, reader, path_id(post_id), version)


@router.post("/posts/{post_id}/publish", summary="Publish a draft, or reopen a closed post")
async def publish(
    post_id: str, reader: HostReader, engines: EnginesOf, version: ExpectedVersion, response: Response
) -> Post:
    async with engines.units.begin() as work:
        await service.publish(work, engines.limits, reader, path_id(post_id), version)
        return await _shown(work, engines, reader, post_id, response)


@router.post("/posts/{post_id}/close", summary="Close a published post")
async def close(
    post_id: str, reader: HostReader, engines: EnginesOf, version: ExpectedVersion, response: Response
) -> Post:
    async with engines.units.begin() as work:
        await service.close(work, reader, path_id(post_id), version)
        return await _shown(work, engines, reader, post_id, response)


@router.get("/me/posts", summary="The host's own posts, newest change first")
async def own_posts(
    reader: HostReader,
    engines: EnginesOf,
    session: Reading,
    status: Annotated[PostStatus | None, Query()] = None,
    cursor: CursorText = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[PostSummary]:
    viewer = viewer_of(engines, reader)
    return await search.own_posts(session, engines.clock, viewer, reader, status=status, cursor=cursor, limit=limit)


@router.get("/hosts/{host_id}/posts", summary="The open posts of a host", openapi_extra=SIGNED_IN_OR_NOT)
async def posts_of_host(
    host_id: str,
    reader: MaybeReader,
    engines: EnginesOf,
    rows: RowsOf,
    cursor: CursorText = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[PostSummary]:
    viewer = viewer_of(engines, reader)
    host = await get_host(rows, engines.media, path_id(host_id), day_number(viewer.today))
    found = await search.find(rows, engines.clock, viewer, Filter(), cursor=cursor, limit=limit, host_id=host.id)
    items = await views.summaries(rows, viewer, found.post_ids)
    return Page(items=items, next_cursor=found.next_cursor)


async def limit_searches(request: Request, engines: Engines, reader: Reader | None) -> None:
    """Counts a search for the account, or for the address of who is not signed in."""
    await engines.limits.hit(SEARCH, str(reader.account_id) if reader else client_network(request))
