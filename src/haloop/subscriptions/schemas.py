"""What crosses the API about subscriptions."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel
from pydantic_core import PydanticCustomError

from haloop.core.api_types import Body, Change, InstantOut, Text
from haloop.matching.filter import Filter
from haloop.subscriptions.models import NAME

SubscriptionStatus = Literal["active", "paused"]


def _asks_for_something(wanted: Filter) -> Filter:
    if not wanted.named():
        raise PydanticCustomError("empty_filter", "Choose at least one condition.")
    return wanted


Name = Annotated[str, Text(1, NAME)]
Wanted = Annotated[Filter, AfterValidator(_asks_for_something)]


class SubscriptionIn(Body):
    name: Name
    filter: Wanted


class SubscriptionChange(Change):
    name: Name | None = None
    filter: Wanted | None = None
    status: SubscriptionStatus | None = None


class Subscription(BaseModel):
    """`expired`: its `available_until` lies in the past. `matching_posts` fit now, counted to 1,000."""

    id: UUID
    name: str
    filter: dict[str, Any]  # Any: a Filter as JSON, only its named fields
    status: SubscriptionStatus
    expired: bool
    matching_posts: int
    last_match_at: InstantOut | None
    created_at: InstantOut
    updated_at: InstantOut
