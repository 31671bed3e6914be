"""Random filters and posts that often, and not always, fit each other."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

JOBS = ("housekeeping", "reception", "cleaning")
MEALS = ("breakfast", "dinner")
EXPERIENCES = ("surfing", "diving")


def a_filter(rng: Random, today: date) -> dict[str, object]:
    """A filter that asks for something, as JSON."""
    parts: list[dict[str, object]] = [
        {"group_size": rng.randint(1, 3)},
        {"regions": rng.sample(("TW-TTT", "TW-HUA", "TW-PIF", "TW-ILA"), rng.randint(1, 2))},
        {"max_hours_per_day": rng.randint(3, 7)},
        {"job_types": [rng.choice(JOBS)]},
        {"meals": [rng.choice(MEALS)]},
        {"experiences": [rng.choice(EXPERIENCES)]},
        {"text": rng.choice(("linen", "goats", "house", "晚餐"))},
        {"available_from": (today + timedelta(days=rng.randint(-3, 30))).isoformat(),
         "available_until": (today + timedelta(days=rng.randint(31, 60))).isoformat()},
        {"available_until": (today + timedelta(days=rng.randint(31, 40))).isoformat()},
    ]  # fmt: skip
    chosen: dict[str, object] = {}
    for part in rng.sample(parts, rng.choice((1, 1, 2, 3))):
        chosen |= part
    return chosen


def post_fields(rng: Random, today: date) -> dict[str, object]:
    """All that a post needs to be published, but photos and status."""
    return {
        "title": rng.choice(("Fold the linen", "Walk the goats", "Paint the boat")),
        "description": "Then the day is yours.",
        "benefits": "",
        "days_per_week": 5,
        "starts_on": (today + timedelta(days=rng.randint(-5, 20))).isoformat(),
        "ends_on": (today + timedelta(days=rng.randint(40, 90))).isoformat(),
        "accommodations": ["bunk-bed"],
        "amenities": [],
        "environments": [],
        "requirements": [],
        **post_edit(rng),
    }


def post_edit(rng: Random) -> dict[str, object]:
    """New values for what the rule reads."""
    return {
        "places": rng.randint(1, 3),
        "hours_per_day": rng.randint(2, 7),
        "min_stay_days": rng.randint(2, 14),
        "job_types": rng.sample(JOBS, rng.randint(1, 2)),
        "meals": rng.sample(MEALS, rng.randint(0, 2)),
        "experiences": rng.sample(EXPERIENCES, rng.randint(0, 2)),
    }
