"""Today's recommendations as cards that say why: their page, and the part of the home page."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from fastapi import APIRouter
from starlette.responses import Response

from haloop.core.errors import Unavailable
from haloop.core.reads import Rows
from haloop.core.translations import Translator
from haloop.engines.box import Engines
from haloop.engines.dependencies import EnginesOf, RowsOf
from haloop.matching.filter import Filter
from haloop.posts.schemas import Post, PostSummary
from haloop.recommendations import service as recommendations
from haloop.recommendations.schemas import Recommendation
from haloop.recommendations.visits import visits_of
from haloop.subscriptions import service as subscriptions
from haloop.web.cards import Card, Today, card
from haloop.web.filter_words import suggested_name, wishes
from haloop.web.rendering import Head, Visit, render
from haloop.web.visits import HelperVisit, today_of, viewer_of
from haloop.web.writing import Writing

AT_HOME = 3

router = APIRouter(include_in_schema=False)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Picked:
    """A recommended post as its card shows it; `alike` is the search for posts like it, `kept` a subscription to that
    which is there already."""

    card: Card
    write: Writing
    why: list[str]
    alike: Filter
    name: str
    kept: subscriptions.Kept | None


@router.get("/recommendations")
async def recommendations_page(visit: HelperVisit, engines: EnginesOf, rows: RowsOf) -> Response:
    texts, today = visit.texts, today_of(engines)
    found = await recommendations.todays(visits_of(visit.request), viewer_of(engines, visit), visit.reader, texts)
    picked = [await _picked(item, rows, visit, texts, today) for item in found.items]  # at most five
    head = Head(texts.t("For you today"), texts.t("Posts that suit you, and why."), index=False)
    return render(visit, "pages/recommendations.html", head, picked=picked, day=texts.weekday(today.date))


async def at_home(visit: Visit, engines: Engines) -> list[Picked]:
    """The first few for the home page of a helper; none for others, and none while nothing can be stored."""
    if visit.reader is None or not visit.reader.is_helper:
        return []
    texts, today, rows = visit.texts, today_of(engines), engines.database.rows
    try:
        found = await recommendations.todays(
            visits_of(visit.request), viewer_of(engines, visit), visit.reader, texts, AT_HOME
        )
    except Unavailable:
        log.warning("recommendations_not_made")  # home has other things to show
        return []
    return [await _picked(item, rows, visit, texts, today) for item in found.items]


def similar(post: Post | PostSummary) -> Filter:
    """A search for posts like this one: its region, its jobs, its experiences."""
    return Filter.model_validate(
        {"regions": [post.region], "job_types": post.job_types, "experiences": post.experiences[:3]}
    )


async def _picked(item: Recommendation, rows: Rows, visit: Visit, texts: Translator, today: Today) -> Picked:
    alike = similar(item.post)
    return Picked(
        card=card(item.post, texts, today),
        write=Writing("post", item.post.id, ready=True),  # it is a helper's list, and never of an own post
        why=[reason.text for reason in item.reasons],
        alike=alike,
        name=suggested_name(wishes(alike, texts, today.date), texts),
        kept=None if visit.reader is None else await subscriptions.find_same(rows, visit.reader, alike),
    )
