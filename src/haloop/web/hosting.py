"""The host's side: the own posts, and writing one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from fastapi import APIRouter
from starlette.responses import Response

from haloop.accounts.dependencies import path_id
from haloop.accounts.views import get_host
from haloop.core.errors import NotFound
from haloop.core.reads import Rows
from haloop.core.translations import Translator
from haloop.engines.box import Engines
from haloop.engines.dependencies import EnginesOf, Reading, RowsOf
from haloop.matching.facts import day_number
from haloop.posts import limits, search, views
from haloop.posts.schemas import Post, PostStatus, PostSummary
from haloop.web.cards import Today, cards, place_line
from haloop.web.filter_panel import Choice, option_choices
from haloop.web.rendering import Head, render
from haloop.web.visits import HostVisit, SignedInVisit, today_of, viewer_of

PAGE = 20
STATES: tuple[PostStatus, ...] = get_args(PostStatus)

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class OptionList:
    """A list of options in the form; `many` is how they read as a group."""

    name: str
    title: str
    choices: list[Choice]


@router.get("/host/posts")
async def own_posts(
    visit: HostVisit, engines: EnginesOf, session: Reading, status: str | None = None, cursor: str | None = None
) -> Response:
    texts, viewer, today = visit.texts, viewer_of(engines, visit), today_of(engines)
    state: PostStatus = next((known for known in STATES if known == status), "published")
    page = await search.own_posts(session, engines.clock, viewer, visit.reader, status=state, cursor=cursor, limit=PAGE)
    head = Head(texts.t("My posts"), texts.t("Your drafts, published and closed posts."), index=False)
    return render(
        visit,
        "pages/own_posts.html",
        head,
        state=state,
        states=[("published", texts.t("Published")), ("draft", texts.t("Drafts")), ("closed", texts.t("Closed posts"))],
        list=cards(page.items, texts, today),
        left={post.id: _left(post, texts, today) for post in page.items if post.open},
        next_href=f"/host/posts?status={state}&cursor={page.next_cursor}" if page.next_cursor else "",
    )


@router.get("/host/posts/new")
async def new_post(visit: HostVisit, engines: EnginesOf, rows: RowsOf, copy: str | None = None) -> Response:
    """An empty form, or one with the texts, photos and options of an own post; a copy's dates are to be set anew."""
    values = None
    if copy is not None:
        post = await _own_post(copy, visit, engines, rows)
        values = post.model_copy(update={"starts_on": None, "ends_on": None})
    return await _editor(visit, engines, rows, visit.texts.t("Write a post"), None, values)


@router.get("/host/posts/{post_id}/edit")
async def edit_post(post_id: str, visit: HostVisit, engines: EnginesOf, rows: RowsOf) -> Response:
    post = await _own_post(post_id, visit, engines, rows)
    return await _editor(visit, engines, rows, visit.texts.t("Edit “{title}”", title=post.title), post, post)


async def _own_post(post_id: str, visit: SignedInVisit, engines: Engines, rows: Rows) -> Post:
    post = await views.whole(rows, viewer_of(engines, visit), path_id(post_id))
    if not post.mine:
        raise NotFound
    return post


def _left(post: PostSummary, texts: Translator, today: Today) -> str:
    """How long helpers can still come."""
    days = (post.latest_arrival - today.date).days + 1 if post.latest_arrival else 0
    return texts.tn("{count} day left to arrive", "{count} days left to arrive", days)


async def _editor(
    visit: SignedInVisit, engines: Engines, rows: Rows, title: str, post: Post | None, values: Post | None
) -> Response:
    """The form for `post` (None: one that is not there yet), filled with `values`."""
    texts, today = visit.texts, today_of(engines)
    if visit.reader.host_id is None:
        raise NotFound
    host = await get_host(rows, engines.media, visit.reader.host_id, day_number(today.date))
    head = Head(title, texts.t("Ten minutes. Be concrete: helpers choose by hours, bed and dates."), index=False)
    return render(
        visit,
        "pages/editor.html",
        head,
        title=title,
        post=post,
        values=values,
        photos=[photo.model_dump(mode="json") for photo in values.photos] if values else [],
        limits=limits,
        place=place_line(texts, host.locality, host.region),
        today=today.date.isoformat(),
        jobs=_options(texts, "job_types", texts.t("Jobs"), values),
        offers=[
            _options(texts, "accommodations", texts.t("Bed"), values),
            _options(texts, "amenities", texts.t("At the place"), values),
            _options(texts, "meals", texts.t("Meals"), values),
            _options(texts, "experiences", texts.t("Experiences"), values),
        ],
        knows=[
            _options(texts, "environments", texts.t("Good to know"), values),
            _options(texts, "requirements", texts.t("What you ask for"), values),
        ],
    )


def _options(texts: Translator, name: str, title: str, values: Post | None) -> OptionList:
    chosen: list[str] = getattr(values, name) if values else []
    return OptionList(name, title, option_choices(texts, name, chosen))
