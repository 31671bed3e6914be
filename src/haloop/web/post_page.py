"""One post, and one host with its open posts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from haloop.accounts.dependencies import path_id
from haloop.accounts.views import get_host
from haloop.core.asgi import ASKED_FOR_HEAD
from haloop.core.reads import Rows
from haloop.core.translations import Translator
from haloop.engines.dependencies import EnginesOf, RowsOf
from haloop.matching.facts import day_number
from haloop.matching.filter import Filter
from haloop.posts import search, views
from haloop.posts.schemas import Post
from haloop.recommendations.openings import openings_of
from haloop.subscriptions.service import active_filters
from haloop.web.cards import Today, cards, place_line, shortest_stay, small
from haloop.web.filter_words import search_url, wishes
from haloop.web.free_time import FreeTime, free_time, search_behind
from haloop.web.linked_data import linked_data
from haloop.web.option_icons import bed_icon, experience_icon, job_icon
from haloop.web.recommended import similar
from haloop.web.region_map import region_map
from haloop.web.rendering import Head, Visit, origin_of, render
from haloop.web.subscribing import subscribing
from haloop.web.visits import AnyVisit, today_of, viewer_of
from haloop.web.writing import writing

PAGE = 12
DESCRIBED = 160  # characters for search engines
GALLERY = 5  # photos before "all"

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the ticket; `more` is said softly."""

    icon: str
    text: str
    more: str = ""


@router.get("/posts/{post_id}")
async def post_page(post_id: str, visit: AnyVisit, engines: EnginesOf, rows: RowsOf) -> Response:
    texts, viewer, today = visit.texts, viewer_of(engines, visit), today_of(engines)
    post = await views.whole(rows, viewer, path_id(post_id))
    _note_opening(visit, post)
    # A draft or closed post of a deleted host has no page of its host to lead to.
    host = await get_host(rows, engines.media, post.host.id, day_number(today.date))
    alike = similar(post)
    head = Head(
        post.title,
        _described(post.description or post.title),
        index=post.open,
        image=post.photos[0].medium_url if post.photos else "",
        kind="article",
    )
    return render(
        visit,
        "pages/post.html",
        head,
        post=post,
        host=host,
        place=place_line(texts, post.host.locality, post.region),
        dates=texts.days(post.starts_on, post.ends_on) if post.starts_on and post.ends_on else "",
        short_dates=texts.days(post.starts_on, post.ends_on, today=today.date)
        if post.starts_on and post.ends_on
        else "",
        stay=shortest_stay(texts, post.min_stay_days) if post.min_stay_days else "",
        arrive_by=texts.day(post.latest_arrival) if post.latest_arrival else "",
        age=texts.ago(post.published_at, engines.clock.now()) if post.published_at else "",
        give=[Line(job_icon(slug), texts.label("job_types", slug)) for slug in post.job_types],
        get=_gets(post, texts),
        good_to_know=[texts.label("environments", slug) for slug in post.environments],
        asks_for=texts.comma([small(texts, texts.label("requirements", slug)) for slug in post.requirements]),
        map=region_map([post.region]),
        gallery=post.photos[:GALLERY],
        similar_href=search_url(alike),
        alike=alike,
        offer=await subscribing(visit, engines, alike, wishes(alike, texts, today.date), texts),
        write=writing(visit, "post", post.id),
        free=await _free_time(visit, rows, post, today),
        data=linked_data(post, origin_of(visit.request), texts) if post.open else None,
    )


def _note_opening(visit: Visit, post: Post) -> None:
    """What helpers look at says what they like; a browser that fetches ahead, or asks for the head alone, does
    not look."""
    reader, request = visit.reader, visit.request
    looks = ASKED_FOR_HEAD not in request.scope and "prefetch" not in request.headers.get("sec-purpose", "")
    if looks and reader is not None and reader.is_helper and not post.mine:
        openings_of(visit.request).note(reader.account_id, post.id)


async def _free_time(visit: Visit, rows: Rows, post: Post, today: Today) -> FreeTime | None:
    """By the search that led here, else by the reader's subscriptions."""
    behind = search_behind(visit.request)
    filters = [behind] if behind else []
    if visit.reader is not None and visit.reader.is_helper and not post.mine:
        filters += [wanted for _, wanted in await active_filters(rows, visit.reader)]
    return free_time(post, filters, visit.texts, today.date)


@router.get("/hosts/{host_id}")
async def host_page(
    host_id: str, visit: AnyVisit, engines: EnginesOf, rows: RowsOf, cursor: str | None = None
) -> Response:
    texts, viewer, today = visit.texts, viewer_of(engines, visit), today_of(engines)
    host = await get_host(rows, engines.media, path_id(host_id), day_number(today.date))
    found = await search.search(rows, engines.clock, viewer, Filter(), cursor=cursor, limit=PAGE, host_id=host.id)
    place = place_line(texts, host.locality, host.region)
    cover = host.photo or next((post.photo for post in found.items if post.photo), None)
    head = Head(
        texts.t("{name}, {place}", name=host.name, place=place),
        _described(host.description or texts.t("A host on Haloop, in {place}.", place=place)),
        canonical=f"/hosts/{host.id}",
        index=cursor is None,
        image=cover.medium_url if cover else "",
    )
    return render(
        visit,
        "pages/host.html",
        head,
        host=host,
        place=place,
        cover=cover,
        since=texts.month(host.member_since),
        map=region_map([host.region]),
        list=cards(found.items, texts, today),
        write=None if viewer.owns(host.id) else writing(visit, "host", host.id),
        next_href=f"/hosts/{host.id}?cursor={found.next_cursor}" if found.next_cursor else "",
    )


def _gets(post: Post, texts: Translator) -> list[Line]:
    """Bed with its amenities, meals, each experience."""
    lines: list[Line] = []
    if post.accommodations:
        beds = [texts.label("accommodations", slug) for slug in post.accommodations]
        lines.append(Line(bed_icon(post.accommodations[0]), _sentence(beds, texts, texts.either), _with(post, texts)))
    if post.meals:
        meals = [texts.label("meals", slug) for slug in post.meals]
        lines.append(Line("utensils", _sentence(meals, texts, texts.both)))
    lines.extend(Line(experience_icon(slug), texts.label("experiences", slug)) for slug in post.experiences)
    return lines


def _sentence(labels: list[str], texts: Translator, join: Callable[[list[str]], str]) -> str:
    first, *rest = labels
    return join([first, *(small(texts, label) for label in rest)])


def _with(post: Post, texts: Translator) -> str:
    amenities = [small(texts, texts.label("amenities", slug)) for slug in post.amenities]
    return texts.t("with {amenities}", amenities=texts.both(amenities)) if amenities else ""


def _described(text: str) -> str:
    """One line of a text for search engines."""
    line = " ".join(text.split())
    return line if len(line) <= DESCRIBED else line[: DESCRIBED - 1].rstrip() + "…"
