"""The search: its URL is exactly the query of GET /api/posts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from haloop.core.errors import FieldError, Invalid
from haloop.core.http import field_errors
from haloop.core.messages import msg
from haloop.core.paging import LIMIT_MOST
from haloop.core.translations import Translator
from haloop.engines.box import Engines
from haloop.engines.dependencies import EnginesOf
from haloop.matching.facts import PostFacts
from haloop.matching.filter import FIELDS, Filter
from haloop.posts import search
from haloop.posts.api import limit_searches
from haloop.posts.facts import facts_of_open
from haloop.posts.schemas import SORTS, NearMiss, Sort
from haloop.posts.views import Viewer
from haloop.subscriptions.service import Kept
from haloop.web.card_html import card_html
from haloop.web.filter_panel import panel
from haloop.web.filter_words import Wish, search_url, wishes, without
from haloop.web.near_misses import almost, ways_out
from haloop.web.region_map import region_map
from haloop.web.rendering import Head, Visit, render
from haloop.web.subscribing import edited, subscribing
from haloop.web.visits import AnyVisit, today_of, viewer_of

PAGE = 20
EDITED = "subscription"  # names the subscription whose filter the search is to become

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Query:
    """A query as far as it can be read: the fields that hold, the rest as typed with its faults."""

    wanted: Filter
    sort: Sort
    cursor: str | None
    raw: Mapping[str, str]
    errors: Mapping[str, FieldError]
    subscription: Kept | None = None  # whose filter is being edited
    limit: int = PAGE

    def url(self, wanted: Filter, cursor: str | None = None) -> str:
        """Another search in the same order, for the same purpose."""
        edited_id = str(self.subscription.id) if self.subscription else ""
        return search_url(wanted, sort=self.sort, cursor=cursor, subscription=edited_id)


@dataclass(frozen=True, slots=True)
class Chip:
    text: str
    href: str
    excludes: bool


@router.get("/posts")
async def posts(request: Request, visit: AnyVisit, engines: EnginesOf) -> Response:
    await limit_searches(request, engines, visit.reader)
    query = replace(read_query(request), subscription=await edited(visit, engines, request.query_params.get(EDITED)))
    if not query.errors:
        try:
            return await _results(visit, engines, query)
        except Invalid as error:  # the cursor of another query, or of another day
            return _bad_query(visit, engines, query, {"cursor": error.errors[0]})
    return _bad_query(visit, engines, query, query.errors)


def read_query(request: Request) -> Query:
    """The filter of the fields that hold, and what is wrong with the others."""
    items = request.query_params.multi_items()
    errors: dict[str, FieldError] = {}
    try:
        wanted = Filter.from_query(items)
    except ValidationError as error:
        for fault in field_errors(cast("list[dict[str, object]]", error.errors())):
            errors.setdefault(str(fault.loc[0]), fault)
        wanted = _what_holds([(name, value) for name, value in items if name not in errors], errors)
    sort = request.query_params.get("sort") or "newest"
    if sort not in SORTS:
        errors["sort"] = FieldError(("sort",), msg("This must be one of {expected}.", expected=", ".join(SORTS)))
        sort = "newest"
    limit = request.query_params.get("limit") or str(PAGE)
    if not (limit.isascii() and limit.isdecimal() and 1 <= int(limit[:3]) <= LIMIT_MOST and len(limit) < 3):
        errors["limit"] = FieldError(("limit",), msg("From {least} to {most}.", least=1, most=LIMIT_MOST))
        limit = str(PAGE)
    return Query(wanted, cast("Sort", sort), request.query_params.get("cursor"), dict(items), errors, limit=int(limit))


def _what_holds(items: list[tuple[str, str]], errors: dict[str, FieldError]) -> Filter:
    try:
        return Filter.from_query(items)
    except ValidationError as error:
        for fault in field_errors(cast("list[dict[str, object]]", error.errors())):
            errors.setdefault(str(fault.loc[0]), fault)
        return Filter()


async def _results(visit: Visit, engines: Engines, query: Query) -> Response:
    texts, today, viewer = visit.texts, today_of(engines), viewer_of(engines, visit)
    rows = engines.database.rows
    found = await search.find(
        rows, engines.clock, viewer, query.wanted, sort=query.sort, cursor=query.cursor, limit=query.limit
    )
    asked = wishes(query.wanted, texts, today.date)
    nothing = not found.hits and not query.cursor
    misses, facts = await _near_misses(engines, viewer, query.wanted) if nothing and asked else ([], {})
    total = _total_text(found, texts)
    next_href = query.url(query.wanted, found.next_cursor) if found.next_cursor else ""
    return render(
        visit,
        "pages/search.html",
        _head(texts, query, found, total),
        title=_title(texts, query.wanted, found, total),
        show_text=_show_text(texts, found, total),
        total_text=texts.tn("{count} post", "{count} posts", found.total or 0, count=total),
        list=await card_html(rows, viewer, texts, today, found.hits, level=2, eager=3),
        next_href=next_href,
        ways=ways_out(misses, asked, texts, query.url),
        almost=almost(misses, facts, query.wanted, texts, today),
        offer=await subscribing(visit, engines, query.wanted, asked, texts),
        problem="",
        anew_href="",
        **_form(visit, query, asked, {}),
    )


def _bad_query(visit: Visit, engines: Engines, query: Query, errors: Mapping[str, FieldError]) -> Response:
    """422: the form with the error at its field, and no posts."""
    texts, today = visit.texts, today_of(engines)
    said = {field: texts.message(fault.message) for field, fault in errors.items()}
    if "bbox" in said:  # nobody types it
        said["bbox"] = texts.t("This part of the map cannot be read. Leave it out and search on.")
    beside = {  # these have no field of their own in the panel
        "cursor": texts.t("This part of the list is not there any more."),
        "sort": texts.t("The posts cannot be put into this order."),
        "limit": texts.t("The list cannot be cut into parts of this size."),
    }
    named = [text for field, text in beside.items() if field in errors]
    problem = named[0] if named else texts.t("Some of this search needs mending. Look at the fields named here.")
    title = texts.t("Posts")
    return render(
        visit,
        "pages/search.html",
        Head(title, texts.t("Search for work exchange in Taiwan."), index=False),
        status=422,
        title=title,
        show_text=texts.t("Show posts"),
        total_text="",
        list=[],
        next_href="",
        ways=[],
        almost=[],
        offer=None,
        problem=problem,
        anew_href=query.url(query.wanted) if named else "",
        **_form(visit, query, wishes(query.wanted, texts, today.date), said),
    )


def _form(
    visit: Visit, query: Query, asked: list[Wish], errors: Mapping[str, str]
) -> dict[str, Any]:  # Any: a template's values
    """The panel, the chips and what the subscribe bar needs."""
    texts, wanted = visit.texts, query.wanted
    chips = [Chip(wish.chip, query.url(without(wanted, wish)), wish.excludes) for wish in asked]
    return {
        "panel": panel(
            wanted, texts, raw=query.raw if errors else None, errors={name: errors.get(name, "") for name in FIELDS}
        ),
        "map": region_map(wanted.regions),
        "bbox": dict(wanted.to_query()).get("bbox", query.raw.get("bbox", "")),
        "sort": query.sort,
        "wishes": asked,
        "chips": chips,
        "wanted": wanted,
        "edited": query.subscription,
        "clear_href": query.url(Filter()),
    }


async def _near_misses(
    engines: Engines, viewer: Viewer, wanted: Filter
) -> tuple[list[NearMiss], dict[UUID, PostFacts]]:
    """The near misses, and the facts of their posts."""
    async with engines.database.reading() as session:
        misses = (await search.near_misses(session, viewer, wanted)).items
        return misses, await facts_of_open(session, {post.id for miss in misses for post in miss.posts})


def _total_text(found: search.Found, texts: Translator) -> str:
    return "" if found.total is None else texts.count(found.total, capped=bool(found.total_capped))


def _show_text(texts: Translator, found: search.Found, total: str) -> str:
    if not found.total:
        return texts.t("Show posts")
    return texts.tn("Show {count} post", "Show {count} posts", found.total, count=total)


def _title(texts: Translator, wanted: Filter, found: search.Found, total: str) -> str:
    """14 posts in Hualien and Taitung; a later page does not count again."""
    if found.total is None:
        return texts.t("More posts")
    if wanted.regions and len(wanted.regions) < 4:
        places = texts.both([texts.place(code) for code in wanted.regions])
        return texts.tn(
            "{count} post in {places}", "{count} posts in {places}", found.total, count=total, places=places
        )
    return texts.tn("{count} post", "{count} posts", found.total, count=total)


def _head(texts: Translator, query: Query, found: search.Found, total: str) -> Head:
    """Searches for one thing (a region, a job) may be found by search engines, narrower ones not."""
    narrow = len(query.wanted.named()) > 1 or query.cursor is not None or query.sort != "newest"
    return Head(
        _title(texts, query.wanted, found, total),
        texts.t("Work exchange in Taiwan: a few hours of help a day for a bed, meals and experiences."),
        canonical=search_url(query.wanted),
        index=not narrow,
    )
