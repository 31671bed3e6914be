"""Types of fields at the API's edge: strict, cleaned, limited in code points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar

from annotated_types import Ge, GroupedMetadata, Le, MaxLen, MinLen
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    Strict,
    StringConstraints,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from haloop.core.clock import instant_text
from haloop.core.text import clean, control_character


def _cleaned(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


def _no_surrogates(value: str) -> str:
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise control_character()
    return value


def _date_text(value: object) -> object:
    """Only "YYYY-MM-DD" is a date in JSON; Pydantic alone would read numbers as seconds."""
    if value is None or isinstance(value, date):
        return value
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError("not a date")
    return value


@dataclass(frozen=True)
class Text(GroupedMetadata):
    """`Annotated[str, Text(1, 100)]`: a cleaned string of so many code points."""

    at_least: int
    at_most: int

    def __iter__(self) -> Iterator[object]:
        yield Strict()
        yield MinLen(self.at_least)
        yield MaxLen(self.at_most)
        yield BeforeValidator(_cleaned)  # the last named runs first


@dataclass(frozen=True)
class Whole(GroupedMetadata):
    """`Annotated[int, Whole(1, 12)]`: a whole number; neither "4", 4.0 nor true is one."""

    at_least: int
    at_most: int

    def __iter__(self) -> Iterator[object]:
        yield Strict()
        yield Ge(self.at_least)
        yield Le(self.at_most)


# A password is neither trimmed nor normalised.
Secret = Annotated[str, StringConstraints(strict=True, min_length=8, max_length=128), AfterValidator(_no_surrogates)]
Degrees = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Day = Annotated[date, BeforeValidator(_date_text)]
InstantOut = Annotated[datetime, PlainSerializer(instant_text, return_type=str, when_used="json")]


class Body(BaseModel):
    """A request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Change(Body):
    """A PATCH body: what is absent stays as it is; null only for the fields named `nullable`."""

    nullable: ClassVar[frozenset[str]] = frozenset()

    @field_validator("*", mode="before")
    @classmethod
    def _no_null(cls, value: object, info: ValidationInfo) -> object:
        if value is None and info.field_name not in cls.nullable:
            raise PydanticCustomError("missing", "Fill this in.")
        return value

    def has(self, name: str) -> bool:
        return name in self.model_fields_set
