"""The home page: what Haloop is, a search, and what is open now."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from haloop.core.reads import Rows
from haloop.core.translations import Translator
from haloop.core.vocabulary import vocabulary
from haloop.engines.dependencies import EnginesOf, RowsOf
from haloop.matching.filter import Filter
from haloop.posts import search
from haloop.posts.views import Viewer
from haloop.web.card_html import card_html
from haloop.web.recommended import at_home
from haloop.web.region_map import region_map
from haloop.web.rendering import Head, render
from haloop.web.visits import AnyVisit, today_of, viewer_of

SOON, NEWEST = 3, 4
GROUPS = (2, 3, 4, 5, 6)  # larger ones are asked for beside the results

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class CountedRegion:
    code: str
    name: str
    posts: int
    count: str


@router.get("/")
async def home(visit: AnyVisit, engines: EnginesOf, rows: RowsOf) -> Response:
    texts, viewer, today = visit.texts, viewer_of(engines, visit), today_of(engines)
    everything = Filter()
    newest = await search.find(rows, engines.clock, viewer, everything, limit=NEWEST)
    soon = await search.find(rows, engines.clock, viewer, everything, sort="starting_soon", limit=SOON)
    picked = await at_home(visit, engines)
    regions = await _counted_regions(rows, viewer, texts)
    total = texts.count(newest.total or 0, capped=bool(newest.total_capped))
    head = Head(
        texts.t("Lend a hand, stay a while"),
        texts.t("A few hours of help a day for a bed, meals and experiences in Taiwan."),
    )
    return render(
        visit,
        "pages/home.html",
        head,
        regions=regions,
        places=sorted(regions, key=lambda region: -region.posts),
        group_sizes=[(size, texts.tn("{count} of us", "{count} of us", size)) for size in GROUPS],
        today=today.date.isoformat(),
        picked=picked,
        soon=[] if picked else await card_html(rows, viewer, texts, today, soon.hits, level=3, eager=0),
        newest=await card_html(rows, viewer, texts, today, newest.hits, level=3, eager=0),
        total=total,
        map=region_map(counts={region.code: region.posts for region in regions}),
    )


async def _counted_regions(rows: Rows, viewer: Viewer, texts: Translator) -> list[CountedRegion]:
    """All regions in the vocabulary's order with their numbers of open posts."""
    counts = await search.counts_by_region(rows, viewer)
    found = [(region.code, counts.get(region.code, 0)) for region in vocabulary().regions]
    return [CountedRegion(code, texts.place(code), posts, texts.number(posts)) for code, posts in found]
