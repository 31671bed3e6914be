"""The rule, row by row of the table, at its edges."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from haloop.matching.facts import FilterFacts, PostFacts, day_number
from haloop.matching.filter import Filter
from haloop.matching.rule import fits

from .builders import TODAY, a_filter, a_post, fit, only


def test_a_filter_without_any_field_fits_every_open_post() -> None:
    assert fit(a_post())
    assert FilterFacts.of(Filter()) == FilterFacts()


@pytest.mark.parametrize(("today", "open_"), [("2026-12-24", True), ("2026-12-25", True), ("2026-12-26", False)])
def test_a_post_is_open_until_its_latest_arrival(today: str, open_: bool) -> None:
    assert fit(a_post(ends_on="2026-12-31", min_stay_days=7), today) is open_


def test_any_of_the_regions() -> None:
    assert fit(a_post(region="TW-HUA"), regions=["TW-KEE", "TW-HUA"])
    assert not fit(a_post(region="TW-HUA"), regions=["TW-KEE"])


@pytest.mark.parametrize(
    ("box", "inside"),
    [
        ([121, 23, 122, 24], True),
        ([121.605, 23.995, 121.605, 23.995], True),
        ([121.60501, 23, 122, 24], False),
        ([121, 23, 121.60499, 24], False),
        ([121, 23.99501, 122, 24], False),
        ([121, 23, 122, 23.99499], False),
        ([-180, -90, 180, 90], True),
        ([170, 23, -170, 24], False),
        ([121.605, 23, -170, 24], True),
        ([170, 23, 121.605, 24], True),
    ],
)
def test_the_point_lies_in_the_box_edges_included(box: list[float], inside: bool) -> None:
    assert fit(a_post(latitude=23.995, longitude=121.605), bbox=box) is inside


def test_a_box_crosses_the_180th_meridian() -> None:
    for longitude in (175.0, 180.0, -180.0, -175.0):
        assert fit(a_post(longitude=longitude), bbox=[175, 20, -175, 30])
    for longitude in (174.99999, -174.99999, 0.0):
        assert not fit(a_post(longitude=longitude), bbox=[175, 20, -175, 30])


STAY: dict[str, Any] = {"starts_on": "2026-12-01", "ends_on": "2026-12-31", "min_stay_days": 7}


@pytest.mark.parametrize(
    ("available_from", "available_until", "possible"),
    [
        ("2026-12-25", None, True),
        ("2026-12-26", None, False),
        (None, "2026-12-07", True),
        (None, "2026-12-06", False),
        ("2026-12-10", "2026-12-16", True),
        ("2026-12-10", "2026-12-15", False),
        ("2026-12-25", "2026-12-31", True),
        ("2026-12-25", "2026-12-30", False),
        ("2026-11-01", "2026-12-07", True),
        (None, "2026-11-23", False),
    ],
)
def test_the_stay_can_happen_in_the_free_time(
    available_from: str | None, available_until: str | None, possible: bool
) -> None:
    assert fit(a_post(**STAY), available_from=available_from, available_until=available_until) is possible


def test_the_free_time_begins_today_at_the_earliest() -> None:
    wanted: dict[str, Any] = {"available_from": "2026-11-01", "available_until": "2026-12-20"}
    assert fit(a_post(**STAY), "2026-12-14", **wanted)
    assert not fit(a_post(**STAY), "2026-12-15", **wanted)
    assert not fit(a_post(**STAY), "2026-12-15", available_until="2026-12-20")


def test_a_post_of_one_day_fits_that_day() -> None:
    day: dict[str, Any] = {"starts_on": "2026-12-05", "ends_on": "2026-12-05", "min_stay_days": 1}
    assert fit(a_post(**day), "2026-12-05", available_from="2026-12-05", available_until="2026-12-05")
    assert not fit(a_post(**day), "2026-12-06")


@pytest.mark.parametrize(
    ("offered", "wanted", "holds"),
    [
        ({"places": 2}, {"group_size": 2}, True),
        ({"places": 2}, {"group_size": 3}, False),
        ({"hours_per_day": 5}, {"max_hours_per_day": 5}, True),
        ({"hours_per_day": 5}, {"max_hours_per_day": 4}, False),
        ({"min_stay_days": 7}, {"max_min_stay_days": 7}, True),
        ({"min_stay_days": 7}, {"max_min_stay_days": 6}, False),
    ],
)
def test_numbers_hold_up_to_their_edge(offered: dict[str, Any], wanted: dict[str, Any], holds: bool) -> None:
    assert fit(a_post(**offered), **wanted) is holds


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("job_types", "farming", "reception"),
        ("accommodations", "tent", "bunk-bed"),
        ("meals", "breakfast", "dinner"),
        ("experiences", "surfing", "diving"),
    ],
)
def test_any_of_the_options_will_do(field: str, one: str, other: str) -> None:
    assert fit(a_post(**only(field, [one])), **only(field, [one, other]))
    assert not fit(a_post(**only(field, [one])), **only(field, [other]))
    assert not fit(a_post(), **only(field, [other]))


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [("amenities", "wifi", "parking"), ("environments", "pet-friendly", "step-free")],
)
def test_all_of_the_options_are_needed(field: str, one: str, other: str) -> None:
    assert fit(a_post(**only(field, [one, other])), **only(field, [one]))
    assert fit(a_post(**only(field, [one, other])), **only(field, [one, other]))
    assert not fit(a_post(**only(field, [one])), **only(field, [one, other]))


def test_none_of_the_excluded_requirements_is_asked_for() -> None:
    post = a_post(requirements=["heavy-lifting"])
    assert fit(post, excluded_requirements=["car-licence"])
    assert not fit(post, excluded_requirements=["car-licence", "heavy-lifting"])
    assert fit(a_post(), excluded_requirements=["heavy-lifting"])


def test_any_of_in_one_field_does_not_excuse_another() -> None:
    post = a_post(job_types=["farming"], meals=["breakfast"])
    assert not fit(post, job_types=["farming"], meals=["dinner"])


@pytest.mark.parametrize("part", ["title", "description", "benefits", "host_name", "locality"])
def test_every_word_of_the_text_is_in_the_post(part: str) -> None:
    post = a_post(**only(part, "咖啡 garden"))
    assert fit(post, text="Garden 咖啡")
    assert fit(post, text="啡")
    assert not fit(post, text="garden party")


@pytest.mark.parametrize("text", ["Hualien", "花蓮", "farming", "農務", "breakfast", "heavy lifting"])
def test_labels_of_region_and_options_are_words_of_the_post(text: str) -> None:
    assert fit(a_post(job_types=["farming"], meals=["breakfast"], requirements=["heavy-lifting"]), text=text)


def test_words_may_come_from_different_parts() -> None:
    assert fit(a_post(title="Surf hostel", locality="壽豐"), text="壽豐 surf hualien")


def test_the_last_place_of_a_mask_counts() -> None:
    bit = 1 << 62
    post = a_post(job_types=bit, amenities=bit, requirements=bit)
    day = day_number(TODAY)
    nothing = FilterFacts()
    assert fits(post, dataclasses.replace(nothing, job_types=bit, amenities=bit), day)
    assert not fits(post, dataclasses.replace(nothing, excluded_requirements=bit), day)
    assert not fits(a_post(), dataclasses.replace(nothing, amenities=bit), day)


def test_the_last_day_of_all_overflows_nowhere() -> None:
    assert not fit(a_post(), available_from="9999-12-31", available_until="9999-12-31")
    assert fit(a_post(), available_from="1970-01-01", available_until="9999-12-31")


def test_facts_come_back_from_their_json() -> None:
    post = a_post(title="臺東 café", job_types=1 << 62)
    assert PostFacts.from_json(post.to_json()) == post
    assert PostFacts.from_json(post.to_json()).to_json() == post.to_json()
    everything = a_filter(
        regions=["TW-HUA"], bbox=[170, -10, -170, 10], available_from="2026-12-01", text="臺東", meals=["dinner"]
    )
    for wanted in (FilterFacts(), FilterFacts.of(everything)):
        assert FilterFacts.from_json(wanted.to_json()) == wanted


def test_flat_facts_know_which_fields_are_named() -> None:
    for wanted in (
        Filter(),
        a_filter(bbox=[-180, -90, 180, 90], group_size=1, max_hours_per_day=24, max_min_stay_days=365),
        a_filter(regions=["TW-HUA"], available_from="1970-01-01", available_until="9999-12-31", text="a"),
        a_filter(job_types=["farming"], meals=["dinner"], amenities=["wifi"], excluded_requirements=["own-scooter"]),
    ):
        assert FilterFacts.of(wanted).named() == wanted.named()
