"""Makes posts and filters that lie close to each other's edges, from a seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any

from haloop.core.ids import new_id
from haloop.core.vocabulary import OPTION_LISTS, vocabulary
from haloop.matching.facts import FilterFacts, PostFacts, post_facts
from haloop.matching.filter import OPTION_LIST_OF, Filter

from .builders import mask
from .oracle import PlainFilter, PlainPost

BASE = date(2026, 12, 1)
REGIONS = ("TW-KEE", "TW-HUA", "TW-LIE")
FREQUENT = (0, 1, 2)
# Spellings of one word stand together: some of them are the same, some are only close.
WORDS = (
    ("coffee", "COFFEE", "ｃｏｆｆｅｅ", "coffees"),
    ("Café", "cafe\u0301", "ＣＡＦＥ", "cafe"),
    ("Straße", "STRASSE", "strase"),
    ("臺東", "台東", "東台", "台", "東", "臺"),
    ("海邊咖啡", "海邊", "邊咖", "咖啡", "海", "啡"),
    ("abc咖啡def", "abc", "abc咖", "def", "咖啡"),
    ("がくせい", "か\u3099くせい", "ｶﾞｸｾｲ", "ガクセイ", "かくせい", "が", "か"),
    ("한국", "\u1112\u1161\u11ab\u1100\u116e\u11a8", "한", "국한"),
    ("ㄅㄆ", "ㄅ", "ㄆㄅ"),
    ("𠮷野", "𠮷", "野", "吉野"),
    ("x" * 64, "x" * 70, "x" * 63),
    ("🏄", "surf🏄board", "surf", "surfboard"),
    ("don't", "don t", "dont", "snake_case", "snake"),
    ("４２", "42", "ﬁsh", "fish"),
    ("農務", "Farming", "花蓮縣", "Hualien"),
)


class Generator:
    """One seed, one world."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311  # a test's world, to be made again from its seed
        self.words = [WORDS[(3 * seed + place) % len(WORDS)] for place in range(3)]  # few, so that they meet
        self.today = BASE + timedelta(days=self.random.randint(-2, 10))

    def post(self) -> PlainPost:
        pick = self.random
        window = pick.choice((1, 2, 3, 7, 12))
        min_stay = pick.choice((1, window, pick.randint(1, window), pick.randint(1, window)))
        starts_on = BASE + timedelta(days=pick.randint(-4, 10))
        region = pick.choice(REGIONS)
        options = {name: self._options(0.5) for name in OPTION_LISTS}
        return PlainPost(
            region=region,
            latitude=pick.choice((-9_000_000, -1, 0, 1, 2_399_500, 9_000_000)),
            longitude=pick.choice((-18_000_000, -17_999_999, -1, 0, 1, 12_160_500, 18_000_000)),
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=window - 1),
            places=pick.choice((1, 2, 3, 50)),
            hours_per_day=pick.choice((1, 4, 5, 12)),
            min_stay_days=min_stay,
            options=options,
            texts=tuple(self._text() for _ in range(5)),
            labels=labels(region, options),
        )

    def filter(self, near: PlainPost) -> PlainFilter:
        """A filter of a few fields, mostly at the edges of a post."""
        pick = self.random
        makers = self._makers()
        fields = {*pick.sample(sorted(makers), pick.choice((0, 1, 1, 1, 2, 4)))}
        fields |= {field for field, share in (("dates", 0.5), ("text", 0.3)) if pick.random() < share}
        made = {field: make(near) for field, make in makers.items() if field in fields}
        first, until = made.get("dates", (None, None))
        return PlainFilter(
            regions=made.get("regions", frozenset()),
            bbox=made.get("bbox"),
            available_from=first,
            available_until=until,
            group_size=made.get("group_size"),
            max_hours_per_day=made.get("max_hours_per_day"),
            max_min_stay_days=made.get("max_min_stay_days"),
            sets={field: made.get(field, frozenset()) for field in OPTION_LIST_OF},
            text=made.get("text") or pick.choice(("", "", "🏄 ' _")),
        )

    def _makers(self) -> dict[str, Callable[[PlainPost], Any]]:  # Any: each field's own type
        sets = {field: partial(self._wanted, of) for field, of in OPTION_LIST_OF.items()}
        return sets | {
            "regions": lambda _: frozenset(self.random.sample(REGIONS, self.random.choice((1, 2, 3)))),
            "bbox": self._box,
            "dates": self._dates,
            "group_size": lambda near: self._edge(near.places, 50),
            "max_hours_per_day": lambda near: self._edge(near.hours_per_day, 24),
            "max_min_stay_days": lambda near: self._edge(near.min_stay_days, 365),
            "text": self._wanted_text,
        }

    def _options(self, share: float) -> frozenset[int]:
        """Options at the start of a list, and at times the last place that a mask has."""
        pick = self.random
        return frozenset(place for place in (*FREQUENT, 62) if pick.random() < share)

    def _wanted(self, of: str, near: PlainPost) -> frozenset[int]:
        some = self._options(0.3)
        return some | frozenset(place for place in sorted(near.options[of]) if self.random.random() < 0.5)

    def _dates(self, near: PlainPost) -> tuple[date | None, date | None]:
        """Free time about as long as the shortest stay, or that begins or ends where the post does."""
        pick = self.random
        stay = timedelta(days=near.min_stay_days - 1)
        first = pick.choice((near.starts_on, near.ends_on - stay, near.ends_on, self.today)) + self._step()
        until = pick.choice((near.ends_on, near.starts_on + stay, first + stay, self.today + stay)) + self._step()
        first, until = min(first, until), max(first, until)
        return pick.choice(((first, until), (first, until), (first, None), (None, until)))

    def _step(self) -> timedelta:
        return timedelta(days=self.random.choice((-1, 0, 0, 1)))

    def _edge(self, number: int, most: int) -> int:
        return min(most, max(1, number + self.random.choice((-1, 0, 1))))

    def _box(self, near: PlainPost) -> tuple[int, int, int, int]:
        """A box with the point on an edge or a step beside it; at times all round, a line or a point."""
        pick = self.random
        if pick.random() < 0.1:
            return (-18_000_000, -9_000_000, 18_000_000, 9_000_000)
        longitudes = self._edges(near.longitude, 18_000_000)
        west, east = pick.sample(longitudes, 2)
        south, north = sorted(self._edges(near.latitude, 9_000_000))
        return (west, south, east, north)

    def _edges(self, at: int, most: int) -> list[int]:
        edge = self.random.choice((at, at, at - 1, at + 1))
        edges = (edge, self.random.choice((edge, -most, 0, most)))
        return [max(-most, min(most, each)) for each in edges]

    def _text(self) -> str:
        words = [self.random.choice(self.random.choice(self.words)) for _ in range(self.random.randint(0, 3))]
        return self.random.choice((" ", "、")).join(words)

    def _wanted_text(self, near: PlainPost) -> str:
        pick = self.random
        label = [pick.choice(near.labels)] if pick.random() < 0.2 else []
        words = [pick.choice(pick.choice(self.words)) for _ in range(pick.choice((1, 1, 2)))]
        return " ".join([*label, *words])[:100]


