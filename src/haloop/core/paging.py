"""Pages of lists: an opaque cursor that carries the key of the last item, its query's hash and its day."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from haloop.core.errors import Invalid
from haloop.core.messages import msg

LIMIT_DEFAULT = 20
LIMIT_MOST = 50
CURSOR_LIFE = timedelta(hours=24)
COUNTED_TO = 1000  # totals stop here; pages then say "1,000+"
_TEXT_MOST = 1000  # characters of a cursor; ours are much shorter
_WHOLE_MOST = 2**63 - 1  # what a column of whole numbers can be compared with

Item = TypeVar("Item")
Limit = Annotated[int, Query(ge=1, le=LIMIT_MOST)]
CursorText = Annotated[str | None, Query()]  # however long: what is no cursor is refused as such


class Page(BaseModel, Generic[Item]):
    """A page of a list; `next_cursor` is null on the last."""

    items: list[Item]
    next_cursor: str | None


class CountedPage(Page[Item], Generic[Item]):
    """A page that on its first says how many there are, counted to 1,000."""

    total: int | None
    total_capped: bool | None


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a list goes on: after `key`, ordered as on `day`."""

    day: date
    key: tuple[str | int, ...]


def query_hash(*parts: object) -> str:
    """Names a query, so that a cursor is refused by another one."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def encode_cursor(query: str, day: date, key: tuple[str | int, ...], now: datetime) -> str:
    """`key` is the sort key of the last item of the page, strings and whole numbers."""
    data = [query, day.toordinal(), int(now.timestamp()), *key]
    return base64.urlsafe_b64encode(json.dumps(data, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(text: str | None, query: str, now: datetime, kinds: tuple[type, ...]) -> Cursor | None:
    """The cursor of this query, `kinds` being the types of its key; raises Invalid `bad_cursor` for any other text."""
    if text is None or text == "":
        return None
    if len(text) > _TEXT_MOST:
        raise bad_cursor()
    try:
        data = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        found, day, made, *key = data
        age = now - datetime.fromtimestamp(made, now.tzinfo)
        good = (
            found == query
            and -CURSOR_LIFE < age < CURSOR_LIFE
            and len(key) == len(kinds)
            and all(type(part) is kind for part, kind in zip(key, kinds, strict=True))
            and all(abs(part) <= _WHOLE_MOST for part in key if isinstance(part, int))
        )
        cursor = Cursor(date.fromordinal(day), tuple(key))
    except (ValueError, TypeError, OverflowError, OSError, RecursionError) as error:
        raise bad_cursor() from error
    if not good:
        raise bad_cursor()
    return cursor


def bad_cursor() -> Invalid:
    message = msg("This cursor belongs to another query or is older than a day. Start again without a cursor.")
    return Invalid.field(message, "query", "cursor", kind="bad_cursor", slug="bad_cursor")
