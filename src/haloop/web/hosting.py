"""The host's side: the own posts, and writing one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from fastapi import APIRouter
from starlette.responses import Response

from haloop.accounts.dependencies import path_id
from haloop.core.errors import NotFound
from haloop.core.translations import Translator
from haloop.engines.box import Engines
from haloop.engines.dependencies import EnginesOf, Reading, RowsOf
from haloop.posts import limits, search, views
from haloop.posts.schemas import Post, PostStatus
from haloop.web.cards import cards
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
        next_href=f"/host/posts?status={state}&cursor={page.next_cursor}" if page.next_cursor else "",
    )


@router.get("/host/posts/new")
async def new_post(visit: HostVisit, engines: EnginesOf) -> Response:
    title = visit.texts.t("Write a post")
    return _editor(visit, engines, title, None)


@router.get("/host/posts/{post_id}/edit")
async def edit_post(post_id: str, visit: HostVisit, engines: EnginesOf, rows: RowsOf) -> Response:
    post = await views.whole(rows, viewer_of(engines, visit), path_id(post_id))
    if not post.mine:
        raise NotFound
    return _editor(visit, engines, visit.texts.t("Edit “{title}”", title=post.title), post)


def _editor(visit: SignedInVisit, engines: Engines, title: str, post: Post | None) -> Response:
    texts = visit.texts
    head = Head(title, texts.t("Ten minutes. Be concrete: helpers choose by hours, bed and dates."), index=False)
    return render(
        visit,
        "pages/editor.html",
        head,
        title=title,
        post=post,
        photos=[photo.model_dump(mode="json") for photo in post.photos] if post else [],
        limits=limits,
        today=today_of(engines).date.isoformat(),
        jobs=_options(texts, "job_types", texts.t("Jobs"), post),
        offers=[
            _options(texts, "accommodations", texts.t("Bed"), post),
            _options(texts, "amenities", texts.t("At the place"), post),
            _options(texts, "meals", texts.t("Meals"), post),
            _options(texts, "experiences", texts.t("Experiences"), post),
        ],
        knows=[
            _options(texts, "environments", texts.t("Good to know"), post),
            _options(texts, "requirements", texts.t("What you ask for"), post),
        ],
    )


def _options(texts: Translator, name: str, title: str, post: Post | None) -> OptionList:
    chosen: list[str] = getattr(post, name) if post else []
    return OptionList(name, title, option_choices(texts, name, chosen))