def labels(region: str, options: dict[str, frozenset[int]]) -> tuple[str, ...]:
    words = vocabulary()
    found = list(words.region(region).labels.values())
    for name, places in options.items():
        found += [label for place in places if place < 62 for label in words.options[name][place].labels.values()]
    return tuple(found)


def facts_of_post(post: PlainPost) -> PostFacts:
    title, description, benefits, host_name, locality = post.texts
    return post_facts(
        post_id=new_id(),
        host_id=new_id(),
        owner_id=new_id(),
        region=post.region,
        latitude=post.latitude,
        longitude=post.longitude,
        starts_on=post.starts_on,
        ends_on=post.ends_on,
        places=post.places,
        hours_per_day=post.hours_per_day,
        min_stay_days=post.min_stay_days,
        title=title,
        description=description,
        benefits=benefits,
        host_name=host_name,
        locality=locality,
        **{name: mask(places) for name, places in post.options.items()},
    )


def filter_json(wanted: PlainFilter) -> dict[str, object]:
    """The filter as JSON, as far as the vocabulary reaches."""
    words = vocabulary()
    sets = {
        field: [words.options[of][place].slug for place in sorted(wanted.sets[field]) if place < 62]
        for field, of in OPTION_LIST_OF.items()
    }
    return sets | {
        "regions": sorted(wanted.regions),
        "bbox": wanted.bbox and [edge / 100_000 for edge in wanted.bbox],
        "available_from": wanted.available_from,
        "available_until": wanted.available_until,
        "group_size": wanted.group_size,
        "max_hours_per_day": wanted.max_hours_per_day,
        "max_min_stay_days": wanted.max_min_stay_days,
        "text": wanted.text,
    }


def facts_of_filter(wanted: PlainFilter) -> FilterFacts:
    """Through `Filter`; places beyond the vocabulary are set in the masks."""
    masks = {field: mask(places) for field, places in wanted.sets.items()}
    facts = FilterFacts.of(Filter.model_validate(filter_json(wanted)))
    return replace(facts, **masks)  # type: ignore[arg-type]  # the names are those of masks
