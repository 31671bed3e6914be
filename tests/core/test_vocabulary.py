"""The vocabulary only grows: an option's place is its bit, for ever."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from haloop.core.vocabulary import OPTION_LISTS, vocabulary

BITS = 63  # of a signed BIGINT
ORDER: dict[str, list[str]] = json.loads((Path(__file__).parent / "vocabulary_order.json").read_text("utf-8"))


def slugs() -> dict[str, list[str]]:
    words = vocabulary()
    lists = {name: [option.slug for option in words.options[name]] for name in OPTION_LISTS}
    return lists | {"regions": [region.code for region in words.regions]}


@pytest.mark.parametrize("name", [*OPTION_LISTS, "regions"])
def test_every_option_keeps_its_place_and_new_ones_follow(name: str) -> None:
    kept = ORDER[name]
    assert slugs()[name][: len(kept)] == kept, "options are never moved or removed, new ones are added at the end"
    assert slugs()[name] == kept, "write the new options into vocabulary_order.json: from now on they keep their place"


@pytest.mark.parametrize("name", OPTION_LISTS)
def test_a_list_has_no_more_options_than_bits(name: str) -> None:
    assert len(slugs()[name]) <= BITS


@pytest.mark.parametrize("name", [*OPTION_LISTS, "regions"])
def test_no_option_is_there_twice(name: str) -> None:
    assert len(set(slugs()[name])) == len(slugs()[name])


def test_every_option_is_labelled_in_both_languages() -> None:
    words = vocabulary()
    labels = [region.labels for region in words.regions]
    labels += [option.labels for name in OPTION_LISTS for option in words.options[name]]
    for entry in labels:
        assert set(entry) == {"en", "zh-TW"}
        assert all(entry.values())
