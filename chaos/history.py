"""What was asked and answered, as states that began somewhen between the asking and the answer.

Times are seconds of this program's monotonic clock."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from haloop.core.clock import system_now
from haloop.matching.facts import Day, FilterFacts, PostFacts, day_number

ZONE = ZoneInfo("Asia/Taipei")


def moment() -> float:
    return time.monotonic()


@dataclass(frozen=True, slots=True)
class Span:
    """When a change came about: not before `asked`, not after `answered`."""

    asked: float
    answered: float


@dataclass(frozen=True, slots=True)
class PostState:
    """What a post was from then on: `facts` while it was open, else None; `opening` counts its openings."""

    since: Span
    facts: PostFacts | None
    opening: int


@dataclass(slots=True)
class Post:
    """A post as its host was answered. `fields` are those of its last answered state."""

    id: UUID
    owner: UUID
    fields: dict[str, object]
    status: str = "draft"  # draft, published, closed, deleted
    states: list[PostState] = field(default_factory=list)

    def became(self, since: Span, facts: PostFacts | None, *, opened: bool = False) -> None:
        before = self.states[-1].opening if self.states else 0
        self.states.append(PostState(since, facts, before + opened))


@dataclass(frozen=True, slots=True)
class WishState:
    """What a subscription asked for from then on; None while it was paused or gone."""

    since: Span
    wanted: FilterFacts | None


@dataclass(slots=True)
class Wish:
    """A subscription as its helper was answered."""

    id: UUID
    owner: UUID
    filter: dict[str, object]
    status: str = "active"  # active, paused, deleted
    states: list[WishState] = field(default_factory=list)


@dataclass(slots=True)
class Days:
    """Which day the platform may have had, as its clock was made to jump."""

    jumps: list[tuple[float, float]] = field(default_factory=lambda: [(moment(), 0.0)])  # when, to which offset

    def jump(self, offset: float) -> None:
        self.jumps.append((moment(), offset))

    @property
    def offset(self) -> float:
        return self.jumps[-1][1]

    def today(self) -> date:
        return self._date(moment(), self.offset)

    def between(self, begin: float, end: float) -> tuple[Day, Day]:
        """The earliest and the latest day that it may have had in that time."""
        inside = [offset for when, offset in self.jumps if begin <= when <= end]
        before = [offset for when, offset in self.jumps if when <= begin][-1:]
        days = [self._date(when, offset) for offset in inside + before for when in (begin, end)]
        return day_number(min(days)), day_number(max(days))

    @staticmethod
    def _date(when: float, offset: float) -> date:
        instant: datetime = system_now() + timedelta(seconds=when - moment() + offset)
        return instant.astimezone(ZONE).date()


@dataclass(slots=True)
class History:
    posts: dict[UUID, Post] = field(default_factory=dict)
    wishes: dict[UUID, Wish] = field(default_factory=dict)
    wishes_of: dict[UUID, list[Wish]] = field(default_factory=dict)
    photos: dict[UUID, str] = field(default_factory=dict)  # answered uploads: id → address of the largest file
    missing_files: set[str] = field(default_factory=set)  # of photos, taken away by a fault
    spoiled: list[str] = field(default_factory=list)  # addresses of files that a fault destroyed or took away
    read: set[UUID] = field(default_factory=set)  # notifications whose reading was answered
    days: Days = field(default_factory=Days)

    def add_wish(self, wish: Wish) -> None:
        self.wishes[wish.id] = wish
        self.wishes_of.setdefault(wish.owner, []).append(wish)
