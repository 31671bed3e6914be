"""What every request brings: the client's address, the reader's language; and how problems are answered."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import cast

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.requests import HTTPConnection
from starlette.responses import Response

from haloop.core.errors import FieldError, Invalid, Problem
from haloop.core.messages import Message, msg
from haloop.core.translations import Translator, negotiate, translator

LANGUAGES = ("en", "zh-TW")


def client_network(request: HTTPConnection) -> str:
    """Whom an address stands for where people are told apart by nothing else: an IPv4 address, or the /64 of an IPv6
    address, for that is what one customer has. Behind a trusted proxy the server has put the forwarded one there."""
    host = request.client.host if request.client else "unknown"
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv4Address):
        return host
    if address.ipv4_mapped is not None:  # all of IPv4 is one /64 of these
        return str(address.ipv4_mapped)
    return f"{IPv6Address(int(address) >> 64 << 64)}/64"


def reader_language(request: Request) -> str:
    """The account's, else the cookie's, else the browser's language: "en" or "zh-TW"."""
    chosen = getattr(request.state, "language", None) or request.cookies.get("lang")
    return chosen if chosen in LANGUAGES else negotiate(request.headers.get("accept-language", ""))


def problem_json(problem: Problem, language: str) -> Response:
    """RFC 9457, in the reader's language."""
    t = translator(language)
    body: dict[str, object] = {
        "type": f"/problems/{problem.slug}",
        "title": t.message(problem.title),
        "status": problem.status,
        "detail": t.message(problem.detail),
    }
    if problem.errors:
        body["errors"] = said_errors(problem.errors, t)
    data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    headers = {**problem.headers(), "Content-Language": language}
    return Response(data, problem.status, headers, media_type="application/problem+json")


def said_errors(errors: Sequence[FieldError], t: Translator) -> list[dict[str, object]]:
    """Each as `{loc, msg, type}`, in the reader's language."""
    return [{"loc": list(error.loc), "msg": t.message(error.message), "type": error.type} for error in errors]


def invalid(error: RequestValidationError) -> Invalid:
    """FastAPI's validation error as the domain's."""
    return Invalid(errors=field_errors(error.errors()))


def field_errors(errors: Sequence[Mapping[str, object]]) -> list[FieldError]:
    """Pydantic's errors with texts that say what to do; at most 50, so that an answer stays small."""
    return [_field_error(error) for error in errors[:50]]


def _field_error(error: Mapping[str, object]) -> FieldError:
    kind = str(error["type"])
    loc = cast("tuple[str | int, ...]", error["loc"])
    if kind == "json_invalid":
        return FieldError(("body",), _TEXTS[kind], kind)
    context = cast("Mapping[str, object]", error.get("ctx") or {})
    one_wanted = kind in ("string_too_short", "too_short") and context.get("min_length") == 1
    empty = kind in ("string_too_short", "unknown_option", "email") and error.get("input") == ""
    text = _TEXTS["missing"] if one_wanted or empty else _TEXTS.get(kind, _OTHER)
    return FieldError(tuple(loc), Message(text.text, _said(context)), kind)


def _said(context: Mapping[str, object]) -> dict[str, object]:
    """Pydantic's numbers and lists as a sentence has them: -180, and newest, starting_soon."""
    said = dict(context)
    for name, value in context.items():
        if isinstance(value, float) and value.is_integer():
            said[name] = int(value)
    if isinstance(expected := context.get("expected"), str):
        said["expected"] = ", ".join(re.findall(r"'([^']*)'", expected)) or expected.lower()
    return said


_OTHER = msg("This is not valid.")
_TEXTS: dict[str, Message] = {
    "missing": msg("Fill this in."),
    "extra_forbidden": msg("There is no such field."),
    "json_invalid": msg("This is not JSON."),
    "model_attributes_type": msg("This must be a JSON object."),
    "model_type": msg("This must be a JSON object."),
    "dict_type": msg("This must be a JSON object."),
    "string_type": msg("This must be a text."),
    "string_unicode": msg("Control characters are not allowed."),
    "list_type": msg("This must be a list."),
    "tuple_type": msg("This must be a list."),
    "bool_type": msg("This must be true or false."),
    "int_type": msg("This must be a whole number."),
    "int_parsing": msg("This must be a whole number."),
    "int_parsing_size": msg("This number is too large."),
    "int_from_float": msg("This must be a whole number."),
    "float_type": msg("This must be a number."),
    "float_parsing": msg("This must be a number."),
    "finite_number": msg("This must be a number."),
    "date_format": msg("Write a date as YYYY-MM-DD."),
    "date_type": msg("Write a date as YYYY-MM-DD."),
    "date_parsing": msg("Write a date as YYYY-MM-DD."),
    "date_from_datetime_parsing": msg("Write a date as YYYY-MM-DD."),
    "date_from_datetime_inexact": msg("Write a date as YYYY-MM-DD."),
    "datetime_type": msg("Write an instant as 2026-11-24T08:00:00Z."),
    "datetime_parsing": msg("Write an instant as 2026-11-24T08:00:00Z."),
    "datetime_from_date_parsing": msg("Write an instant as 2026-11-24T08:00:00Z."),
    "timezone_aware": msg("Write an instant as 2026-11-24T08:00:00Z."),
    "string_too_short": msg("At least {min_length} characters."),
    "string_too_long": msg("At most {max_length} characters."),
    "too_short": msg("At least {min_length}."),
    "too_long": msg("At most {max_length}."),
    "greater_than_equal": msg("At least {ge}."),
    "less_than_equal": msg("At most {le}."),
    "uuid_type": msg("This is not an id."),
    "uuid_parsing": msg("This is not an id."),
    "literal_error": msg("This must be one of {expected}."),
    "enum": msg("This must be one of {expected}."),
    "control_character": msg("Control characters are not allowed."),
    "email": msg("This is not an e-mail address."),
    "unknown_option": msg("This is not in the list."),
    "unknown_photo": msg("There is no such photo of yours."),
    "until_before_from": msg("The first day lies after the last."),
    "too_many_words": msg("At most {most} words."),
    "ids_or_all": msg("Give either ids, or all with an optional before."),
    "host_or_post": msg("Give either host_id or post_id."),
    "empty_message": msg("Write something, or add a photo."),
    "empty_filter": msg("Choose at least one condition."),
    "past": msg("This day has passed."),
    "south_above_north": msg("A box is four numbers: west, south, east, north; south below north."),
}
