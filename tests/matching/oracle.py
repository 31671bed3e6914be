"""A slow judge that knows no formula: it walks over the days, looks at plain values, imports nothing of the rule."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

ONE_DAY = timedelta(days=1)
SCRIPTS = ("CJK UNIFIED", "IDEOGRAPHIC", "KATAKANA", "HIRAGANA", "HANGUL", "BOPOMOFO", "COMBINING KATAKANA")


@dataclass(frozen=True)
class PlainPost:
    """A post in a host's words. Options are places in the vocabulary, the point is in 1/100,000 of a degree."""

    region: str
    latitude: int
    longitude: int
    starts_on: date
    ends_on: date
    places: int
    hours_per_day: int
    min_stay_days: int
    options: Mapping[str, frozenset[int]]
    texts: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True)
class PlainFilter:
    """A filter in a helper's words; None and empty sets ask for nothing."""

    regions: frozenset[str]
    bbox: tuple[int, int, int, int] | None
    available_from: date | None
    available_until: date | None
    group_size: int | None
    max_hours_per_day: int | None
    max_min_stay_days: int | None
    sets: Mapping[str, frozenset[int]]
    text: str


def judge(post: PlainPost, wanted: PlainFilter, today: date) -> bool:
    return (
        (not wanted.regions or post.region in wanted.regions)
        and (wanted.bbox is None or lies_in(post.longitude, post.latitude, wanted.bbox))
        and can_stay(
            post.starts_on, post.ends_on, post.min_stay_days, wanted.available_from, wanted.available_until, today
        )
        and (wanted.group_size is None or post.places >= wanted.group_size)
        and (wanted.max_hours_per_day is None or post.hours_per_day <= wanted.max_hours_per_day)
        and (wanted.max_min_stay_days is None or post.min_stay_days <= wanted.max_min_stay_days)
        and has_options(post.options, wanted.sets)
        and has_words(post, wanted.text)
    )


@cache
def can_stay(
    starts_on: date, ends_on: date, min_stay: int, first: date | None, until: date | None, today: date
) -> bool:
    """Tries every day of arrival and of departure: is there a stay from today on that is long enough and in time?"""
    arrival = starts_on
    while arrival <= ends_on:
        departure, days = arrival, 1
        while departure <= ends_on:
            in_free_time = (first is None or arrival >= first) and (until is None or departure <= until)
            if arrival >= today and days >= min_stay and in_free_time:
                return True
            departure, days = departure + ONE_DAY, days + 1
        arrival += ONE_DAY
    return False


def lies_in(longitude: int, latitude: int, box: tuple[int, int, int, int]) -> bool:
    """Goes east from the western edge, round the world if need be. Longitudes are taken as they are written: 180 and
    -180 are not told to be the same (a public point, the centre of its cell, is neither)."""
    west, south, east, north = box
    way = [(west, east)] if west <= east else [(west, 18_000_000), (-18_000_000, east)]
    return south <= latitude <= north and any(begin <= longitude <= end for begin, end in way)


def has_options(offered: Mapping[str, frozenset[int]], wanted: Mapping[str, frozenset[int]]) -> bool:
    for field in ("job_types", "accommodations", "meals", "experiences"):
        if wanted[field] and not any(place in offered[field] for place in wanted[field]):
            return False
    for field in ("amenities", "environments"):
        if not all(place in offered[field] for place in wanted[field]):
            return False
    return not any(place in offered["requirements"] for place in wanted["excluded_requirements"])


def has_words(post: PlainPost, text: str) -> bool:
    offered: set[str] = set()
    for part in (*post.texts, *post.labels):
        for run in runs(part):
            offered |= words(run) | (set(run) if is_script(run[0]) else set())
    return all(word in offered for run in runs(text) for word in words(run))


@cache
def runs(text: str) -> tuple[str, ...]:
    """Letter by letter: a run ends at what is no letter and where the kind of script changes."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFD", plain)
        if unicodedata.category(letter) != "Mn" or letter in "\u3099\u309a"
    )
    plain = unicodedata.normalize("NFC", plain).replace("臺", "台")
    found = [""]
    for letter in plain:
        if not (letter.isalnum() or letter in "\u3099\u309a"):
            found.append("")
        elif found[-1] and is_script(found[-1][-1]) != is_script(letter):
            found.append(letter)
        else:
            found[-1] += letter
    return tuple(run for run in found if run)


def words(run: str) -> set[str]:
    if not is_script(run[0]):
        return {run[:64]}
    return {a + b for a, b in pairwise(run)} or {run}


@cache
def is_script(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(SCRIPTS)
