"""Why a post fits a filter or does not: for each named field whether it holds, with its numbers and no sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from haloop.core.vocabulary import vocabulary
from haloop.matching.facts import DEGREE, Day, FilterFacts, PostFacts, day_date
from haloop.matching.filter import OPTION_LIST_OF
from haloop.matching.predicate import ALL_OF, ANY_OF
from haloop.matching.rule import in_box


@dataclass(frozen=True, slots=True)
class RegionVerdict:
    """Any of the wanted regions; codes."""

    field: str
    holds: bool
    wanted: tuple[str, ...]
    offered: str


@dataclass(frozen=True, slots=True)
class BoxVerdict:
    """The public point in the box; degrees, the box as west, south, east, north."""

    field: str
    holds: bool
    wanted: tuple[float, float, float, float]
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class StayVerdict:
    """A date of the free time. `first` is the first day that counts (today at the earliest), `until` the last, None
    where it is open; `longest` the most days that one could stay within it, 0 or less where none is left."""

    field: str
    holds: bool
    wanted: date
    first: date
    until: date | None
    starts_on: date
    ends_on: date
    latest_arrival: date
    earliest_departure: date
    min_stay: int
    longest: int


@dataclass(frozen=True, slots=True)
class NumberVerdict:
    """A number: places, hours a day, or days of the shortest stay."""

    field: str
    holds: bool
    wanted: int
    offered: int


@dataclass(frozen=True, slots=True)
class OptionsVerdict:
    """Slugs in the vocabulary's order. `shared` are both wanted and offered; for `excluded_requirements` `wanted` are
    the excluded, `offered` the required, and `shared` those in the way."""

    field: str
    holds: bool
    wanted: tuple[str, ...]
    offered: tuple[str, ...]
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextVerdict:
    """Tokens of the text, and those that the post lacks; sorted."""

    field: str
    holds: bool
    wanted: tuple[str, ...]
    missing: tuple[str, ...]


Verdict = RegionVerdict | BoxVerdict | StayVerdict | NumberVerdict | OptionsVerdict | TextVerdict


@dataclass(frozen=True, slots=True)
class Explanation:
    """A verdict for each named field, in the order of the table; `open` says that the post can still be taken."""

    open: bool
    verdicts: tuple[Verdict, ...]

    @property
    def fits(self) -> bool:
        """What the rule says."""
        return self.open and all(verdict.holds for verdict in self.verdicts)

    @property
    def failing(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if not verdict.holds)

    def of(self, field: str) -> Verdict | None:
        """The verdict on a field, None where the filter does not name it."""
        return next((verdict for verdict in self.verdicts if verdict.field == field), None)


def explain(post: PostFacts, wanted: FilterFacts, today: Day) -> Explanation:
    """The rule, field by field, for a post taken as published."""
    return Explanation(post.latest_arrival >= today, tuple(_verdicts(post, wanted, today)))


def _verdicts(post: PostFacts, wanted: FilterFacts, today: Day) -> Iterator[Verdict]:
    named = frozenset(wanted.named())
    if "regions" in named:
        yield _region(post, wanted)
    if "bbox" in named:
        box = (wanted.west / DEGREE, wanted.south / DEGREE, wanted.east / DEGREE, wanted.north / DEGREE)
        yield BoxVerdict("bbox", in_box(post, wanted), box, post.latitude / DEGREE, post.longitude / DEGREE)
    yield from _stay(post, wanted, today, named)
    if "group_size" in named:
        yield NumberVerdict("group_size", wanted.group_size <= post.places, wanted.group_size, post.places)
    hours, stay = wanted.max_hours, wanted.max_min_stay
    if "max_hours_per_day" in named:
        yield NumberVerdict("max_hours_per_day", hours >= post.hours_per_day, hours, post.hours_per_day)
    if "max_min_stay_days" in named:
        yield NumberVerdict("max_min_stay_days", stay >= post.min_stay, stay, post.min_stay)
    for field in OPTION_LIST_OF:
        if field in named:
            yield _options(post, wanted, field)
    if "text" in named:
        missing = tuple(sorted(wanted.tokens - post.tokens))
        yield TextVerdict("text", not missing, tuple(sorted(wanted.tokens)), missing)


def _region(post: PostFacts, wanted: FilterFacts) -> RegionVerdict:
    regions = vocabulary().regions
    codes = tuple(regions[number - 1].code for number in sorted(wanted.regions))
    return RegionVerdict("regions", post.region in wanted.regions, codes, regions[post.region - 1].code)


def _stay(post: PostFacts, wanted: FilterFacts, today: Day, named: frozenset[str]) -> Iterator[StayVerdict]:
    if named.isdisjoint(("available_from", "available_until")):
        return
    first = max(wanted.from_day, today)
    last = min(post.ends, wanted.until_day)
    ends_free = "available_until" in named
    in_time = wanted.until_day >= max(post.earliest_departure, first + post.min_stay - 1)
    for field, holds, day in (
        ("available_from", post.latest_arrival >= first, wanted.from_day),
        ("available_until", in_time, wanted.until_day),
    ):
        if field in named:
            yield StayVerdict(
                field,
                holds,
                wanted=day_date(day),
                first=day_date(first),
                until=day_date(wanted.until_day) if ends_free else None,
                starts_on=day_date(post.starts),
                ends_on=day_date(post.ends),
                latest_arrival=day_date(post.latest_arrival),
                earliest_departure=day_date(post.earliest_departure),
                min_stay=post.min_stay,
                longest=last - max(post.starts, first) + 1,
            )


def _options(post: PostFacts, wanted: FilterFacts, field: str) -> OptionsVerdict:
    options = OPTION_LIST_OF[field]
    asked: int = getattr(wanted, field)
    offered: int = getattr(post, options)
    shared = asked & offered
    if field in ANY_OF:
        holds = shared != 0
    elif field in ALL_OF:
        holds = shared == asked
    else:
        holds = shared == 0
    slugs = (tuple(vocabulary().slugs(options, mask)) for mask in (asked, offered, shared))
    return OptionsVerdict(field, holds, *slugs)
