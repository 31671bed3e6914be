"""Keeping a search: what the subscribe button needs, and the subscription whose filter is being edited."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from haloop.core.errors import NotFound
from haloop.core.translations import Translator
from haloop.engines.box import Engines
from haloop.matching.filter import Filter
from haloop.subscriptions import service as subscriptions
from haloop.web.filter_words import Wish, suggested_name
from haloop.web.rendering import Visit
from haloop.web.visits import own_address

MARK = "#subscribe"  # after signing in, the page goes on where the button was pressed


@dataclass(frozen=True, slots=True)
class Subscribing:
    """`ready` when a press subscribes; else `href` leads to what is missing, and back. `kept` is there already."""

    wanted: Filter
    name: str
    ready: bool
    href: str
    kept: subscriptions.Kept | None


async def subscribing(
    visit: Visit, engines: Engines, wanted: Filter, asked: list[Wish], texts: Translator
) -> Subscribing | None:
    """None for a filter that asks for nothing: it cannot be subscribed to."""
    if not wanted.named():
        return None
    reader, back = visit.reader, quote(own_address(visit.request) + MARK, safe="")
    kept = None
    if reader is None:
        href = f"/register?next={back}"
    elif reader.is_helper:
        href = "/posts"
        kept = await subscriptions.find_same(engines.database.rows, reader, wanted)
    else:
        href = f"/account?next={back}#helper"
    return Subscribing(wanted, suggested_name(asked, texts), bool(reader and reader.is_helper), href, kept)


async def edited(visit: Visit, engines: Engines, subscription_id: str | None) -> subscriptions.Kept | None:
    """The reader's own subscription that a search names as the one being edited."""
    if subscription_id is None or visit.reader is None or not visit.reader.is_helper:
        return None
    try:
        asked = UUID(subscription_id)
    except ValueError:
        return None
    async with engines.database.reading() as session:
        try:
            return await subscriptions.named(session, visit.reader, asked)
        except NotFound:
            return None
