"""Ways out of an empty search: which wish to let go of, and what there would be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from haloop.core.translations import Translator
from haloop.matching.filter import Filter
from haloop.posts.schemas import NearMiss
from haloop.web.cards import Card, Today, card
from haloop.web.filter_words import Wish

MOST = 3

ICONS = {
    "regions": "map-pin",
    "bbox": "map-pin",
    "available_from": "calendar",
    "available_until": "calendar",
    "max_min_stay_days": "calendar",
    "group_size": "users",
}


@dataclass(frozen=True, slots=True)
class WayOut:
    icon: str
    text: str
    count: str
    href: str


@dataclass(frozen=True, slots=True)
class Almost:
    """A post that fits all but one wish, and which."""

    card: Card
    why: str


def ways_out(
    misses: list[NearMiss], asked: list[Wish], texts: Translator, url: Callable[[Filter], str]
) -> list[WayOut]:
    """The ways with most posts first; `url` makes the search of a filter."""
    return [
        WayOut(
            icon=ICONS.get(miss.relax.field, "x"),
            text=_loosened(miss, asked, texts),
            count=texts.tn("{count} post", "{count} posts", miss.count, count=texts.counted(miss.count)),
            href=url(Filter.model_validate(miss.filter)),
        )
        for miss in misses[:MOST]
        if miss.count
    ]


def almost(misses: list[NearMiss], asked: list[Wish], texts: Translator, today: Today) -> list[Almost]:
    """A post for each way out, each post once."""
    found: dict[str, Almost] = {}
    for miss in misses:
        why = texts.t("All but one: {wish}", wish=_chip(miss, asked))
        for post in miss.posts:
            if str(post.id) not in found:
                found[str(post.id)] = Almost(card(post, texts, today), why)
                break
    return list(found.values())[:MOST]


def _chip(miss: NearMiss, asked: list[Wish]) -> str:
    """The wish in words, without the quotation marks that its sentences have."""
    return next(
        (wish.brief if wish.fields == ("text",) else wish.chip for wish in asked if miss.relax.field in wish.fields),
        miss.relax.field,
    )


def _loosened(miss: NearMiss, asked: list[Wish], texts: Translator) -> str:
    value = miss.relax.value
    if value is None:
        return texts.t("Without “{wish}”", wish=_chip(miss, asked))
    if miss.relax.field == "max_hours_per_day":
        return texts.t("Up to {hours} h a day", hours=value)
    if miss.relax.field == "max_min_stay_days":
        return texts.t("Stay {days} days", days=value)
    return texts.tn("For {count} helper", "For {count} helpers", value)
