"""Ways out of an empty search: which wish to let go of, and what there would be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from haloop.core.translations import Translator
from haloop.matching.explanation import explain
from haloop.matching.facts import FilterFacts, PostFacts, day_number
from haloop.matching.filter import Filter
from haloop.posts.schemas import NearMiss
from haloop.web.cards import Card, Today, card
from haloop.web.filter_words import Wish
from haloop.web.verdict_words import what_it_has

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
    """A post that fits all but one wish, and what it has there."""

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


def almost(
    misses: list[NearMiss], facts: Mapping[UUID, PostFacts], wanted: Filter, texts: Translator, today: Today
) -> list[Almost]:
    """A post for each way out, each post once; `facts` are those of the posts that are still open."""
    asked, day = FilterFacts.of(wanted), day_number(today.date)
    found: dict[UUID, Almost] = {}
    for miss in misses:
        for post in miss.posts:
            failing = explain(facts[post.id], asked, day).failing if post.id in facts else ()
            if failing and post.id not in found:
                why = texts.t("All but one: {wish}", wish=what_it_has(failing[0], wanted, texts, today.date))
                found[post.id] = Almost(card(post, texts, today), why)
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
    if miss.relax.field == "available_from":
        return texts.t("Any first day")
    if miss.relax.field == "available_until":
        return texts.t("Any last day")
    if value is None:
        return texts.t("Without “{wish}”", wish=_chip(miss, asked))
    if miss.relax.field == "max_hours_per_day":
        return texts.t("Up to {hours} h a day", hours=value)
    if miss.relax.field == "max_min_stay_days":
        return texts.t("Stay {days} days", days=value)
    return texts.tn("For {count} helper", "For {count} helpers", value)
