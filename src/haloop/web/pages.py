"""All pages of the platform, put on an application."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from haloop.web import (
    api_docs,
    chat_pages,
    crawlers,
    entry,
    home,
    hosting,
    install,
    own_pages,
    post_page,
    recommended,
    search_page,
)
from haloop.web.errors import error_page
from haloop.web.static_files import mount_static
from haloop.web.visits import handle_elsewhere

ROOMS = (home, search_page, post_page, entry, own_pages, chat_pages, recommended, hosting, crawlers, install, api_docs)

router = APIRouter()
for room in ROOMS:
    router.include_router(room.router)


def include_pages(app: FastAPI) -> None:
    """Adds the pages, the built front end under /static, and the redirects of signed-out readers. The application's
    exception handlers answer with `error_page` where a person asked for a page."""
    app.include_router(router)
    mount_static(app)
    handle_elsewhere(app)


__all__ = ["error_page", "include_pages", "router"]
