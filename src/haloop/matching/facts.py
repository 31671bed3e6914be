"""A post and a filter as flat rows of whole numbers, the only things the rule looks at."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from typing import Final
from uuid import UUID

from haloop.core.vocabulary import OPTION_LISTS, vocabulary
from haloop.matching.filter import OPTION_LIST_OF, Filter
from haloop.matching.tokens import post_tokens, query_tokens

Mask = int  # one bit per option, its place in the vocabulary
Day = int  # days since 1970-01-01

EPOCH: Final = date(1970, 1, 1).toordinal()
DEGREE: Final = 100_000  # a point is kept in hundred thousandths of a degree

# Sentinels of what is not named: no post and no named field reaches them, and sums with them stay below 2**31.
FIRST_DAY: Final = -1_000_000
LAST_DAY: Final = 10_000_000
MANY: Final = 10_000_000
ALL_ROUND: Final = 200 * DEGREE


def day_number(day: date) -> Day:
    return day.toordinal() - EPOCH


def day_date(number: Day) -> date:
    return date.fromordinal(number + EPOCH)


def flat_degrees(degrees: float) -> int:
    """Degrees as a whole number of hundred thousandths."""
    return round(degrees * DEGREE)


@dataclass(frozen=True, slots=True)
class PostFacts:
    """What the rule knows of a post. `starts`, `ends`: its first and last day; `region`: the vocabulary's number."""

    post_id: UUID
    host_id: UUID
    owner_id: UUID
    region: int
    latitude: int
    longitude: int
    starts: Day
    ends: Day
    places: int
    hours_per_day: int
    min_stay: int
    job_types: Mask
    accommodations: Mask
    amenities: Mask
    meals: Mask
    experiences: Mask
    environments: Mask
    requirements: Mask
    tokens: frozenset[str]

    @property
    def latest_arrival(self) -> Day:
        return self.ends - self.min_stay + 1

    @property
    def earliest_departure(self) -> Day:
        return self.starts + self.min_stay - 1

    def to_json(self) -> str:
        """JSON text that is equal for equal facts."""
        ids = {name: str(getattr(self, name)) for name in ("post_id", "host_id", "owner_id")}
        return _json_text({**asdict(self), **ids, "tokens": sorted(self.tokens)})

    @classmethod
    def from_json(cls, text: str) -> PostFacts:
        data = json.loads(text)
        ids = {name: UUID(data[name]) for name in ("post_id", "host_id", "owner_id")}
        return cls(**{**data, **ids, "tokens": frozenset(data["tokens"])})


