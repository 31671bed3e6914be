"""What crosses the API and the sockets about conversations and messages."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from haloop.accounts.schemas import Helper, HostSummary
from haloop.chat.models import BODY, CLIENT_ID, PHOTOS
from haloop.core.api_types import Body, InstantOut, Text, Whole
from haloop.engines.media.photo import Photo
from haloop.posts.schemas import PostSummary

Side = Literal["helper", "host"]
NUMBER_MOST = 2**53 - 1  # of a message: what JavaScript can count to, so that its largest number means the last one


class ConversationIn(Body):
    """Either the host, or a post of it to ask about."""

    host_id: UUID | None = None
    post_id: UUID | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> ConversationIn:
        if (self.host_id is None) == (self.post_id is None):
            raise PydanticCustomError("host_or_post", "Give either host_id or post_id.")
        return self


class MessageIn(Body):
    """Text, photos or both; `post_id` asks about a post of the conversation's host."""

    photos: Annotated[list[UUID], Field(max_length=PHOTOS)] = Field(default_factory=list)
    body: Annotated[str, Text(0, BODY)] = Field("", validate_default=True)
    client_id: Annotated[str, Text(1, CLIENT_ID)] | None = None
    post_id: UUID | None = None

    @field_validator("photos")
    @classmethod
    def _each_once(cls, photos: list[UUID]) -> list[UUID]:
        return list(dict.fromkeys(photos))

    @field_validator("body")
    @classmethod
    def _says_something(cls, body: str, info: ValidationInfo) -> str:
        if not body and info.data.get("photos") == []:  # None: they have a fault of their own
            raise PydanticCustomError("empty_message", "Write something, or add a photo.")
        return body


class ReadIn(Body):
    up_to: Annotated[int, Whole(0, NUMBER_MOST)]


class SendIn(MessageIn):
    """message:send; the client_id makes a retry harmless."""

    conversation_id: UUID
    client_id: Annotated[str, Text(1, CLIENT_ID)]


class ReadEvent(ReadIn):
    conversation_id: UUID


class TypingEvent(Body):
    conversation_id: UUID
    is_typing: Annotated[bool, Field(strict=True)]


class PublicAccount(BaseModel):
    """A person as others see it; never the e-mail."""

    id: UUID
    name: str
    photo: Photo | None
    helper: Helper | None
    host_id: UUID | None
    member_since: str


class ChatHost(HostSummary):
    account_id: UUID | None


class Message(BaseModel):
    id: UUID
    number: int
    conversation_id: UUID
    sender_id: UUID
    client_id: str | None
    body: str
    photos: list[Photo]
    post: PostSummary | None
    warning: bool
    sent_at: InstantOut


class ReadUpTo(BaseModel):
    mine: int
    theirs: int


class Conversation(BaseModel):
    """A conversation for one of its two sides; `post` is the one last asked about."""

    id: UUID
    my_side: Side
    helper: PublicAccount
    host: ChatHost
    post: PostSummary | None
    last_message: Message | None
    last_number: int
    unread: int
    read_up_to: ReadUpTo
    can_send: bool
    created_at: InstantOut
    updated_at: InstantOut


class MessagePage(BaseModel):
    """Messages in ascending order, and whether there are others on either side."""

    items: list[Message]
    has_before: bool
    has_after: bool


class UnreadTotal(BaseModel):
    unread: int
