"""Made-up but plausible posts and subscriptions in any number, seeded, written in bulk past the services.

Which share of the subscriptions a post fits is set by the job they want: three jobs are wanted by about 0.1 %, 4 % and
25 % of them, and by nobody else."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

from haloop import migrations
from haloop.core.clock import Clock
from haloop.core.database import Database
from haloop.core.ids import new_id
from haloop.core.vocabulary import OPTION_LISTS, Region, vocabulary
from haloop.matching.facts import FilterFacts, PostFacts, post_facts
from haloop.matching.filter import Filter
from haloop.matching.tables import post_rows, subscription_rows

SEED = 20261124
INSTANT = "2026-11-20 04:00:00.000000"
SHARES = {"0.1 %": ("web-development", 0.001), "4 %": ("carpentry", 0.04), "25 %": ("farming", 0.25)}
OTHER_JOBS = ("kitchen", "reception", "housekeeping", "barista", "photography", "events", "other")
REGION = "TW-HUA"
WORDS = [
    *("sea", "mountain", "rice", "tea", "dog", "goat", "old", "street", "train", "bakery", "library", "orchard"),
    *("garden", "river", "lantern", "bicycle", "roof", "harbour", "mist", "morning", "quiet", "kitchen", "island"),
    *("pottery", "bamboo", "typhoon", "festival", "surf", "temple", "noodle"),
]
BATCH = 20_000
TODAY = Clock().today()
POST_COLUMNS = [
    *("id", "host_id", "status", "version", "facts_version", "openings", "title", "description", "benefits"),
    *("starts_on", "ends_on", "places", "hours_per_day", "days_per_week", "min_stay_days", *OPTION_LISTS),
    *("told", "created_at", "updated_at", "published_at"),
]


async def make_database(path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{path}", synchronous="NORMAL")
    await migrations.upgrade(database)
    await database.close()


def wishes(count: int) -> Iterator[Filter]:
    """So many filters; about a third name a region, many a number or a meal."""
    random_ = random.Random(SEED)
    regions = [region.code for region in vocabulary().regions]
    known = [(job, share) for job, share in SHARES.values()]
    for _ in range(count):
        draw, wanted = random_.random(), dict[str, object]()
        for job, share in known:
            if draw < share:
                wanted["job_types"] = [job]
                if random_.random() < 0.35:
                    wanted["regions"] = [REGION, *random_.sample(regions, random_.choice((0, 1, 3)))]
                break
            draw -= share
        else:
            wanted["job_types"] = random_.sample(OTHER_JOBS, 2)
            if random_.random() < 0.35:
                wanted["regions"] = random_.sample(regions, random_.choice((1, 2, 4)))
        if random_.random() < 0.4:
            wanted["max_hours_per_day"] = random_.choice((4, 5, 6))
        if random_.random() < 0.3:
            wanted["meals"] = ["breakfast", "dinner"]
        yield Filter.model_validate(wanted)


def a_post(job: str) -> PostFacts:
    """A post that fits everyone who wants this job."""
    return post_facts(
        post_id=new_id(), host_id=new_id(), owner_id=new_id(), region=REGION, latitude=2_398_500, longitude=12_160_500,
        starts_on=TODAY, ends_on=TODAY.replace(year=TODAY.year + 1), places=2, hours_per_day=4, min_stay_days=14,
        job_types=[job], accommodations=["single-room"], meals=["breakfast"], title="A post", description="A day.",
    )  # fmt: skip


def add_helpers(path: Path, count: int) -> list[UUID]:
    ids = [new_id() for _ in range(count)]
    with closing(sqlite3.connect(path)) as connection:
        connection.executemany(
            "INSERT INTO accounts (id, email, email_key, password_hash, name, locale, is_trial, created_at)"
            " VALUES (?, ?, ?, '', 'Helper', 'en', 0, ?)",
            ((id_.bytes, f"h{id_}@example.org", f"h{id_}@example.org", INSTANT) for id_ in ids),
        )
        connection.executemany(
            "INSERT INTO helpers (account_id, bio, created_at) VALUES (?, '', ?)",
            ((id_.bytes, INSTANT) for id_ in ids),
        )
        connection.commit()
    return ids


def add_subscriptions(path: Path, helpers: list[UUID], wanted: Iterable[Filter]) -> None:
    """One for each filter, to the helpers in turn."""
    columns = [column.name for column in subscription_rows.columns]
    with closing(sqlite3.connect(path)) as connection:
        kept: list[tuple[object, ...]] = []
        flat: list[tuple[object, ...]] = []
        for place, wish in enumerate(wanted):
            no, helper = place + 1, helpers[place % len(helpers)]
            kept.append((no, new_id().bytes, helper.bytes, wish.model_dump_json(), INSTANT, INSTANT))
            facts = FilterFacts.of(wish)
            for region in facts.regions or (0,):
                known = {"region": region, "no": no, "account_id": helper.bytes, "term_count": len(facts.tokens)}
                flat.append(tuple(known[name] if name in known else getattr(facts, name) for name in columns))
            if len(kept) == BATCH:
                _write_subscriptions(connection, columns, kept, flat)
        _write_subscriptions(connection, columns, kept, flat)
        connection.commit()


def _write_subscriptions(
    connection: sqlite3.Connection, columns: list[str], kept: list[tuple[object, ...]], flat: list[tuple[object, ...]]
) -> None:
    connection.executemany(
        "INSERT INTO subscriptions (no, id, account_id, name, filter, status, created_at, updated_at)"
        " VALUES (?, ?, ?, 'Wish', ?, 'active', ?, ?)",
        kept,
    )
    connection.executemany(_insert("subscription_rows", columns), flat)
    kept.clear()
    flat.clear()


def add_posts(path: Path, count: int) -> None:
    """So many open posts of a tenth as many hosts, with some twenty words each."""
    random_ = random.Random(SEED)
    regions = vocabulary().regions
    hosts = [(new_id(), new_id(), random_.choice(regions)) for _ in range(max(1, count // 10))]
    columns = [column.name for column in post_rows.columns]
    with closing(sqlite3.connect(path)) as connection:
        _write_hosts(connection, hosts)
        for start in range(0, count, BATCH):
            facts = [_random_post(random_, *random_.choice(hosts)) for _ in range(min(BATCH, count - start))]
            _write_posts(connection, columns, facts, start)
        connection.commit()


def _random_post(random_: random.Random, account: UUID, host: UUID, region: Region) -> PostFacts:
    known = vocabulary()
    options: dict[str, Any] = {  # Any: keyword arguments
        name: random_.sample([option.slug for option in known.options[name]], random_.choice((1, 1, 2, 3)))
        for name in OPTION_LISTS
    }
    starts = TODAY.toordinal() + random_.randint(-30, 180)
    min_stay = random_.choice((7, 10, 14, 21, 30))
    return post_facts(
        post_id=new_id(), host_id=host, owner_id=account, region=region.code,
        latitude=round(region.latitude * 1000) * 100 + random_.randint(-30, 30) * 1000 + 500,
        longitude=round(region.longitude * 1000) * 100 + random_.randint(-30, 30) * 1000 + 500,
        starts_on=TODAY.fromordinal(starts), ends_on=TODAY.fromordinal(starts + 60 + min_stay),
        places=random_.randint(1, 4),
        hours_per_day=random_.randint(3, 8), min_stay_days=min_stay, title=" ".join(random_.sample(WORDS, 3)),
        description=" ".join(random_.sample(WORDS, 6)), **options,
    )  # fmt: skip


def _write_hosts(connection: sqlite3.Connection, hosts: list[tuple[UUID, UUID, Region]]) -> None:
    connection.executemany(
        "INSERT INTO accounts (id, email, email_key, password_hash, name, locale, is_trial, created_at)"
        " VALUES (?, ?, ?, '', 'Host', 'en', 0, ?)",
        ((account.bytes, f"o{account}@example.org", f"o{account}@example.org", INSTANT) for account, _, _ in hosts),
    )
    connection.executemany(
        "INSERT INTO hosts (id, account_id, name, description, address, region, public_latitude, public_longitude,"
        " version, created_at) VALUES (?, ?, 'A host', '', 'A street', ?, 0, 0, 1, ?)",
        ((host.bytes, account.bytes, region.code, INSTANT) for account, host, region in hosts),
    )


def _write_posts(connection: sqlite3.Connection, columns: list[str], posts: list[PostFacts], start: int) -> None:
    instants = [_instant(start + place) for place in range(len(posts))]
    connection.executemany(
        _insert("posts", POST_COLUMNS),
        (
            (p.post_id.bytes, p.host_id.bytes, "published", 1, 1, 1, "A place by the sea", "A day.", "", p.starts,
             p.ends, p.places, p.hours_per_day, 5, p.min_stay, *(getattr(p, name) for name in OPTION_LISTS), 0, at, at,
             at)
            for p, at in zip(posts, instants, strict=True)
        ),
    )  # fmt: skip
    rows = [_flat_row(columns, post, at) for post, at in zip(posts, instants, strict=True)]
    connection.executemany(_insert("post_rows", columns), rows)
    connection.executemany(
        "INSERT INTO post_terms (post_id, term) VALUES (?, ?)",
        ((post.post_id.bytes, term) for post in posts for term in post.tokens),
    )


def _flat_row(columns: list[str], post: PostFacts, published_at: str) -> list[object]:
    known = {"version": 1, "host_version": 1, "starts_on": post.starts, "published_at": published_at}
    values = [known[name] if name in known else getattr(post, name) for name in columns]
    return [value.bytes if isinstance(value, UUID) else value for value in values]


def _instant(place: int) -> str:
    """A second apart, the last before now."""
    minutes, second = divmod(place, 60)
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    return f"2026-10-{1 + day:02d} {hour:02d}:{minute:02d}:{second:02d}.000000"


def _insert(table: str, columns: list[str]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608  # our own names
