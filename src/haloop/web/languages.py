"""The language of a page: `?lang=`, then the account's, then the cookie's, then the browser's."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from haloop.core.translations import LANGUAGES, Language, negotiate

COOKIE = "lang"
YEAR = 365 * 24 * 3600  # seconds


def chosen(value: str | None) -> Language | None:
    """The language that a query or cookie names exactly."""
    return next((language for language in LANGUAGES if language == value), None)


def asked_language(request: Request) -> Language | None:
    """What `?lang=` switches to."""
    return chosen(request.query_params.get("lang"))


def page_language(request: Request) -> Language:
    account = chosen(getattr(request.state, "language", None))  # set by whoever read the session
    return (
        asked_language(request)
        or account
        or chosen(request.cookies.get(COOKIE))
        or negotiate(request.headers.get("accept-language"))
    )


def remember_language(request: Request, response: Response) -> None:
    """Keeps what `?lang=` switched to."""
    language = asked_language(request)
    if language is not None:
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, language, max_age=YEAR, path="/", samesite="lax", httponly=True, secure=secure)
