"""Which icon of the sprite stands beside an option."""

from __future__ import annotations

JOBS = {
    "kitchen": "chef-hat",
    "table-service": "utensils",
    "barista": "coffee",
    "cafe-bar-floor": "coffee",
    "reception": "key-round",
    "gear-rental": "waves",
    "housekeeping": "bed-double",
    "cleaning": "shirt",
    "illustration": "palette",
    "graphic-design": "palette",
    "painting": "brush",
    "carpentry": "hammer",
    "farming": "sprout",
    "photography": "camera",
    "video-editing": "clapperboard",
    "web-development": "laptop",
    "content-creation": "pencil",
    "marketing": "megaphone",
    "events": "store",
    "other": "hand-helping",
}
BEDS = {"tent": "tent", "whole-place": "house", "double-room": "bed-double"}
EXPERIENCES = {
    "surfing": "waves",
    "paddling": "sailboat",
    "snorkelling": "waves",
    "diving": "waves",
    "diving-licence": "waves",
    "coffee-lessons": "coffee",
    "bartending-lessons": "utensils",
    "cultural-exchange": "globe",
    "local-tours": "map",
    "workshops": "book-open",
}


def job_icon(slug: str) -> str:
    return JOBS.get(slug, "hand-helping")


def bed_icon(slug: str) -> str:
    return BEDS.get(slug, "bed-single")


def experience_icon(slug: str) -> str:
    return EXPERIENCES.get(slug, "compass")
