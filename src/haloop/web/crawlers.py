"""What search engines read: the sitemap of open posts, and robots.txt."""

from __future__ import annotations

from xml.sax.saxutils import escape

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from haloop.core.vocabulary import vocabulary
from haloop.engines.dependencies import EnginesOf, RowsOf
from haloop.matching.filter import Filter
from haloop.posts import search
from haloop.posts.views import Viewer
from haloop.web.rendering import origin_of

PAGE = 50
MOST = 10_000  # addresses; a sitemap file may hold 50,000

router = APIRouter(include_in_schema=False)


@router.get("/robots.txt")
async def robots(request: Request) -> Response:
    private = (
        "/api/", "/account", "/host/", "/login", "/messages", "/notifications", "/recommendations", "/subscriptions"
    )  # fmt: skip
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in private), f"Sitemap: {origin_of(request)}/sitemap.xml"]
    return PlainTextResponse("\n".join(lines) + "\n")


@router.get("/sitemap.xml")
async def sitemap(request: Request, engines: EnginesOf, rows: RowsOf) -> Response:
    """The home page, the search, a search a region, and every open post with the day of its last change."""
    origin = origin_of(request)
    viewer = Viewer(engines.media, engines.public_url, engines.clock.today(), engines.rendered)
    entries = [_entry(f"{origin}/"), _entry(f"{origin}/posts")]
    entries += [_entry(f"{origin}/posts?regions={region.code}") for region in vocabulary().regions]
    cursor: str | None = None
    while len(entries) < MOST:
        page = await search.search(rows, engines.clock, viewer, Filter(), cursor=cursor, limit=PAGE)
        entries += [_entry(f"{origin}/posts/{post.id}", f"{post.updated_at:%Y-%m-%d}") for post in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    opening = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    body = "\n".join([opening, *entries, "</urlset>", ""])
    return Response(body, media_type="application/xml", headers={"Cache-Control": "public, max-age=600"})


def _entry(address: str, changed: str = "") -> str:
    when = f"<lastmod>{changed}</lastmod>" if changed else ""
    return f"<url><loc>{escape(address)}</loc>{when}</url>"
