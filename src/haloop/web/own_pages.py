"""What is one's own: subscriptions, notifications, the account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from fastapi import APIRouter
from starlette.responses import Response

from haloop.accounts import limits
from haloop.accounts.views import get_account
from haloop.core.paging import LIMIT_MOST
from haloop.core.translations import Translator
from haloop.engines.box import Engines
from haloop.engines.dependencies import EnginesOf, Reading, RowsOf
from haloop.matching.facts import day_number
from haloop.matching.filter import Filter
from haloop.notifications import service as notifications
from haloop.notifications.schemas import Notification
from haloop.posts import search
from haloop.posts.schemas import PostSummary
from haloop.recommendations import service as recommendations
from haloop.recommendations.schemas import KnownTaste
from haloop.subscriptions import service as subscriptions
from haloop.subscriptions.models import NAME as SUBSCRIPTION_NAME
from haloop.subscriptions.schemas import Subscription
from haloop.web.cards import Today, hours, offers
from haloop.web.filter_panel import region_choices
from haloop.web.filter_words import Wish, search_url, wishes
from haloop.web.region_map import region_map
from haloop.web.rendering import Head, render
from haloop.web.visits import HelperVisit, SignedIn, own_path, today_of, viewer_of
from haloop.web.writing import Writing

PAGE = 20
LIKES_MOST = 6
FACES = 3  # pictures of what fits a subscription

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Watched:
    """A subscription as its panel shows it."""

    kept: Subscription
    rows: list[Wish]
    href: str
    edit_href: str
    latest: list[PostSummary]
    last_match: str


@dataclass(frozen=True, slots=True)
class Told:
    """A notification as its row shows it."""

    notification: Notification
    exchange: str
    fits: str
    age: str
    write: Writing | None


@dataclass(frozen=True, slots=True)
class KnownPart:
    """One kind of what recommendations go by."""

    icon: str
    text: str
    posts: list[PostSummary]


@dataclass(frozen=True, slots=True)
class Day:
    title: str
    told: list[Told]


@router.get("/subscriptions")
async def subscriptions_page(visit: HelperVisit, engines: EnginesOf, session: Reading, rows: RowsOf) -> Response:
    texts, viewer, today, now = visit.texts, viewer_of(engines, visit), today_of(engines), engines.clock.now()
    own = await subscriptions.list_page(session, engines.clock, viewer, visit.reader, cursor=None, limit=LIMIT_MOST)
    watched: list[Watched] = []
    for kept in own.items:
        wanted = Filter.model_validate(kept.filter)
        found = await search.search(rows, engines.clock, viewer, wanted, limit=FACES)
        last = texts.ago(kept.last_match_at, now) if kept.last_match_at else ""
        edit_href = search_url(wanted, subscription=str(kept.id))
        asked = wishes(wanted, texts, today.date)
        watched.append(Watched(kept, asked, search_url(wanted), edit_href, found.items, last))
    head = Head(texts.t("Subscriptions"), texts.t("Filters that Haloop watches for you."), index=False)
    return render(visit, "pages/subscriptions.html", head, watched=watched, name_most=SUBSCRIPTION_NAME)


@router.get("/notifications")
async def notifications_page(
    visit: HelperVisit, engines: EnginesOf, session: Reading, cursor: str | None = None
) -> Response:
    texts, viewer = visit.texts, viewer_of(engines, visit)
    page = await notifications.list_page(session, engines.clock, viewer, visit.reader, cursor=cursor, limit=PAGE)
    head = Head(texts.t("Notifications"), texts.t("New posts that fit your subscriptions."), index=False)
    response = render(
        visit,
        "pages/notifications.html",
        head,
        days=list(_by_day(page.items, texts, engines)),
        next_href=f"/notifications?cursor={page.next_cursor}" if page.next_cursor else "",
    )
    response.headers["Cache-Control"] = "no-store"  # the way back from a post asks anew what is still unread
    return response


@router.get("/account")
async def account_page(visit: SignedIn, engines: EnginesOf, rows: RowsOf) -> Response:
    texts, today = visit.texts, today_of(engines)
    known = None
    if visit.reader.is_helper:
        known = await recommendations.known_taste(rows, viewer_of(engines, visit), visit.reader, engines.clock.zone)
    account = await get_account(rows, engines.media, visit.reader.account_id, day_number(today.date))
    chosen = (account.host.region,) if account.host else ()
    head = Head(texts.t("Account"), texts.t("Your name, your profiles, your language."), index=False)
    return render(
        visit,
        "pages/account.html",
        head,
        account=account,
        limits=limits,
        regions=region_choices(texts, chosen),
        map=region_map(chosen),
        next=own_path(visit.request.query_params.get("next")),
        known=known,
        subscribed=texts.both([texts.quoted(one.name) for one in known.subscriptions]) if known else "",
        known_posts=_known_posts(known, texts) if known else [],
        likes=_likes(known, texts) if known else "",
    )


def _known_posts(known: KnownTaste, texts: Translator) -> list[KnownPart]:
    """How many posts of each kind, and which; kinds without one are left out, but for opened ones."""
    posts = {kind: [one.post for one in known.posts if one.kind == kind] for kind in ("opened", "written", "dismissed")}
    opened, written, dismissed = (len(some) for some in posts.values())
    said = {
        "opened": ("book-open", texts.tn("{count} post you opened", "{count} posts you opened", opened)),
        "written": (
            "message-circle",
            texts.tn("{count} post you wrote about", "{count} posts you wrote about", written),
        ),
        "dismissed": (
            "x",
            texts.tn("{count} post that was not for you", "{count} posts that were not for you", dismissed),
        ),
    }
    return [KnownPart(*said[kind], some) for kind, some in posts.items() if some or kind == "opened"]


def _likes(known: KnownTaste, texts: Translator) -> str:
    """What these posts have most in common, in a line."""
    labels = [
        texts.place(one.slug) if one.field == "region" else texts.inside(texts.label(one.field, one.slug))
        for one in known.liked[:LIKES_MOST]
    ]
    return texts.both(labels)


def _by_day(items: list[Notification], texts: Translator, engines: Engines) -> Iterator[Day]:
    """The list cut at the platform's midnights."""
    today = today_of(engines)

    def day_of(item: Notification) -> date:
        return item.created_at.astimezone(today.zone).date()

    for day, told in groupby(items, key=day_of):
        title = texts.t("Today") if day == today.date else texts.weekday(day)
        yield Day(title, [_told(item, texts, engines, today) for item in told])


def _told(item: Notification, texts: Translator, engines: Engines, today: Today) -> Told:
    names = texts.both([texts.quoted(name) for name in item.subscription_names])
    if item.created_at.astimezone(today.zone).date() == today.date:
        age = texts.ago(item.created_at, engines.clock.now())
    else:
        age = f"{item.created_at.astimezone(today.zone):%H:%M}"
    fits = texts.t("Fits {names}", names=names)
    write = Writing("post", item.post.id, ready=True) if item.post is not None and item.post.open else None
    return Told(item, _exchange(item.post, texts), fits, age, write)


def _exchange(post: PostSummary | None, texts: Translator) -> str:
    """4 h a day for a bunk bed, 2 meals and surfing in Taitung County."""
    if post is None:
        return texts.t("This post is gone.")
    return texts.t(
        "{hours} for {offers}, in {region}",
        hours=hours(texts, post.hours_per_day),
        offers=texts.both(offers(texts, post)),
        region=texts.region(post.region),
    )
