"""The rule explains itself, field by field."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from haloop.matching.explanation import (
    BoxVerdict,
    Explanation,
    NumberVerdict,
    OptionsVerdict,
    RegionVerdict,
    StayVerdict,
    TextVerdict,
    explain,
)
from haloop.matching.facts import FilterFacts, PostFacts, day_number

from .builders import TODAY, a_filter, a_post


def explanation(post: PostFacts, today: date = TODAY, **wanted: Any) -> Explanation:  # Any: JSON
    return explain(post, FilterFacts.of(a_filter(**wanted)), day_number(today))


def test_only_named_fields_are_spoken_of_in_the_order_of_the_table() -> None:
    assert explanation(a_post()).verdicts == ()
    said = explanation(
        a_post(), text="x", regions=["TW-HUA"], available_until="2026-12-31", available_from="2026-12-01"
    )
    assert [verdict.field for verdict in said.verdicts] == ["regions", "available_from", "available_until", "text"]


def test_a_post_whose_time_has_passed_fits_nothing_though_every_field_holds() -> None:
    said = explanation(a_post(), date(2027, 1, 1), group_size=1)
    assert not said.open
    assert not said.fits
    assert said.failing == ()


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"regions": ["TW-HUA", "TW-KEE"]}, RegionVerdict("regions", True, ("TW-KEE", "TW-HUA"), "TW-HUA")),
        (
            {"bbox": [121, 23, 121.5, 24]},
            BoxVerdict("bbox", False, (121.0, 23.0, 121.5, 24.0), 23.995, 121.605),
        ),
        ({"group_size": 3}, NumberVerdict("group_size", False, 3, 2)),
        ({"max_hours_per_day": 5}, NumberVerdict("max_hours_per_day", True, 5, 5)),
        ({"max_min_stay_days": 6}, NumberVerdict("max_min_stay_days", False, 6, 7)),
        (
            {"meals": ["dinner", "breakfast"]},
            OptionsVerdict("meals", True, ("breakfast", "dinner"), ("breakfast", "lunch"), ("breakfast",)),
        ),
        (
            {"amenities": ["wifi", "parking"]},
            OptionsVerdict("amenities", False, ("wifi", "parking"), ("wifi",), ("wifi",)),
        ),
        (
            {"excluded_requirements": ["own-scooter"]},
            OptionsVerdict("excluded_requirements", False, ("own-scooter",), ("own-scooter",), ("own-scooter",)),
        ),
        ({"text": "surf yoga"}, TextVerdict("text", False, ("surf", "yoga"), ("yoga",))),
    ],
)
def test_each_verdict_carries_its_numbers(wanted: dict[str, Any], expected: object) -> None:
    post = a_post(meals=["breakfast", "lunch"], amenities=["wifi"], requirements=["own-scooter"], title="Surf")
    said = explanation(post, **wanted)
    assert said.verdicts == (expected,)
    assert said.of(said.verdicts[0].field) == expected
    assert said.of("experiences") is None


def test_the_free_time_is_explained_with_its_days() -> None:
    said = explanation(a_post(), available_from="2026-11-01", available_until="2026-12-10")
    assert said.of("available_until") == StayVerdict(
        "available_until",
        True,
        wanted=date(2026, 12, 10),
        first=TODAY,
        until=date(2026, 12, 10),
        starts_on=date(2026, 12, 1),
        ends_on=date(2026, 12, 31),
        latest_arrival=date(2026, 12, 25),
        earliest_departure=date(2026, 12, 7),
        min_stay=7,
        longest=10,
    )


def test_too_short_a_time_fails_at_its_end_and_too_late_a_time_at_its_beginning() -> None:
    short = explanation(a_post(), available_from="2026-12-10", available_until="2026-12-12")
    assert [verdict.field for verdict in short.failing] == ["available_until"]
    late = explanation(a_post(), available_from="2026-12-26")
    assert [verdict.field for verdict in late.failing] == ["available_from"]
    assert isinstance(late.failing[0], StayVerdict)
    assert late.failing[0].until is None
