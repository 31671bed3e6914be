"""The formula of `similarity.py` over all open posts at once: posts as columns of whole numbers (NumPy).

Imported where recommendations are made, and nowhere at start-up."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, cast
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from haloop.core.lru import Lru
from haloop.core.vocabulary import OPTION_LISTS, vocabulary
from haloop.matching.facts import Day, FilterFacts, Mask
from haloop.matching.predicate import ALL_OF, ANY_OF
from haloop.matching.similarity import (
    DESCRIBED,
    DESCRIPTION,
    FIRST_OF_ANY,
    FRESH_FOR,
    FRESHNESS,
    FULL,
    LIKED_LISTS,
    METRES_NEAR,
    METRES_OUTSIDE,
    OTHERS,
    OUTSIDE,
    Feature,
    Liking,
    Place,
    Taste,
    Wish,
    centre,
    window,
)

Whole = NDArray[np.int64]
Term = NDArray[np.int16]  # thousandths
Scores = NDArray[np.int32]  # millionths
Flags = NDArray[np.bool_]

NEVER: Final = np.int32(-(2**31) + 1)  # the score of what is not allowed
ROWS_KEPT: Final = 4000  # terms by criterion and value: 40 kB each for 20,000 posts


@dataclass(frozen=True, slots=True)
class Posts:
    """Open posts in the order of their ids, a column a fact. `terms`: for each word that any wish asks for, who has
    it."""

    ids: Sequence[UUID]
    hosts: Sequence[UUID]
    owners: Sequence[UUID]
    region: Whole
    latitude: Whole
    longitude: Whole
    starts: Whole
    ends: Whole
    min_stay: Whole
    places: Whole
    hours_per_day: Whole
    published: Whole
    described: Whole
    options: Mapping[str, Whole]
    terms: dict[str, Flags]

    @property
    def latest_arrival(self) -> Whole:
        return self.ends - self.min_stay + 1

    @property
    def earliest_departure(self) -> Whole:
        return self.starts + self.min_stay - 1


@dataclass(slots=True)
class Scorer:
    """Scores tastes on a day. What a criterion makes of a value is kept: many helpers wish for the same."""

    posts: Posts
    today: Day
    _kept: Lru = field(default_factory=lambda: Lru(ROWS_KEPT))
    _possible: Lru = field(default_factory=lambda: Lru(ROWS_KEPT))
    _centres: dict[int, Whole] = field(default_factory=dict)
    _base: Scores = field(init=False)
    _latest: Whole = field(init=False)
    _earliest: Whole = field(init=False)
    _features: NDArray[np.float32] = field(init=False)
    _number: dict[Feature, int] = field(init=False)
    _point: NDArray[np.intp] = field(init=False)
    _points: Whole = field(init=False)

    def __post_init__(self) -> None:
        posts = self.posts
        self._latest, self._earliest = posts.latest_arrival, posts.earliest_departure
        fresh = np.minimum(FULL, np.maximum(0, FRESH_FOR - (self.today - posts.published)) * FULL // FRESH_FOR)
        described = np.minimum(posts.described, DESCRIBED) * FULL // DESCRIBED
        self._base = (FRESHNESS * fresh + DESCRIPTION * described).astype(np.int32)
        self._number, columns = _features(posts)
        self._features = columns
        # Posts of one host share its point.
        together = np.stack([posts.latitude, posts.longitude])
        self._points, self._point = np.unique(together, axis=1, return_inverse=True)
        self._point = self._point.reshape(-1)

    def scores(self, tastes: Sequence[Taste]) -> Iterator[Scores]:
        """For each taste its scores of all posts, NEVER where a post is not allowed."""
        likings = self._likings([taste.liking for taste in tastes])
        for taste, liking in zip(tastes, likings, strict=True):
            total = self._base + liking
            if taste.wishes:
                total += self._wishes(taste.wishes)
            nearest = self._nearest(taste.liking.places)
            if nearest is not None:
                total += nearest
            total[~self._allowed(taste)] = NEVER
            yield total

    def _likings(self, likings: Sequence[Liking]) -> Scores:
        """Exact: sums of whole numbers below 2**24 are whole in float32."""
        weights = np.zeros((len(likings), len(self._number)), np.float32)
        for row, liking in enumerate(likings):
            for feature, weight in liking.features.items():
                column = self._number.get(feature)
                if column is not None:
                    weights[row, column] = weight
        return (weights @ self._features).astype(np.int32)

    def _wishes(self, wishes: Sequence[Wish]) -> Scores:
        best = others = None
        for wish in wishes:
            found = self._wish(wish)
            if best is None or others is None:
                best, others = found, np.zeros_like(found)
            else:
                others += np.minimum(best, found)
                best = np.maximum(best, found)
        if best is None or others is None:
            raise ValueError("no wish")
        return best + others // OTHERS

    def _wish(self, wish: Wish) -> Scores:
        total = np.zeros(len(self.posts.ids), np.int32)
        for criterion, weight in wish.weights().items():
            total += np.multiply(self._term(criterion, wish.wanted), np.int32(weight), dtype=np.int32)
        total[~self._can_stay(wish.wanted)] = 0
        return total

    def _nearest(self, places: Sequence[Place]) -> Scores | None:
        if not places:
            return None
        best = np.zeros(self._points.shape[1], np.int32)
        for place in places:
            term = self._keep(("near", place.latitude, place.longitude), partial(self._near, place))
            best = np.maximum(best, np.multiply(term, np.int32(place.weight), dtype=np.int32))
        nearest: Scores = best[self._point]
        return nearest

    def _near(self, place: Place) -> Whole:
        metres = _distance(self._points[0] - place.latitude, self._points[1] - place.longitude)
        return np.maximum(0, FULL - metres // METRES_NEAR)

    def _allowed(self, taste: Taste) -> Flags:
        open_ = self._latest >= self.today
        if taste.excluded:
            open_ &= self.posts.options["requirements"] & taste.excluded == 0
        if taste.free_times:
            stays = {(wanted.from_day, wanted.until_day): wanted for wanted in taste.free_times}
            can_stay = np.zeros_like(open_)
            for wanted in stays.values():
                can_stay |= self._can_stay(wanted)
            open_ &= can_stay
        return open_

    def _can_stay(self, wanted: FilterFacts) -> Flags:
        key = wanted.from_day, wanted.until_day
        found = cast("Flags | None", self._possible.get(key))
        if found is None:
            first = max(wanted.from_day, self.today)
            found = (
                (self._latest >= first)
                & (self._earliest <= wanted.until_day)
                & (self.posts.min_stay <= wanted.until_day - first + 1)
            )
            self._possible.put(key, found)
        return found

    def _term(self, criterion: str, wanted: FilterFacts) -> Term:
        posts = self.posts
        match criterion:
            case name if name in ANY_OF:
                return self._keep((name, getattr(wanted, name)), lambda: self._any_of(name, getattr(wanted, name)))
            case name if name in ALL_OF:
                return self._keep((name, getattr(wanted, name)), lambda: self._all_of(name, getattr(wanted, name)))
            case "regions":
                return self._keep((criterion, wanted.regions), lambda: self._regions(wanted.regions))
            case "bbox":
                edges = wanted.west, wanted.south, wanted.east, wanted.north
                return self._keep((criterion, edges), lambda: self._box(*edges))
            case "stay":
                key = criterion, wanted.from_day, wanted.until_day
                return self._keep(key, lambda: self._stay(wanted))
            case "group_size":
                size = wanted.group_size
                return self._keep((criterion, size), lambda: FULL * np.minimum(posts.places, size) // size)
            case "max_hours_per_day":
                hours = wanted.max_hours
                return self._keep(
                    (criterion, hours), lambda: np.maximum(0, FULL - 250 * np.maximum(0, posts.hours_per_day - hours))
                )
            case "max_min_stay_days":
                days = wanted.max_min_stay
                return self._keep(
                    (criterion, days),
                    lambda: np.maximum(0, FULL - FULL * np.maximum(0, posts.min_stay - days) // days),
                )
            case "text":
                return self._keep((criterion, wanted.tokens), lambda: self._text(wanted.tokens))
            case _:
                raise KeyError(criterion)

    def _keep(self, key: Hashable, make: Callable[[], Whole]) -> Term:
        found = cast("Term | None", self._kept.get(key))
        if found is None:
            found = make().astype(np.int16)
            self._kept.put(key, found)
        return found

    def _any_of(self, name: str, asked: Mask) -> Whole:
        shared = self._shared(name, asked)
        return (shared > 0) * FIRST_OF_ANY + (FULL - FIRST_OF_ANY) * shared // asked.bit_count()

    def _all_of(self, name: str, asked: Mask) -> Whole:
        return FULL * self._shared(name, asked) // asked.bit_count()

    def _shared(self, name: str, asked: Mask) -> Whole:
        """How many of the options each post has."""
        shared: Whole = np.bitwise_count(self.posts.options[name] & asked).astype(np.int64)
        return shared

    def _regions(self, regions: Iterable[int]) -> Whole:
        numbers = sorted(regions)
        wanted = np.zeros(len(vocabulary().regions) + 1, np.bool_)
        wanted[numbers] = True
        metres = np.minimum.reduce([self._to_centre(number) for number in numbers])
        return np.where(wanted[self.posts.region], FULL, _outside(metres))

    def _to_centre(self, number: int) -> Whole:
        if number not in self._centres:
            latitude, longitude = centre(number)
            self._centres[number] = _distance(self.posts.latitude - latitude, self.posts.longitude - longitude)
        return self._centres[number]

    def _box(self, west: int, south: int, east: int, north: int) -> Whole:
        posts = self.posts
        latitudes = np.maximum(0, np.maximum(south - posts.latitude, posts.latitude - north))
        after, before = west - posts.longitude, posts.longitude - east
        longitudes = np.maximum(0, np.maximum(after, before) if west <= east else np.minimum(after, before))
        inside = (latitudes == 0) & (longitudes == 0)
        return np.where(inside, FULL, _outside(_distance(latitudes, longitudes)))

    def _stay(self, wanted: FilterFacts) -> Whole:
        posts = self.posts
        first = max(wanted.from_day, self.today)
        longest = np.minimum(posts.ends, wanted.until_day) - np.maximum(posts.starts, first) + 1
        days = window(wanted, self.today)
        return np.where(self._can_stay(wanted), FULL * np.minimum(longest, days) // days, 0)

    def _text(self, tokens: frozenset[str]) -> Whole:
        count = np.zeros(len(self.posts.ids), np.int64)
        for token in tokens:
            has = self.posts.terms.get(token)
            if has is not None:
                count += has
        return FULL * count // len(tokens)


def _features(posts: Posts) -> tuple[dict[Feature, int], NDArray[np.float32]]:
    """Numbers the features, and says which post has which."""
    places = [(name, place) for name in LIKED_LISTS for place in range(len(vocabulary().options[name]))]
    regions = [("region", region.number) for region in vocabulary().regions]
    number = {feature: row for row, feature in enumerate([*places, *regions])}
    columns = np.zeros((len(number), len(posts.ids)), np.float32)
    for (name, place), row in number.items():
        columns[row] = posts.region == place if name == "region" else posts.options[name] >> place & 1
    return number, columns


def _outside(metres: Whole) -> Whole:
    return np.maximum(0, OUTSIDE - metres // METRES_OUTSIDE)


def _distance(latitudes: Whole, longitudes: Whole) -> Whole:
    """Exact: the squares stay below 2**53, so that the root's floor is the whole root."""
    north, east = np.abs(latitudes) * 1113 // 1000, np.abs(longitudes) * 1019 // 1000
    metres: Whole = np.sqrt((north * north + east * east).astype(np.float64)).astype(np.int64)
    return metres


def whole(values: Sequence[int]) -> Whole:
    """A column of whole numbers."""
    return np.array(values, np.int64)


def options_of(masks: Sequence[Sequence[Mask]]) -> dict[str, Whole]:
    """The columns of the option lists, from rows of masks in the order of OPTION_LISTS."""
    columns = np.array(masks, np.int64).reshape(-1, len(OPTION_LISTS))
    return {name: columns[:, place].copy() for place, name in enumerate(OPTION_LISTS)}
