"""What crosses the API about recommendations and tastes."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from haloop.core.api_types import InstantOut
from haloop.posts.schemas import PostSummary


class Reason(BaseModel):
    """Why a post was picked: the field of the filter (or `near`, `looked_at`, `new_host`, `new_post`, `described`,
    `arrival`), a sentence in the reader's language, and its numbers."""

    field: str
    text: str
    detail: dict[str, Any]  # Any: JSON


class Recommendation(BaseModel):
    post: PostSummary
    reasons: list[Reason]


class Recommendations(BaseModel):
    """At most five posts, the same all day; one that was closed meanwhile says so (`open`)."""

    day: date
    items: list[Recommendation]
    next_cursor: None


class KnownSubscription(BaseModel):
    """`strength`: what it counts now, in thousandths of a fresh one."""

    id: UUID
    name: str
    strength: int


class KnownPost(BaseModel):
    """A post that says something of one's taste; `strength` in thousandths of a post opened today, below 0 for "not for
    me"."""

    kind: Literal["opened", "written", "dismissed"]
    post: PostSummary
    at: InstantOut
    strength: int


class Liked(BaseModel):
    """An option or a region (`field`, `slug`) that the posts point to, and how much, in millionths of a score."""

    field: str
    slug: str
    weight: int


class KnownTaste(BaseModel):
    """All that recommendations go by: active subscriptions, the newest posts of each kind (at most 100), and what they
    come to (the strongest first, at most 20)."""

    subscriptions: list[KnownSubscription]
    posts: list[KnownPost]
    liked: list[Liked]
