"""Does a post fit the reader's free time: the rule's own verdicts on the dates, said in a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request
from pydantic import ValidationError

from haloop.core.translations import Translator
from haloop.matching.explanation import StayVerdict, explain
from haloop.matching.facts import FilterFacts, PostFacts, day_number, post_facts
from haloop.matching.filter import Filter
from haloop.posts.schemas import Post
from haloop.web.filter_words import DATES, free_days
from haloop.web.rendering import origin_of


@dataclass(frozen=True, slots=True)
class FreeTime:
    fits: bool
    text: str


def free_time(post: Post, filters: Iterable[Filter], texts: Translator, today: date) -> FreeTime | None:
    """The best news among the filters that name dates; None where none does, or the post cannot be taken."""
    facts = _facts(post) if post.open else None
    if facts is None:
        return None
    found = [said for wanted in filters if (said := _said(facts, wanted, texts, today))]
    return next((said for said in found if said.fits), found[0] if found else None)


def search_behind(request: Request) -> Filter | None:
    """The search whose page led here, by the Referer; None where it was another page, or a bad one."""
    came_from = request.headers.get("referer", "")
    if not came_from.startswith(f"{origin_of(request)}/posts?"):
        return None
    try:
        return Filter.from_query(parse_qsl(urlsplit(came_from).query))
    except ValidationError:
        return None


def _facts(post: Post) -> PostFacts | None:
    """What the rule needs to judge dates."""
    if post.starts_on is None or post.ends_on is None or post.min_stay_days is None:
        return None
    return post_facts(
        post_id=post.id,
        host_id=post.host.id,
        owner_id=post.host.id,
        region=post.region,
        latitude=0,
        longitude=0,
        starts_on=post.starts_on,
        ends_on=post.ends_on,
        places=post.places or 1,
        hours_per_day=post.hours_per_day or 1,
        min_stay_days=post.min_stay_days,
    )


def _said(facts: PostFacts, wanted: Filter, texts: Translator, today: date) -> FreeTime | None:
    if wanted.available_from is None and wanted.available_until is None:
        return None
    dates = Filter(available_from=wanted.available_from, available_until=wanted.available_until)
    verdicts = explain(facts, FilterFacts.of(dates), day_number(today)).verdicts
    stays = [verdict for verdict in verdicts if isinstance(verdict, StayVerdict) and verdict.field in DATES]
    if not stays:
        return None
    days, shared, least = free_days(wanted, texts, today), max(stays[0].longest, 0), stays[0].min_stay
    if all(stay.holds for stay in stays):
        text = texts.tn(
            "Fits your free time, {days}: {count} day is shared.",
            "Fits your free time, {days}: {count} days are shared.",
            shared,
            days=days,
        )
        return FreeTime(True, text)
    if shared == 0:
        return FreeTime(False, texts.t("Not in your free time, {days}.", days=days))
    return FreeTime(
        False,
        texts.tn(
            "Your free time, {days}, shares {count} day with this post; the shortest stay is {least}.",
            "Your free time, {days}, shares {count} days with this post; the shortest stay is {least}.",
            shared,
            days=days,
            least=least,
        ),
    )
