"""The fixed option lists with their places (an option's bit), labels and the regions' centres."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

OPTION_LISTS = (
    "job_types",
    "accommodations",
    "amenities",
    "meals",
    "experiences",
    "environments",
    "requirements",
)


@dataclass(frozen=True, slots=True)
class Option:
    slug: str
    labels: dict[str, str]  # by language: "en", "zh-TW"


@dataclass(frozen=True, slots=True)
class Region:
    """`number` is the region's place counted from 1 (0 means anywhere); the centre is in degrees."""

    code: str
    number: int
    labels: dict[str, str]
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    options: dict[str, tuple[Option, ...]]
    regions: tuple[Region, ...]
    _bits: dict[str, dict[str, int]]
    _regions: dict[str, Region]

    def mask(self, name: str, slugs: Iterable[str]) -> int:
        """One bit per option; raises KeyError for a slug that the list does not have."""
        bits = self._bits[name]
        mask = 0
        for slug in slugs:
            mask |= bits[slug]
        return mask

    def slugs(self, name: str, mask: int) -> list[str]:
        """The options of a mask, in the vocabulary's order."""
        options, slugs = self.options[name], list[str]()
        mask &= (1 << len(options)) - 1
        while mask:
            lowest = mask & -mask
            slugs.append(options[lowest.bit_length() - 1].slug)
            mask ^= lowest
        return slugs

    def has(self, name: str, slug: str) -> bool:
        return slug in self._bits[name]

    def label(self, name: str, slug: str, language: str) -> str:
        place = self._bits[name][slug].bit_length() - 1
        return self.options[name][place].labels[language]

    def region(self, code: str) -> Region:
        return self._regions[code]

    def has_region(self, code: str) -> bool:
        return code in self._regions


def _labels(entry: dict[str, str]) -> dict[str, str]:
    return {"en": entry["en"], "zh-TW": entry["zh-TW"]}


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary of the package; it only grows, see tests/core/test_vocabulary.py."""
    data = json.loads(files("haloop.core").joinpath("data/vocabulary.json").read_text("utf-8"))
    options = {name: tuple(Option(entry["slug"], _labels(entry)) for entry in data[name]) for name in OPTION_LISTS}
    regions = tuple(
        Region(entry["code"], place + 1, _labels(entry), entry["latitude"], entry["longitude"])
        for place, entry in enumerate(data["regions"])
    )
    bits = {name: {option.slug: 1 << place for place, option in enumerate(list_)} for name, list_ in options.items()}
    return Vocabulary(options, regions, bits, {region.code: region for region in regions})
