"""The demo's content as values: hosts with their offers, helpers with their subscriptions, what they write to each
other, ready prints.

The `.toml` files beside this module are written by hand. A host has texts; a text carries what its offers share, each
offer says what differs, and an offer becomes one post.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Literal, TypeAlias

from haloop.core.vocabulary import OPTION_LISTS

SIZES = (1200, 960, 480)
LARGEST = (1200, 800)  # all prints are alike
FILES = ("north", "west", "south", "east", "islands")

# What a TOML table holds is known only once it is put into a dataclass below.
Table: TypeAlias = Mapping[str, Any]
FilterValue: TypeAlias = str | int | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """One post to be: days are counted from the day of seeding, pictures are print names, the first is the cover."""

    title: str
    description: str
    benefits: str
    starts_in_days: int
    lasts_days: int
    places: int
    hours_per_day: int
    days_per_week: int
    min_stay_days: int
    job_types: tuple[str, ...]
    accommodations: tuple[str, ...]
    amenities: tuple[str, ...]
    meals: tuple[str, ...]
    experiences: tuple[str, ...]
    environments: tuple[str, ...]
    requirements: tuple[str, ...]
    pictures: tuple[str, ...]
    published_days_ago: float


@dataclass(frozen=True, slots=True)
class Host:
    """A place with its offers; `language` ("en" or "zh-TW") is that of all its words, `portrait` a print name."""

    key: str
    language: str
    name: str
    description: str
    locality: str
    region: str
    address: str
    latitude: float
    longitude: float
    portrait: str
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A named filter; `available_from_in_days` and `available_until_in_days` stand for its dates, from the seeding."""

    name: str
    filter: Mapping[str, FilterValue]


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who looks for a place to help."""

    key: str
    language: str
    name: str
    bio: str
    subscriptions: tuple[Subscription, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A message; `asks` names the conversation's post with it."""

    side: Literal["helper", "host"]
    hours_ago: float
    body: str
    asks: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation about a post (by its title); `unread_by` says how many of the last messages a side has
    not seen."""

    helper: str
    host: str
    post: str
    unread_by: Mapping[str, int]
    messages: tuple[Said, ...]


@cache
def hosts() -> tuple[Host, ...]:
    """Every host, the north first, the islands last; `trial-host` is the one of the trial account."""
    return tuple(_host(table) for name in FILES for table in _read(name)["hosts"])


@cache
def helpers() -> tuple[Helper, ...]:
    """Every demo helper; `visitor` is the one of the trial account."""
    return tuple(_helper(table) for table in _read("people")["helpers"])


@cache
def talks() -> tuple[Talk, ...]:
    """Conversations of helpers and hosts; some are of the trial accounts."""
    return tuple(
        Talk(
            helper=table["helper"],
            host=table["host"],
            post=table["post"],
            unread_by=table.get("unread", {}),
            messages=tuple(
                Said(line["from"], float(line["hours_ago"]), line["body"], line.get("asks", False))
                for line in table["messages"]
            ),
        )
        for table in _read("talks")["talks"]
    )


def alt(print_name: str, language: str) -> str:
    """What a print shows, in "en" or "zh-TW"; KeyError for an unknown print or language."""
    text: str = _alts()[print_name][language]
    return text


def print_names() -> tuple[str, ...]:
    """Every print that has an alt text, the two posters of the home page included."""
    return tuple(_alts())


def print_path(print_name: str, size: int) -> Traversable:
    """The WebP file of a print whose longest side is `size` pixels, one of `SIZES`."""
    return files(__package__) / "prints" / f"{print_name}-{size}.webp"


def print_size(print_name: str) -> tuple[int, int]:
    """Width and height in pixels of a print's largest file; KeyError for an unknown print."""
    _alts()[print_name]
    return LARGEST


def _read(name: str) -> Table:
    return tomllib.loads((files(__package__) / "content" / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def _alts() -> Table:
    return _read("prints")


def _host(table: Table) -> Host:
    latitude, longitude = table["point"]
    return Host(
        key=table["key"],
        language=table["language"],
        name=table["name"],
        description=table["description"].strip(),
        locality=table["locality"],
        region=table["region"],
        address=table["address"],
        latitude=latitude,
        longitude=longitude,
        portrait=table["portrait"],
        offers=tuple(_offers(table["texts"])),
    )


def _offers(texts: list[Table]) -> Iterator[Offer]:
    for text in texts:
        for own in text["offers"]:
            yield _offer({**text, **own})


def _offer(table: Table) -> Offer:
    cover = table["cover"]
    return Offer(
        title=table["title"],
        description=table["description"].strip(),
        benefits=table["benefits"].strip(),
        starts_in_days=table["starts_in_days"],
        lasts_days=table["lasts_days"],
        places=table["places"],
        hours_per_day=table["hours_per_day"],
        days_per_week=table["days_per_week"],
        min_stay_days=table["min_stay_days"],
        pictures=(cover, *(name for name in table["pictures"] if name != cover)),
        published_days_ago=float(table["published_days_ago"]),
        **{name: tuple(table.get(name, ())) for name in OPTION_LISTS},
    )


def _helper(table: Table) -> Helper:
    return Helper(
        key=table["key"],
        language=table["language"],
        name=table["name"],
        bio=table["bio"].strip(),
        subscriptions=tuple(
            Subscription(name=entry["name"], filter={name: _value(value) for name, value in entry["filter"].items()})
            for entry in table["subscriptions"]
        ),
    )


def _value(value: str | int | list[str]) -> FilterValue:
    return tuple(value) if isinstance(value, list) else value
