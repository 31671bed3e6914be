"""9. How good the choice is: against people whose choices come from another model than the score.

What is hidden from the score: every place has a *vibe* (six numbers) that shows in its options only in part, and a
*charm* that shows nowhere; every helper likes certain vibes, has hours and a season of its own, free time, and habits:
hosts where friends have been. Helpers subscribe to what they can name of that (some name their free time), open posts
that they happen to see, and write to one. Then each chooses ten posts from all that it did not open, by utility and
chance; these are held out."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import Report, spread
from haloop.core.vocabulary import OPTION_LISTS, vocabulary
from haloop.matching.columns import Posts, options_of
from haloop.matching.facts import FilterFacts, day_date, day_number
from haloop.matching.filter import Filter
from haloop.matching.similarity import Shown, strength, wish_of
from haloop.recommendations.choosing import Chooser
from haloop.recommendations.signals import Known, NamedWish, Signal

SCALES = {"smoke": (60, 200), "small": (500, 1_000), "full": (2_000, 2_000)}  # helpers, posts
SEED = 20261124
TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
VIBES, POSTS_OF_A_HOST = 6, 4
HELD_OUT, A_DAY = 10, 5
BROWSED, OPENED = 80, 8
SILENT = 0.15  # of the helpers have shown nothing

Floats = NDArray[np.float64]
Picks = list[list[int]]


@dataclass(frozen=True, slots=True)
class People:
    """A made-up population: what the score may see (`posts`, `known`), and what it may not."""

    posts: Posts
    hosts: list[int]
    known: list[Known]
    utility: Floats  # of each post to each helper; -inf where it cannot be
    chosen: Picks
    opened: Picks


def people(helpers: int, posts: int, seed: int) -> People:
    random_ = np.random.default_rng(seed)
    host_count = max(1, posts // POSTS_OF_A_HOST)
    of_host = random_.integers(0, host_count, posts)
    vibe_of_host = random_.normal(0, 1, (host_count, VIBES))
    vibe = vibe_of_host[of_host] + random_.normal(0, 0.7, (posts, VIBES))
    charm = random_.normal(0, 0.8, host_count)[of_host]
    showing = {
        name: random_.normal(0, 1, (VIBES, len(vocabulary().options[name]))) for name in OPTION_LISTS
    }  # how a vibe shows
    shelf = _posts(random_, of_host, host_count, vibe, showing)
    liking = random_.normal(0, 1, (helpers, VIBES))
    free = _free_times(random_, helpers)
    utility = _utility(random_, shelf, of_host, vibe, charm, liking, free)
    known: list[Known] = []
    opened: Picks = []
    for helper in range(helpers):
        possible = np.isfinite(utility[helper])
        seen = random_.permutation(np.flatnonzero(possible))[:BROWSED]
        eye = utility[helper, seen] + random_.gumbel(0, 1.0, len(seen))
        looks = [int(at) for at in seen[np.argsort(-eye)][:OPENED]]
        silent = random_.random() < SILENT
        opened.append([] if silent else looks)
        wishes = [] if silent else _wishes(random_, liking[helper], showing, shelf, looks, free[helper])
        known.append(_known(random_, shelf, wishes, [] if silent else looks))
    chosen = [_choose(random_, utility[helper], opened[helper]) for helper in range(helpers)]
    return People(shelf, of_host.tolist(), known, utility, chosen, opened)


def _posts(
    random_: np.random.Generator,
    of_host: NDArray[np.int64],
    host_count: int,
    vibe: Floats,
    showing: Mapping[str, Floats],
) -> Posts:
    regions, count = vocabulary().regions, len(of_host)
    region_of_host = random_.integers(0, len(regions), host_count)
    region = region_of_host[of_host]
    shift = random_.normal(0, 15_000, (2, host_count)).astype(np.int64)[:, of_host]
    centres = np.array([(round(one.latitude * 100_000), round(one.longitude * 100_000)) for one in regions])
    starts = day_number(TODAY) + random_.integers(-20, 200, count)
    min_stay = random_.choice([7, 10, 14, 21, 30], count)
    masks = np.zeros((count, len(OPTION_LISTS)), np.int64)
    for column, name in enumerate(OPTION_LISTS):
        shows = vibe @ showing[name] + random_.gumbel(0, 1.5, (count, len(vocabulary().options[name])))
        most = random_.integers(0 if name == "requirements" else 1, 4, count)
        order = np.argsort(-shows, axis=1)
        for place in range(3):
            masks[:, column] |= np.where(place < most, 1 << order[:, place], 0)
    return Posts(
        ids=[UUID(int=number + 1) for number in range(count)],
        hosts=[UUID(int=int(host) + 1) for host in of_host],
        owners=[UUID(int=1_000_000 + int(host)) for host in of_host],
        region=region + 1,
        latitude=centres[region, 0] + shift[0],
        longitude=centres[region, 1] + shift[1],
        starts=starts,
        ends=starts + min_stay + random_.integers(20, 120, count),
        min_stay=min_stay,
        places=random_.integers(1, 5, count),
        hours_per_day=random_.integers(3, 9, count),
        published=day_number(TODAY) - random_.integers(0, 90, count),
        described=random_.integers(50, 2000, count),
        options=options_of(masks.tolist()),
        terms={},
    )


def _free_times(random_: np.random.Generator, helpers: int) -> NDArray[np.int64]:
    """The first and the last day that each helper is free."""
    first = day_number(TODAY) + random_.integers(0, 120, helpers)
    return np.stack([first, first + random_.choice([30, 60, 120, 365], helpers) - 1], axis=1)


def _utility(
    random_: np.random.Generator,
    posts: Posts,
    of_host: NDArray[np.int64],
    vibe: Floats,
    charm: Floats,
    liking: Floats,
    free: NDArray[np.int64],
) -> Floats:
    """Vibe, charm, hours, season, friends' places, and where home is; impossible where the free time allows no stay."""
    helpers = len(liking)
    hours = random_.normal(5, 1, (helpers, 1))
    season = random_.uniform(0, 365, (helpers, 1))
    apart = np.abs((posts.starts[None, :] + 3 - season + 182) % 365 - 182) / 365
    friends = random_.random((helpers, of_host.max() + 1)) < 0.006
    home = random_.integers(0, len(posts.ids), helpers)
    away = np.hypot(
        posts.latitude[None, :] - posts.latitude[home][:, None],
        posts.longitude[None, :] - posts.longitude[home][:, None],
    )
    found: Floats = (
        0.9 * liking @ vibe.T
        + charm[None, :]
        - 0.4 * np.abs(posts.hours_per_day[None, :] - hours)
        - 2.0 * apart
        + 2.0 * friends[:, of_host]
        - 0.4 * away / 100_000
    )
    stay = np.minimum(free[:, 1:], posts.ends[None, :]) - np.maximum(free[:, :1], posts.starts[None, :]) + 1
    found[stay < posts.min_stay[None, :]] = -np.inf
    return found