@dataclass(frozen=True, slots=True)
class FilterFacts:
    """What the rule knows of a filter; sentinels stand for what is not named. `span` is the number of days from
    `from_day` to `until_day`; west > east crosses the 180th meridian; no region means anywhere."""

    regions: frozenset[int] = frozenset()
    west: int = -ALL_ROUND
    south: int = -ALL_ROUND
    east: int = ALL_ROUND
    north: int = ALL_ROUND
    from_day: Day = FIRST_DAY
    until_day: Day = LAST_DAY
    span: int = MANY
    group_size: int = 0
    max_hours: int = MANY
    max_min_stay: int = MANY
    job_types: Mask = 0
    accommodations: Mask = 0
    meals: Mask = 0
    experiences: Mask = 0
    amenities: Mask = 0
    environments: Mask = 0
    excluded_requirements: Mask = 0
    tokens: frozenset[str] = frozenset()

    @classmethod
    def of(cls, wanted: Filter) -> FilterFacts:
        words = vocabulary()
        flat: dict[str, int] = {
            field: words.mask(options, getattr(wanted, field)) for field, options in OPTION_LIST_OF.items()
        }
        if wanted.bbox:
            flat |= zip(("west", "south", "east", "north"), map(flat_degrees, wanted.bbox), strict=True)
        if wanted.available_from:
            flat["from_day"] = day_number(wanted.available_from)
        if wanted.available_until:
            flat["until_day"] = day_number(wanted.available_until)
        if wanted.available_from and wanted.available_until:
            flat["span"] = flat["until_day"] - flat["from_day"] + 1
        return cls(
            regions=frozenset(words.region(code).number for code in wanted.regions),
            group_size=wanted.group_size or 0,
            max_hours=wanted.max_hours_per_day or MANY,
            max_min_stay=wanted.max_min_stay_days or MANY,
            tokens=query_tokens(wanted.text or ""),
            **flat,
        )

    def named(self) -> tuple[str, ...]:
        """The filter's fields that ask for something, in the order of the table."""
        nothing = _NOTHING
        asks = {
            "regions": self.regions,
            "bbox": self.west != nothing.west,
            "available_from": self.from_day != nothing.from_day,
            "available_until": self.until_day != nothing.until_day,
            "group_size": self.group_size,
            "max_hours_per_day": self.max_hours != nothing.max_hours,
            "max_min_stay_days": self.max_min_stay != nothing.max_min_stay,
            **{field: getattr(self, field) for field in OPTION_LIST_OF},
            "text": self.tokens,
        }
        return tuple(field for field, asked in asks.items() if asked)

    def to_json(self) -> str:
        """JSON text that is equal for equal facts."""
        return _json_text({**asdict(self), "regions": sorted(self.regions), "tokens": sorted(self.tokens)})

    @classmethod
    def from_json(cls, text: str) -> FilterFacts:
        data = json.loads(text)
        return cls(**{**data, "regions": frozenset(data["regions"]), "tokens": frozenset(data["tokens"])})


_NOTHING: Final = FilterFacts()


def post_facts(
    *,
    post_id: UUID,
    host_id: UUID,
    owner_id: UUID,
    region: str,
    latitude: int,
    longitude: int,
    starts_on: date,
    ends_on: date,
    places: int,
    hours_per_day: int,
    min_stay_days: int,
    job_types: Iterable[str] | Mask = 0,
    accommodations: Iterable[str] | Mask = 0,
    amenities: Iterable[str] | Mask = 0,
    meals: Iterable[str] | Mask = 0,
    experiences: Iterable[str] | Mask = 0,
    environments: Iterable[str] | Mask = 0,
    requirements: Iterable[str] | Mask = 0,
    title: str = "",
    description: str = "",
    benefits: str = "",
    host_name: str = "",
    locality: str | None = None,
) -> PostFacts:
    """The facts of a post and its host. `region` is a code; latitude and longitude are the host's public point in
    degrees × 100,000 (`flat_degrees`); options are slugs or a mask. Labels of region and options become tokens."""
    given = (job_types, accommodations, amenities, meals, experiences, environments, requirements)
    masks = {name: _mask(name, options) for name, options in zip(OPTION_LISTS, given, strict=True)}
    tokens = post_tokens(title, description, benefits, host_name, locality or "")
    return PostFacts(
        post_id=post_id,
        host_id=host_id,
        owner_id=owner_id,
        region=vocabulary().region(region).number,
        latitude=latitude,
        longitude=longitude,
        starts=day_number(starts_on),
        ends=day_number(ends_on),
        places=places,
        hours_per_day=hours_per_day,
        min_stay=min_stay_days,
        tokens=tokens.union(_region_tokens(region), *(_option_tokens(name, mask) for name, mask in masks.items())),
        **masks,
    )


def _mask(name: str, options: Iterable[str] | Mask) -> Mask:
    return options if isinstance(options, int) else vocabulary().mask(name, options)


@cache
def _region_tokens(code: str) -> frozenset[str]:
    return post_tokens(*vocabulary().region(code).labels.values())


@cache
def _label_tokens(name: str) -> tuple[frozenset[str], ...]:
    return tuple(post_tokens(*option.labels.values()) for option in vocabulary().options[name])


def _option_tokens(name: str, mask: Mask) -> frozenset[str]:
    return frozenset[str]().union(*(tokens for place, tokens in enumerate(_label_tokens(name)) if mask >> place & 1))


def _json_text(data: dict[str, object]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
