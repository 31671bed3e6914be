"""What every page is told first: who looks, in which language, and where signed-out or profile-less people go."""

from __future__ import annotations

import contextlib
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, FastAPI, Request
from starlette.responses import RedirectResponse, Response

from haloop.accounts.dependencies import MaybeReader, reader_of
from haloop.accounts.sessions import Reader
from haloop.chat.service import count_unread as count_messages
from haloop.core.errors import Unavailable
from haloop.engines.box import Engines
from haloop.engines.dependencies import RowsOf, engines_of
from haloop.notifications.service import count_unread
from haloop.posts.views import Viewer
from haloop.web.cards import Today
from haloop.web.languages import remember_language
from haloop.web.rendering import Visit


class Elsewhere(Exception):  # noqa: N818  # a way to go, no error
    """Ends a page with a redirect (303) to a path of our own."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


async def _visit(request: Request, reader: MaybeReader, rows: RowsOf) -> Visit:
    unread = await count_unread(rows, reader.account_id) if reader and reader.is_helper else 0
    messages = await count_messages(rows, reader.account_id) if reader else 0
    visit = Visit(request, reader, unread, messages)
    request.state.visit = visit  # an error page that follows is shown to the same reader
    return visit


async def note_visit(request: Request) -> None:
    """Looks who asks for a page that has no route, once: its error page has the reader's header too."""
    if getattr(request.state, "visit", None) is None:
        with contextlib.suppress(Unavailable):  # the page is shown all the same
            await _visit(request, await reader_of(request), engines_of(request).database.rows)


AnyVisit = Annotated[Visit, Depends(_visit)]


class SignedInVisit(Visit):
    """A visit whose reader is known to be there."""

    reader: Reader


async def _signed_in(visit: AnyVisit) -> SignedInVisit:
    if visit.reader is None:
        raise Elsewhere(login_path(own_address(visit.request)))
    return SignedInVisit(visit.request, visit.reader, visit.unread, visit.messages)


async def _helper(visit: Annotated[SignedInVisit, Depends(_signed_in)]) -> SignedInVisit:
    if not visit.reader.is_helper:
        raise Elsewhere("/account#helper")
    return visit


async def _host(visit: Annotated[SignedInVisit, Depends(_signed_in)]) -> SignedInVisit:
    if visit.reader.host_id is None:
        raise Elsewhere("/account")
    return visit


SignedIn = Annotated[SignedInVisit, Depends(_signed_in)]
HelperVisit = Annotated[SignedInVisit, Depends(_helper)]
HostVisit = Annotated[SignedInVisit, Depends(_host)]


def viewer_of(engines: Engines, visit: Visit) -> Viewer:
    host_id = visit.reader.host_id if visit.reader else None
    return Viewer(engines.media, engines.public_url, engines.clock.today(), engines.rendered, host_id)


def today_of(engines: Engines) -> Today:
    return Today(engines.clock.today(), engines.clock.zone)


def own_address(request: Request) -> str:
    """The path that was asked for, with its query."""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def login_path(back_to: str) -> str:
    return f"/login?next={quote(back_to, safe='')}"


def own_path(text: str | None) -> str:
    """A `next` that leads to a page of ours; "/" for anything a browser could read as another host."""
    if not text or not text.startswith("/") or text.startswith("//") or "\\" in text:
        return "/"
    if any(ord(character) < 33 or ord(character) == 127 for character in text):
        return "/"
    parts = urlsplit(text)
    return "/" if parts.scheme or parts.netloc else text


def handle_elsewhere(app: FastAPI) -> None:
    async def go(request: Request, elsewhere: Exception) -> Response:
        path = elsewhere.path if isinstance(elsewhere, Elsewhere) else "/"
        response = RedirectResponse(path, 303, {"Cache-Control": "no-store"})
        remember_language(request, response)
        return response

    app.add_exception_handler(Elsewhere, go)
