"""What crosses the API about accounts, hosts and signing in."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError

from haloop.accounts import limits
from haloop.core.api_types import Body, Change, Degrees, InstantOut, OneOf, Password, Text
from haloop.core.vocabulary import vocabulary
from haloop.engines.media.photo import Photo

Locale = Literal["en", "zh-TW"]


_EMAIL = r"[^\s@]+@[^\s@]+\.[^\s@]+"


def _email(value: str) -> str:
    """Something that mail can be sent to. Characters that do not show would make two that look the same, and some
    that NFKC makes many of would outgrow the unique key."""
    hidden = any(unicodedata.category(character) == "Cf" for character in value)
    grows = len(unicodedata.normalize("NFKC", value)) > limits.EMAIL
    if hidden or grows or not re.fullmatch(_EMAIL, value):
        raise PydanticCustomError("email", "This is not an e-mail address.")
    return value


def _region(value: str) -> str:
    if not vocabulary().has_region(value):
        raise PydanticCustomError("unknown_option", "This is not in the list.")
    return value


def _empty_is_none(value: str | None) -> str | None:
    return value or None


Email = Annotated[
    str, Text(3, limits.EMAIL), AfterValidator(_email), Field(json_schema_extra={"pattern": f"^{_EMAIL}$"})
]
Name = Annotated[str, Text(1, limits.NAME)]
Region = Annotated[str, AfterValidator(_region), OneOf(tuple(region.code for region in vocabulary().regions))]


class PointIn(Body):
    latitude: Annotated[Degrees, Field(ge=-90, le=90)]
    longitude: Annotated[Degrees, Field(ge=-180, le=180)]


class HelperIn(Body):
    bio: Annotated[str, Text(0, limits.BIO)] = ""


class HostIn(Body):
    name: Annotated[str, Text(1, limits.HOST_NAME)]
    description: Annotated[str, Text(0, limits.HOST_DESCRIPTION)] = ""
    address: Annotated[str, Text(1, limits.ADDRESS)]
    locality: Annotated[Annotated[str, Text(0, limits.LOCALITY)] | None, AfterValidator(_empty_is_none)] = None
    region: Region
    point: PointIn | None = None


class HostReplace(HostIn):
    photo_id: UUID | None = None


class Register(Body):
    email: Email
    password: Annotated[str, Password(limits.PASSWORD_LEAST, limits.PASSWORD_MOST)]
    name: Name
    helper: HelperIn | None = None
    host: HostIn | None = None


class Login(Body):
    email: Annotated[str, Text(1, limits.EMAIL)]
    password: Annotated[str, Password(1, limits.PASSWORD_MOST)]


class AccountChange(Change):
    nullable = frozenset({"photo_id"})

    name: Name | None = None
    locale: Locale | None = None
    photo_id: UUID | None = None


class Location(BaseModel):
    """The public point; `precision` is "area" (a cell of 0.01 degrees) or "region" (its centre)."""

    latitude: float
    longitude: float
    precision: Literal["region", "area"]


class Point(BaseModel):
    latitude: float
    longitude: float


class HostSummary(BaseModel):
    id: UUID
    name: str
    locality: str | None
    region: str
    photo: Photo | None


class Host(HostSummary):
    description: str | None
    location: Location
    open_posts: int
    member_since: str  # "YYYY-MM"
    account_id: UUID


class OwnHost(Host):
    """A host for its owner, with what nobody else may see."""

    address: str
    point: Point | None


class Helper(BaseModel):
    bio: str | None


class Account(BaseModel):
    """An account for itself."""

    id: UUID
    email: str
    email_verified: bool
    name: str
    locale: Locale
    photo: Photo | None
    helper: Helper | None
    host: OwnHost | None
    is_trial: bool
    created_at: InstantOut


class SignedIn(BaseModel):
    token: str
    account: Account