def _wishes(
    random_: np.random.Generator,
    liking: Floats,
    showing: Mapping[str, Floats],
    posts: Posts,
    looks: Sequence[int],
    free: NDArray[np.int64],
) -> list[Filter]:
    """Up to three filters, of what a helper can name: options that go with the vibes it likes, where it looked, when it
    is free."""
    made, names_days = [], random_.random() < 0.5
    for _ in range(random_.integers(0, 4)):
        wanted: dict[str, object] = {}
        for name in random_.choice(["job_types", "experiences", "accommodations", "meals"], 2, replace=False):
            likes = liking @ showing[name] + random_.gumbel(0, 2.0, showing[name].shape[1])
            best = np.argsort(-likes)[: random_.integers(1, 4)]
            wanted[str(name)] = [vocabulary().options[name][place].slug for place in best]
        if looks and random_.random() < 0.4:
            regions = {int(posts.region[at]) for at in random_.choice(looks, 2)}
            wanted["regions"] = [vocabulary().regions[number - 1].code for number in sorted(regions)]
        if random_.random() < 0.3:
            wanted["max_hours_per_day"] = int(random_.integers(4, 7))
        if names_days:
            wanted |= zip(("available_from", "available_until"), map(day_date, free.tolist()), strict=True)
        made.append(Filter.model_validate(wanted))
    return made


