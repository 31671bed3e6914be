"""Socket.IO of notifications: who may connect, and the unread total that a connection is sent at once."""

from __future__ import annotations

from collections.abc import Sequence
from http.cookies import CookieError, SimpleCookie
from typing import cast
from uuid import UUID

from starlette.datastructures import Headers
from starlette.types import Scope

from haloop.accounts import sessions
from haloop.accounts.dependencies import COOKIE
from haloop.core.asgi import is_own_origin
from haloop.core.errors import Unavailable
from haloop.core.unit_of_work import Emit
from haloop.engines.box import Engines
from haloop.engines.realtime.sockets import Environ, Identity, Refused
from haloop.notifications import service


class SocketGate:
    """Who may connect: the session of the cookie or of `auth.token`, from this site."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    async def admit(self, environ: Environ, auth: object) -> Identity:
        scope = cast("Scope", environ["asgi.scope"])
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin is not None and not is_own_origin(origin, headers, scope["scheme"], self._engines.public_url):
            raise Refused("cross_site")
        token = auth.get("token") if isinstance(auth, dict) else None
        token = token if isinstance(token, str) else _cookie(headers.get("cookie", ""))
        if not token:
            raise Refused("not_signed_in")
        try:
            now = self._engines.clock.now()
            reader = await sessions.find_reader(self._engines.database.rows, self._engines.tokens, token, now)
        except Unavailable as error:
            raise Refused("unavailable") from error
        if reader is None:
            raise Refused("not_signed_in")
        return Identity(reader.account_id, reader.session_id, reader.locale)

    async def greet(self, identity: Identity) -> Sequence[Emit]:
        unread = await service.count_unread(self._engines.database.rows, identity.account_id)
        return [Emit(service.UNREAD, {"unread": unread}, identity.account_id)]

    async def appeared(self, account_id: UUID, *, online: bool) -> None:
        """Nobody is told of it before chat; see chat/events.py."""


def _cookie(header: str) -> str | None:
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return None
    return None if found is None else found.value
