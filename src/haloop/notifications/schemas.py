"""What crosses the API about notifications."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from haloop.core.api_types import Body, InstantOut
from haloop.posts.schemas import PostSummary

READ_AT_ONCE = 100


def _instant_text(value: object) -> object:
    """Only a text is an instant in JSON; Pydantic alone would read numbers as seconds."""
    if value is not None and not isinstance(value, (str, datetime)):
        raise PydanticCustomError("datetime_type", "not an instant")
    return value


class Notification(BaseModel):
    """`post` is null once the post is deleted; title and body are in the account's language."""

    id: UUID
    kind: Literal["post_match"]
    title: str
    body: str
    post_id: UUID
    post: PostSummary | None
    subscription_names: list[str]
    read_at: InstantOut | None
    created_at: InstantOut


class Unread(BaseModel):
    unread: int


class MarkRead(Body):
    """Either some `ids`, or all (of those up to `before`)."""

    ids: Annotated[list[UUID], Field(max_length=READ_AT_ONCE)] | None = None
    all: Literal[True] | None = None
    before: Annotated[AwareDatetime | None, BeforeValidator(_instant_text)] = None

    @model_validator(mode="after")
    def _one_of_them(self) -> MarkRead:
        if (self.ids is None) == (self.all is None) or (self.before is not None and self.all is None):
            raise PydanticCustomError("ids_or_all", "Give either ids, or all with an optional before.")
        return self
