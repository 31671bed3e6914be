"""A post in few words: what a card, a notification and a preview say of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Protocol

from haloop.core.translations import Translator
from haloop.engines.media.photo import Photo
from haloop.posts.schemas import PostSummary

DOT = " · "
MAIN_MEALS = ("breakfast", "lunch", "dinner")


class Offer(Protocol):
    """What a post gives, as Post and PostSummary have it."""

    @property
    def accommodations(self) -> list[str]: ...
    @property
    def meals(self) -> list[str]: ...
    @property
    def experiences(self) -> list[str]: ...
    @property
    def amenities(self) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Card:
    """A post as its card shows it; `offers` are phrases that end in their comma."""

    href: str
    title: str
    place: str
    hours: str
    offers: list[str]
    when: str
    photo: Photo | None
    flag: str
    summary: PostSummary

    @property
    def when_parts(self) -> list[str]:
        """What `when` says, one by one."""
        return [part for part in self.when.split(DOT) if part]

    @property
    def when_phrases(self) -> list[str]:
        """`when`, in the parts between which it breaks."""
        first, *rest = self.when.split(DOT)
        return [first, *(f"{DOT.strip()} {part}" for part in rest)]


@dataclass(frozen=True, slots=True)
class Today:
    """The date where the platform lives, and its zone."""

    date: date
    zone: tzinfo


def card(post: PostSummary, texts: Translator, today: Today) -> Card:
    return Card(
        href=f"/posts/{post.id}",
        title=post.title,
        place=place_line(texts, post.host.locality, post.region),
        hours=hours(texts, post.hours_per_day),
        offers=phrases(texts, offers(texts, post)),
        when=when(texts, post, today.date),
        photo=post.photo,
        flag=_flag(post, texts, today),
        summary=post,
    )


def cards(posts: list[PostSummary], texts: Translator, today: Today) -> list[Card]:
    return [card(post, texts, today) for post in posts]


def place_line(texts: Translator, locality: str | None, region: str) -> str:
    """Dulan, Taitung County · 臺東縣都蘭"""
    name = texts.region(region)
    if not locality:
        return name
    if texts.language == "zh-TW":
        return f"{name}{locality}" if not locality.isascii() else f"{name} {locality}"
    return f"{locality}, {name}"


def hours(texts: Translator, hours_per_day: int | None) -> str:
    return "" if hours_per_day is None else texts.t("{hours} h a day", hours=hours_per_day)


def offers(texts: Translator, post: Offer) -> list[str]:
    """A bed, meals, an experience (or a bicycle, a scooter): at most three short phrases."""
    found = [_label(texts, "accommodations", slug) for slug in post.accommodations[:1]]
    main = [meal for meal in MAIN_MEALS if meal in post.meals]
    if len(main) > 1:
        found.append(texts.tn("{count} meal", "{count} meals", len(main)))
    else:
        found.extend(_label(texts, "meals", slug) for slug in (main or post.meals)[:1])
    if post.experiences:
        found.append(_label(texts, "experiences", post.experiences[0]))
    else:
        wheels = [slug for slug in ("bicycle-provided", "scooter-provided") if slug in post.amenities]
        found.extend(_label(texts, "amenities", slug) for slug in wheels[:1])
    return found


def phrases(texts: Translator, items: list[str]) -> list[str]:
    """The items, each but the last with its comma: they break between them and never inside."""
    comma = texts.comma(["", ""]).rstrip()
    return [item + comma for item in items[:-1]] + items[-1:]


def when(texts: Translator, post: PostSummary, today: date) -> str:
    """10 Jan – 31 Mar · 21 days or more; what a draft lacks is left out."""
    parts: list[str] = []
    if post.starts_on and post.ends_on:
        parts.append(texts.days(post.starts_on, post.ends_on, today=today))
    if post.min_stay_days:
        parts.append(shortest_stay(texts, post.min_stay_days))
    return DOT.join(parts)


def shortest_stay(texts: Translator, days: int) -> str:
    return texts.tn("{count} day or more", "{count} days or more", days)


def small(texts: Translator, label: str) -> str:
    """A label inside a sentence: English ones lose their capital."""
    return texts.inside(label)


def _label(texts: Translator, list_name: str, slug: str) -> str:
    return small(texts, texts.label(list_name, slug))


def _flag(post: PostSummary, texts: Translator, today: Today) -> str:
    if post.status == "draft":
        return texts.t("Draft")
    if post.status == "closed":
        return texts.t("Closed")
    if post.published_at and post.published_at.astimezone(today.zone).date() == today.date:
        return texts.t("New today")
    return ""
