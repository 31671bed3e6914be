"""The filter is strict about JSON, generous about a URL's text, and comes back from both as it was."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from haloop.core.vocabulary import vocabulary
from haloop.matching.filter import FIELDS, OPTION_LIST_OF, Filter, openapi_parameters

from .builders import a_filter, only


def refused(**wanted: Any) -> list[tuple[tuple[int | str, ...], str]]:  # Any: JSON
    """Where and why a filter is refused."""
    with pytest.raises(ValidationError) as raised:
        a_filter(**wanted)
    return [(error["loc"], error["type"]) for error in raised.value.errors()]


def refused_query(query: str) -> list[tuple[tuple[int | str, ...], str]]:
    with pytest.raises(ValidationError) as raised:
        Filter.from_query(pairs(query))
    return [(error["loc"], error["type"]) for error in raised.value.errors()]


def pairs(query: str) -> list[tuple[str, str]]:
    split = [part.partition("=") for part in query.split("&")]
    return [(name, value) for name, _, value in split]


def test_the_fields_stand_in_the_order_of_the_table() -> None:
    assert FIELDS == (
        "regions", "bbox", "available_from", "available_until", "group_size", "max_hours_per_day",
        "max_min_stay_days", "job_types", "accommodations", "meals", "experiences", "amenities", "environments",
        "excluded_requirements", "text",
    )  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("empty", [None, "", []])
def test_an_empty_field_is_not_named(field: str, empty: object) -> None:
    assert Filter.model_validate({field: empty}) == Filter()
    assert Filter().named() == ()
    assert Filter().to_json() == {}


@pytest.mark.parametrize("text", ["  ", "!?", "🏄", "_ '"])
def test_a_text_without_a_token_is_not_named(text: str) -> None:
    assert a_filter(text=text) == Filter()


def test_sets_lose_repeats_and_stand_in_the_vocabulary_s_order() -> None:
    wanted = a_filter(meals=["dinner", "breakfast", "dinner"], regions=["TW-LIE", "TW-KEE", "TW-LIE"])
    assert wanted.meals == ("breakfast", "dinner")
    assert wanted.regions == ("TW-KEE", "TW-LIE")


@pytest.mark.parametrize("field", ["regions", *OPTION_LIST_OF])
def test_an_unknown_option_is_refused_at_its_place(field: str) -> None:
    assert refused(**only(field, ["no-such-thing"])) == [((field, 0), "unknown_option")]


@pytest.mark.parametrize(
    ("wanted", "loc", "why"),
    [
        ({"group_size": "2"}, ("group_size",), "int_type"),
        ({"group_size": True}, ("group_size",), "int_type"),
        ({"group_size": 2.0}, ("group_size",), "int_type"),
        ({"group_size": 0}, ("group_size",), "greater_than_equal"),
        ({"group_size": 51}, ("group_size",), "less_than_equal"),
        ({"max_hours_per_day": 25}, ("max_hours_per_day",), "less_than_equal"),
        ({"max_min_stay_days": 366}, ("max_min_stay_days",), "less_than_equal"),
        ({"max_min_stay_days": 10**30}, ("max_min_stay_days",), "less_than_equal"),
        ({"regions": "TW-HUA"}, ("regions",), "tuple_type"),
        ({"regions": {"TW-HUA": 1}}, ("regions",), "tuple_type"),
        ({"meals": [1]}, ("meals", 0), "string_type"),
        ({"meals": [None]}, ("meals", 0), "string_type"),
        ({"available_from": 5}, ("available_from",), "date_type"),
        ({"available_from": True}, ("available_from",), "date_type"),
        ({"available_from": "20261201"}, ("available_from",), "date_format"),
        ({"available_from": "2026-W01-1"}, ("available_from",), "date_format"),
        ({"available_from": "2026-12-01T00:00:00"}, ("available_from",), "date_format"),
        ({"available_from": "２０２６-12-01"}, ("available_from",), "date_format"),
        ({"available_from": "2026-02-30"}, ("available_from",), "date_format"),
        ({"available_from": "1969-12-31"}, ("available_from",), "greater_than_equal"),
        ({"available_from": datetime(2026, 1, 1, tzinfo=UTC)}, ("available_from",), "date_type"),
        ({"available_from": "2026-12-02", "available_until": "2026-12-01"}, ("available_until",), "until_before_from"),
        ({"bbox": "1,2,3,4"}, ("bbox",), "tuple_type"),
        ({"bbox": [1, 2, 3]}, ("bbox", 3), "missing"),
        ({"bbox": [1, 2, 3, 4, 5]}, ("bbox",), "too_long"),
        ({"bbox": [1, 2, 3, True]}, ("bbox", 3), "float_type"),
        ({"bbox": [1, 2, 3, "4"]}, ("bbox", 3), "float_type"),
        ({"bbox": [1, 2, 3, float("nan")]}, ("bbox", 3), "finite_number"),
        ({"bbox": [1, 2, 3, float("inf")]}, ("bbox", 3), "finite_number"),
        ({"bbox": [-180.00001, 2, 3, 4]}, ("bbox", 0), "greater_than_equal"),
        ({"bbox": [1, 2, 180.00001, 4]}, ("bbox", 2), "less_than_equal"),
        ({"bbox": [1, -91, 3, 4]}, ("bbox", 1), "greater_than_equal"),
        ({"bbox": [1, 5, 3, 4]}, ("bbox",), "south_above_north"),
        ({"text": 3}, ("text",), "string_type"),
        ({"text": "x" * 101}, ("text",), "string_too_long"),
        ({"text": "a\x00b"}, ("text",), "control_character"),
        ({"text": "a\ud800"}, ("text",), "control_character"),
        ({"meals": ["break\x07fast"]}, ("meals", 0), "control_character"),
        ({"sort": "newest"}, ("sort",), "extra_forbidden"),
    ],
)
def test_json_is_refused_at_the_field_that_does_not_hold(
    wanted: dict[str, Any], loc: tuple[int | str, ...], why: str
) -> None:
    assert refused(**wanted) == [(loc, why)]


def test_limits_themselves_are_allowed() -> None:
    a_filter(
        bbox=[-180, -90, 180, 90],
        available_from="1970-01-01",
        available_until="9999-12-31",
        group_size=50,
        max_hours_per_day=24,
        max_min_stay_days=365,
        regions=[region.code for region in vocabulary().regions],
        text="東" * 100,
    )
    a_filter(available_from="2026-12-01", available_until="2026-12-01", bbox=[1, 2, 1, 2])


def test_at_most_fifty_regions_are_named() -> None:
    a_filter(regions=["TW-HUA"] * 50)
    assert refused(regions=["TW-HUA"] * 51) == [(("regions",), "too_long")]


def test_a_text_has_at_most_32_tokens() -> None:
    a_filter(text=" ".join(str(number) for number in range(32)))
    assert refused(text=" ".join(str(number) for number in range(33))) == [(("text",), "too_many_words")]


def test_strings_are_cleaned() -> None:
    assert a_filter(text="  cafe\u0301 ").text == "café"
    assert a_filter(text="x" * 100 + "  ").text == "x" * 100


def test_a_box_has_five_decimals_and_no_minus_zero() -> None:
    assert a_filter(bbox=[121.1234567, -0.000001, 122, 23.999999]).to_json() == {"bbox": [121.12346, 0.0, 122.0, 24.0]}
    assert str(a_filter(bbox=[-0.0, -0.0, 1, 1]).bbox) == "(0.0, 0.0, 1.0, 1.0)"


def test_a_query_collects_names_and_ignores_what_is_no_field() -> None:
    wanted = Filter.from_query(
        pairs(
            "meals=dinner&sort=newest&meals=breakfast&bbox=170,-10.5,-170,10&group_size=2&available_from=2026-12-01"
            "&text=surf&job_types=&cursor=x&utm=1"
        )
    )
    assert wanted == a_filter(
        meals=["breakfast", "dinner"],
        bbox=[170, -10.5, -170, 10],
        group_size=2,
        available_from="2026-12-01",
        text="surf",
    )


def test_of_a_repeated_number_or_date_the_last_counts_and_empty_values_mean_nothing() -> None:
    query = "group_size=1&group_size=3&group_size=&available_from=2026-12-01&available_from=2026-12-02&bbox="
    assert Filter.from_query(pairs(query)) == a_filter(group_size=3, available_from="2026-12-02")


@pytest.mark.parametrize(
    ("query", "loc"),
    [
        ("group_size=two", ("group_size",)),
        ("group_size=2.0", ("group_size",)),
        ("group_size=٣", ("group_size",)),
        ("group_size=" + "9" * 5000, ("group_size",)),
        ("group_size=-1", ("group_size",)),
        ("available_from=tomorrow", ("available_from",)),
        ("bbox=1,2,3", ("bbox", 3)),
        ("bbox=1,2,3,x", ("bbox", 3)),
        ("bbox=1,2,3,nan", ("bbox", 3)),
        ("bbox=1,2,3,1e999", ("bbox", 3)),
        ("bbox=1,2,,4", ("bbox", 2)),
        ("meals=breakfast,dinner", ("meals", 0)),
        ("text=" + "x" * 101, ("text",)),
    ],
)
def test_a_bad_query_is_refused_at_its_field(query: str, loc: tuple[int | str, ...]) -> None:
    assert [where for where, _ in refused_query(query)] == [loc]


dates = st.dates(date(1970, 1, 1), date(9999, 12, 31))
degrees = st.floats(-90, 90)


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    words = vocabulary()
    sets = {
        field: draw(st.lists(st.sampled_from([option.slug for option in words.options[of]]), max_size=4))
        for field, of in OPTION_LIST_OF.items()
    }
    south, north = sorted((draw(degrees), draw(degrees)))
    first, until = sorted((draw(dates), draw(dates)))
    wanted: dict[str, Any] = sets | {
        "regions": draw(st.lists(st.sampled_from([region.code for region in words.regions]), max_size=4)),
        "bbox": draw(st.none() | st.tuples(st.floats(-180, 180), st.just(south), st.floats(-180, 180), st.just(north))),
        "available_from": draw(st.sampled_from([None, first])),
        "available_until": draw(st.sampled_from([None, until])),
        "group_size": draw(st.none() | st.integers(1, 50)),
        "max_hours_per_day": draw(st.none() | st.integers(1, 24)),
        "max_min_stay_days": draw(st.none() | st.integers(1, 365)),
        "text": draw(st.none() | st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20)),
    }
    return Filter.model_validate(wanted)


@given(filters())
def test_a_filter_comes_back_from_its_query_and_its_json(wanted: Filter) -> None:
    assert Filter.from_query(wanted.to_query()) == wanted
    assert Filter.model_validate(wanted.to_json()) == wanted
    assert Filter.model_validate_json(json.dumps(wanted.to_json())) == wanted
    assert tuple(wanted.to_json()) == wanted.named()


@given(filters())
def test_without_a_field_the_rest_stays(wanted: Filter) -> None:
    for field in wanted.named():
        rest = wanted.without(field)
        assert rest.named() == tuple(name for name in wanted.named() if name != field)
        assert rest.with_value(field, wanted.to_json()[field]) == wanted


def test_with_a_value_the_limits_still_hold() -> None:
    assert a_filter(group_size=2, text="surf").with_value("group_size", 1) == a_filter(group_size=1, text="surf")
    with pytest.raises(ValidationError):
        a_filter(group_size=2).with_value("group_size", 0)


def test_inside_another_model_it_is_written_with_its_named_fields_alone() -> None:
    class Wish(BaseModel):
        filter: Filter

    wish = Wish.model_validate({"filter": {"available_from": "2026-12-01", "text": None}})
    assert wish.model_dump() == {"filter": {"available_from": "2026-12-01"}}
    assert wish.model_dump_json() == '{"filter":{"available_from":"2026-12-01"}}'
    assert Wish.model_json_schema() == Wish.model_json_schema(mode="serialization")
    schema = Wish.model_json_schema()["$defs"]["Filter"]
    assert tuple(schema["properties"]) == FIELDS
    assert schema["additionalProperties"] is False


def test_openapi_knows_every_field_with_its_options_and_limits() -> None:
    parameters = {parameter["name"]: parameter for parameter in openapi_parameters()}
    assert tuple(parameters) == FIELDS
    assert all(parameter["in"] == "query" and not parameter["required"] for parameter in parameters.values())
    assert "breakfast" in parameters["meals"]["schema"]["items"]["enum"]
    assert parameters["group_size"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 50}
    assert parameters["meals"]["explode"]
    assert not parameters["bbox"]["explode"]
