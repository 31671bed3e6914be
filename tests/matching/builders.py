"""Small builders: a post and a filter of which only what matters is said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from haloop.core.ids import new_id
from haloop.matching.facts import FilterFacts, PostFacts, day_number, flat_degrees, post_facts
from haloop.matching.filter import Filter
from haloop.matching.rule import fits

TODAY = date(2026, 11, 24)


def a_post(**changes: Any) -> PostFacts:  # Any: whatever `post_facts` takes
    """A post of December in Hualien, seven days at least; dates may be texts and the point degrees."""
    given: dict[str, Any] = {
        "post_id": new_id(),
        "host_id": new_id(),
        "owner_id": new_id(),
        "region": "TW-HUA",
        "latitude": 23.995,
        "longitude": 121.605,
        "starts_on": "2026-12-01",
        "ends_on": "2026-12-31",
        "places": 2,
        "hours_per_day": 5,
        "min_stay_days": 7,
    } | changes
    for name in ("starts_on", "ends_on"):
        given[name] = date.fromisoformat(given[name])
    for name in ("latitude", "longitude"):
        given[name] = flat_degrees(given[name])
    return post_facts(**given)


def a_filter(**wanted: Any) -> Filter:  # Any: JSON
    return Filter.model_validate(wanted)


def only(field: str, value: object) -> dict[str, Any]:  # Any: so that it goes in as keywords
    return {field: value}


def fit(post: PostFacts, today: date | str = TODAY, **wanted: Any) -> bool:  # Any: JSON
    """What the rule says of a post and a filter."""
    day = date.fromisoformat(today) if isinstance(today, str) else today
    return fits(post, FilterFacts.of(a_filter(**wanted)), day_number(day))


def mask(places: Iterable[int]) -> int:
    return sum(1 << place for place in places)