def _known(random_: np.random.Generator, posts: Posts, wishes: Sequence[Filter], looks: Sequence[int]) -> Known:
    today = day_number(TODAY)
    known = Known(UUID(int=int(random_.integers(1, 2**60))))
    for wanted in wishes:
        wish = wish_of(FilterFacts.of(wanted), int(random_.integers(0, 120)), today)
        known.wishes.append(NamedWish(UUID(int=1), "", wanted, NOW, wish))
    for place, at in enumerate(looks):
        kind, days = ("written" if place == 0 else "opened"), int(random_.integers(0, 30))
        options = {name: int(posts.options[name][at]) for name in OPTION_LISTS}
        shown = Shown(int(posts.region[at]), int(posts.latitude[at]), int(posts.longitude[at]), options,
                      strength(kind, days))  # fmt: skip
        known.signals.append(Signal(kind, posts.ids[at], NOW - timedelta(days=days), shown))
        known.barred.add(posts.ids[at])  # held-out choices are among what was not opened, for every rival
    return known


def _choose(random_: np.random.Generator, utility: Floats, opened: Sequence[int]) -> list[int]:
    """Ten by utility and chance (a draw without replacement from a softmax)."""
    drawn = utility + random_.gumbel(0, 1.0, len(utility))
    drawn[list(opened)] = -np.inf
    return [int(at) for at in np.argsort(-drawn)[:HELD_OUT] if np.isfinite(drawn[at])]


# The rivals


def haloop(found: People) -> Picks:
    place = {post_id: at for at, post_id in enumerate(found.posts.ids)}
    chosen = Chooser(found.posts, day_number(TODAY)).choose(found.known)
    return [[place[one.post_id] for one in picks[:A_DAY]] for _, picks in chosen]


def subscriptions_alone(found: People) -> Picks:
    return haloop(_with(found, lambda one: Known(one.account_id, wishes=one.wishes, barred=one.barred)))


def looks_alone(found: People) -> Picks:
    return haloop(_with(found, lambda one: Known(one.account_id, signals=one.signals, barred=one.barred)))


def newest(found: People) -> Picks:
    order = np.lexsort((np.arange(len(found.hosts)), -found.posts.published)).tolist()
    return _first(found, [order] * len(found.known))


def at_random(found: People) -> Picks:
    random_ = random.Random(SEED)
    return _first(found, [random_.sample(range(len(found.hosts)), len(found.hosts)) for _ in found.known])


def ceiling(found: People) -> Picks:
    """Knows the truth, all but the chance of the last draw."""
    return _first(found, np.argsort(-found.utility, axis=1).tolist())


def _with(found: People, change: Callable[[Known], Known]) -> People:
    known = [change(one) for one in found.known]
    return People(found.posts, found.hosts, known, found.utility, found.chosen, found.opened)


def _first(found: People, orders: Sequence[Sequence[int]]) -> Picks:
    """The first five that were not opened, at most two of a host, as for everyone."""
    picks: Picks = []
    for order, opened in zip(orders, found.opened, strict=True):
        mine: list[int] = []
        shut = set(opened)
        for at in order:
            if at not in shut and [found.hosts[one] for one in mine].count(found.hosts[at]) < 2:
                mine.append(at)
            if len(mine) == A_DAY:
                break
        picks.append(mine)
    return picks


RIVALS: dict[str, Callable[[People], Picks]] = {
    "recommendations": haloop,
    "the same, subscriptions alone": subscriptions_alone,
    "the same, opened and written alone": looks_alone,
    "newest": newest,
    "random": at_random,
    "ceiling (knows the truth)": ceiling,
}


def judge(found: People, picks: Picks) -> tuple[float, float, float]:
    """precision@5, recall of hosts, coverage of posts."""
    precision = [len(set(mine) & set(chose)) / A_DAY for mine, chose in zip(picks, found.chosen, strict=True)]
    recall = []
    for mine, chose in zip(picks, found.chosen, strict=True):
        hosts = {found.hosts[at] for at in chose}
        recall.append(len(hosts & {found.hosts[at] for at in mine}) / max(1, len(hosts)))
    coverage = len({at for mine in picks for at in mine}) / len(found.hosts)
    return sum(precision) / len(precision), sum(recall) / len(recall), coverage


def run(scale: str, runs: int) -> None:
    helpers, posts = SCALES[scale]
    report = Report("quality", f"Quality of recommendations: {helpers:,} helpers, {posts:,} posts", scale)
    crowds = [people(helpers, posts, SEED + number) for number in range(runs)]
    for name, rival in RIVALS.items():
        judged = [judge(found, rival(found)) for found in crowds]
        precision, recall, coverage = (spread([one[place] for one in judged], _percent) for place in range(3))
        report.add(what=name, precision_at_5=precision, recall_of_hosts=recall, coverage_of_posts=coverage)
    report.finish()


def _percent(value: float) -> str:
    return f"{value * 100:.1f} %"
