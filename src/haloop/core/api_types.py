"""Types of fields at the API's edge: strict, cleaned, limited in code points."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar

from annotated_types import Ge, GroupedMetadata, Le, MaxLen, MinLen
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    Strict,
    ValidationInfo,
    field_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from haloop.core.clock import instant_text
from haloop.core.text import clean, refuse_control_characters


def _cleaned(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


def _composed(value: object) -> object:
    """NFC alone: keyboards differ in how they compose what looks the same."""
    if not isinstance(value, str):
        return value
    refuse_control_characters(value)
    return unicodedata.normalize("NFC", value)


def _date_text(value: object) -> object:
    """Only "YYYY-MM-DD" is a date in JSON; Pydantic alone would read numbers, and texts of ten digits, as seconds."""
    if value is None or isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise PydanticCustomError("date_parsing", "Write a date as YYYY-MM-DD.")
    return value


_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


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


@dataclass(frozen=True)
class Password(GroupedMetadata):
    """`Annotated[str, Password(8, 128)]`: so many code points, composed like other text but never trimmed."""

    at_least: int
    at_most: int

    def __iter__(self) -> Iterator[object]:
        yield Strict()
        yield MinLen(self.at_least)
        yield MaxLen(self.at_most)
        yield BeforeValidator(_composed)


Degrees = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Day = Annotated[date, BeforeValidator(_date_text)]
InstantOut = Annotated[datetime, PlainSerializer(instant_text, return_type=str, when_used="json")]


class Body(BaseModel):
    """A request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


def nullable_schema(json_schema: JsonSchemaValue) -> JsonSchemaValue:
    return {"anyOf": [json_schema, {"type": "null"}]}


@dataclass(frozen=True)
class OrNull:
    """In `Annotated`: the field takes null too (its validators make something of it), and the schema says so."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return nullable_schema(handler(schema))


@dataclass(frozen=True)
class OneOf:
    """In `Annotated`: the schema names the values that the field's validators know."""

    values: tuple[str, ...]

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "enum": list(self.values)}


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

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """No field has a default here, and null is said of the nullable ones alone."""
        json_schema = handler(core_schema)
        properties = handler.resolve_ref_schema(json_schema)["properties"]
        for name, field in properties.items():
            field.pop("default", None)
            choices = [choice for choice in field.pop("anyOf", []) if choice != {"type": "null"}]
            if name in cls.nullable:
                field["anyOf"] = [*(choices or [_moved(field)]), {"type": "null"}]
            elif len(choices) == 1:
                field.update(choices[0])
            elif choices:
                field["anyOf"] = choices
        return json_schema


def _moved(field: JsonSchemaValue) -> JsonSchemaValue:
    """Takes all but the title out of a schema, to be put elsewhere."""
    return {name: field.pop(name) for name in list(field) if name != "title"}
