"""Who is asking: dependencies that read the session of a request."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import structlog
from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from haloop.accounts.limits import SESSION_NOTED_EVERY
from haloop.accounts.sessions import Reader, find_reader, note_use
from haloop.core.errors import NotAllowed, NotFound, NotSignedIn, Unavailable
from haloop.core.ids import parse_id
from haloop.core.messages import msg
from haloop.engines.dependencies import engines_of

COOKIE = "haloop_session"

log = structlog.get_logger()

_cookie = APIKeyCookie(name=COOKIE, auto_error=False, scheme_name="cookieAuth")
_bearer = HTTPBearer(auto_error=False, scheme_name="bearerAuth")


async def _maybe_reader(
    request: Request,
    cookie: Annotated[str | None, Security(_cookie)],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> Reader | None:
    token = bearer.credentials if bearer else cookie
    if not token:
        return None
    engines = engines_of(request)
    now = engines.clock.now()
    reader = await find_reader(engines.database.rows, engines.tokens, token, now)
    if reader is None:
        return None
    request.state.language = reader.locale
    if now - reader.used_at > SESSION_NOTED_EVERY:
        try:
            async with engines.units.begin() as work:
                await note_use(work, reader)
        except Unavailable:
            log.warning("session_use_not_noted")  # reading goes on; the next request notes it
    return reader


async def reader_of(request: Request) -> Reader | None:
    """Who asks where no route was found, so that no dependency has run."""
    return await _maybe_reader(request, await _cookie(request), await _bearer(request))


MaybeReader = Annotated[Reader | None, Depends(_maybe_reader)]


async def _signed_in(reader: MaybeReader) -> Reader:
    if reader is None:
        raise NotSignedIn
    return reader


SignedInReader = Annotated[Reader, Depends(_signed_in)]


async def _helper(reader: SignedInReader) -> Reader:
    if not reader.is_helper:
        raise NotAllowed(msg("Add a helper profile to your account first."), slug="helper_profile_required")
    return reader


async def _host(reader: SignedInReader) -> Reader:
    if reader.host_id is None:
        raise NotAllowed(msg("Add a host profile to your account first."), slug="host_profile_required")
    return reader


HelperReader = Annotated[Reader, Depends(_helper)]
HostReader = Annotated[Reader, Depends(_host)]


def path_id(text: str) -> UUID:
    """The id in a path; a malformed one is like an unknown one."""
    found = parse_id(text)
    if found is None:
        raise NotFound
    return found
