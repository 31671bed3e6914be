"""What every request passes on its way in and out: plain ASGI, since Starlette's base class costs more."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import structlog
from fastapi.security.utils import get_authorization_scheme_param
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from haloop.core.errors import NotAllowed, Problem, TooLarge
from haloop.core.messages import msg

log = structlog.get_logger()

REQUESTS = Counter("haloop_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("haloop_request_seconds", "Time to answer", ["method", "route"])

Answer = Callable[[Request, Problem], Response]

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
ASKED_FOR_HEAD = "haloop.head"  # in the scope of a GET that stands in for a HEAD
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class SecurityHeaders:
    """Adds the security headers, and no-store to what is for one reader; answers HEAD by the GET without its body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
                if scope["scheme"] == "https":
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            elif head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET", ASKED_FOR_HEAD: True} if head else scope, receive, dressed)


class RequestLog:
    """One line and one measurement a request: method, route, status, milliseconds; never a query, header or body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            seconds = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", "(none)")
            method = scope["method"] if scope["method"] in METHODS else "OTHER"
            REQUESTS.labels(method, route, status).inc()
            SECONDS.labels(method, route).observe(seconds)
            log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))


METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


class SameSite:
    """Refuses writes that another site sends. A browser says where a request comes from (Sec-Fetch-Site, which decides
    where it is there, or Origin); one that is signed by cookie must say it."""

    def __init__(self, app: ASGIApp, *, cookie: str, public_url: str, answer: Answer) -> None:
        self._app = app
        self._cookie = cookie
        self._own = public_url
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in UNSAFE:
            request = Request(scope)
            if not self._is_same_site(request):
                problem = NotAllowed(msg("This request came from another site. Open Haloop and try it there."),
                                     slug="cross_site")  # fmt: skip
                await self._answer(request, problem)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _is_same_site(self, request: Request) -> bool:
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
        if site is not None:
            return site in ("same-origin", "none")
        if origin is not None:
            return is_own_origin(origin, request.headers, request.url.scheme, self._own)
        scheme, token = get_authorization_scheme_param(request.headers.get("authorization"))
        signed_by_bearer = scheme.lower() == "bearer" and token != ""  # as whoever reads the session judges it
        return signed_by_bearer or self._cookie not in request.cookies


def is_own_origin(origin: str, headers: Headers, scheme: str, public_url: str) -> bool:
    """Whether an Origin header names this server: its public address, or the host that the request was sent to."""
    if public_url and origin == public_url:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    web = {"ws": "http", "wss": "https"}.get(scheme, scheme)
    return parts.scheme == web and bool(parts.netloc) and parts.netloc == headers.get("host")


class BodyLimit:
    """Answers 413 to a body that is larger than its path allows, before or while it is read."""

    def __init__(self, app: ASGIApp, *, most: int, exceptions: dict[str, int], answer: Answer) -> None:
        self._app = app
        self._most = most
        self._exceptions = exceptions
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._exceptions.get(scope["path"], self._most)
        length = Headers(scope=scope).get("content-length", "")
        if re.fullmatch(r"\d{1,18}", length) and int(length) > most:
            await self._refuse(scope, receive, send)
            return
        read, started, refused = 0, False, False

        async def counted() -> Message:
            nonlocal read, refused
            message = await receive()
            if message["type"] == "http.request":
                read += len(message.get("body", b""))
                if read > most:
                    refused = True
                    raise _BodyTooLargeError
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            if refused and not started:
                return  # what the application makes of the body that was cut off
            started = started or message["type"] == "http.response.start"
            await send(message)

        with contextlib.suppress(_BodyTooLargeError):
            await self._app(scope, counted, watched)
        if refused and not started:
            await self._refuse(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem = TooLarge(msg("This is more than can be taken at once."))
        await self._answer(Request(scope), problem)(scope, receive, send)


class _BodyTooLargeError(Exception):
    pass
