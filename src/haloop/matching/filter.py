"""The filter: what a helper wants, one value object for search, subscription and recommendation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    field_validator,
    model_serializer,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from haloop.core.text import clean
from haloop.core.vocabulary import vocabulary
from haloop.matching.tokens import query_tokens

REGIONS_MOST: Final = 50
GROUP_SIZE_MOST: Final = 50
HOURS_MOST: Final = 24
MIN_STAY_MOST: Final = 365
TEXT_LENGTH: Final = 100
TEXT_TOKENS: Final = 32
EARLIEST_DATE: Final = date(1970, 1, 1)
DECIMALS: Final = 5  # of a degree: about a metre

# A set's option list in the vocabulary; `regions` is none of them.
OPTION_LIST_OF: Final[Mapping[str, str]] = {
    "job_types": "job_types",
    "accommodations": "accommodations",
    "meals": "meals",
    "experiences": "experiences",
    "amenities": "amenities",
    "environments": "environments",
    "excluded_requirements": "requirements",
}
SETS: Final = ("regions", *OPTION_LIST_OF)
NUMBERS: Final[Mapping[str, int]] = {  # with the most that may be asked for; the least is 1
    "group_size": GROUP_SIZE_MOST,
    "max_hours_per_day": HOURS_MOST,
    "max_min_stay_days": MIN_STAY_MOST,
}

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,9}")
_DECIMAL_NUMBER = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?")


def _cleaned(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


def _option(slug: str, info: ValidationInfo) -> str:
    field = str(info.field_name)
    words = vocabulary()
    known = words.has_region(slug) if field == "regions" else words.has(OPTION_LIST_OF[field], slug)
    if not known:
        raise PydanticCustomError("unknown_option", "There is no such option.")
    return slug


def _day(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        if _DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise PydanticCustomError("date_format", "A date is written YYYY-MM-DD.")


def _rounded(degrees: float) -> float:
    return round(degrees, DECIMALS) + 0.0  # no minus zero


Slug = Annotated[str, Field(strict=True), BeforeValidator(_cleaned), AfterValidator(_option)]
Day = Annotated[date, Field(strict=True, ge=EARLIEST_DATE), BeforeValidator(_day)]
Longitude = Annotated[float, Field(strict=True, ge=-180, le=180, allow_inf_nan=False), AfterValidator(_rounded)]
Latitude = Annotated[float, Field(strict=True, ge=-90, le=90, allow_inf_nan=False), AfterValidator(_rounded)]
Box = tuple[Longitude, Latitude, Longitude, Latitude]
Text = Annotated[str, Field(strict=True, max_length=TEXT_LENGTH), BeforeValidator(_cleaned)]


class Filter(BaseModel):
    """What a helper wants (design.md, section 2): every named field must hold, an empty one asks for nothing.

    Sets are slugs in the vocabulary's order; `bbox` is west, south, east, north in degrees. Strict about types."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    regions: Annotated[tuple[Slug, ...], Field(max_length=REGIONS_MOST)] = ()
    bbox: Box | None = None
    available_from: Day | None = None
    available_until: Day | None = None
    group_size: Annotated[int, Field(strict=True, ge=1, le=GROUP_SIZE_MOST)] | None = None
    max_hours_per_day: Annotated[int, Field(strict=True, ge=1, le=HOURS_MOST)] | None = None
    max_min_stay_days: Annotated[int, Field(strict=True, ge=1, le=MIN_STAY_MOST)] | None = None
    job_types: tuple[Slug, ...] = ()
    accommodations: tuple[Slug, ...] = ()
    meals: tuple[Slug, ...] = ()
    experiences: tuple[Slug, ...] = ()
    amenities: tuple[Slug, ...] = ()
    environments: tuple[Slug, ...] = ()
    excluded_requirements: tuple[Slug, ...] = ()
    text: Text | None = None

    @field_validator("*", mode="before")
    @classmethod
    def _empty_means_not_named(cls, value: object, info: ValidationInfo) -> object:
        empty = value is None or value in ("", [], ())
        return cls.model_fields[str(info.field_name)].default if empty else value

    @field_validator(*SETS)
    @classmethod
    def _in_vocabulary_order(cls, slugs: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        words = vocabulary()
        if info.field_name == "regions":
            return tuple(sorted(set(slugs), key=lambda code: words.region(code).number))
        options = OPTION_LIST_OF[str(info.field_name)]
        return tuple(words.slugs(options, words.mask(options, slugs)))

    @field_validator("bbox")
    @classmethod
    def _south_is_not_above_north(cls, box: Box | None) -> Box | None:
        if box and box[1] > box[3]:
            raise PydanticCustomError("south_above_north", "South must not lie above north.")
        return box

    @field_validator("available_until")
    @classmethod
    def _until_is_not_before_from(cls, until: date | None, info: ValidationInfo) -> date | None:
        first = info.data.get("available_from")
        if until and first and until < first:
            raise PydanticCustomError("until_before_from", "The last day must not lie before the first.")
        return until

    @field_validator("text")
    @classmethod
    def _text_has_tokens(cls, text: str | None) -> str | None:
        tokens = query_tokens(text or "")
        if len(tokens) > TEXT_TOKENS:
            raise PydanticCustomError("too_many_words", "At most {most} words.", {"most": TEXT_TOKENS})
        return text if tokens else None

    @classmethod
    def from_query(cls, items: Iterable[tuple[str, str]]) -> Filter:
        """The filter of a URL's query: repeated names make sets, of anything else the last counts, `bbox=w,s,e,n`;
        unknown names and empty values mean nothing. Raises pydantic.ValidationError."""
        wanted: dict[str, object] = {}
        sets: dict[str, list[str]] = {}
        for name, value in items:
            if name not in QUERY_NAMES or not value.strip():
                continue
            if name in SETS:
                sets.setdefault(name, []).append(value)
            else:
                wanted[name] = _from_query_text(name, value)
        return cls.model_validate({**wanted, **sets})

    def named(self) -> tuple[str, ...]:
        """The fields that ask for something, in the order of the table."""
        return tuple(field for field in FIELDS if getattr(self, field) not in (None, ()))

    def to_json(self) -> dict[str, object]:
        """The named fields alone, as the API writes them: sets and box as lists, dates as text."""
        return {field: _plain(getattr(self, field)) for field in self.named()}

    def to_query(self) -> list[tuple[str, str]]:
        """The same filter as a URL's query; `from_query` reads it back."""
        items: list[tuple[str, str]] = []
        for field, value in self.to_json().items():
            if field == "bbox":
                items.append((field, ",".join(_decimal_text(degrees) for degrees in self.bbox or ())))
            elif isinstance(value, list):
                items.extend((field, slug) for slug in value)
            else:
                items.append((field, str(value)))
        return items

    def without(self, field: str) -> Filter:
        """The filter that does not name the field."""
        return self.model_copy(update={field: type(self).model_fields[field].default})

    def with_value(self, field: str, value: object) -> Filter:
        """The filter with this value instead; raises pydantic.ValidationError."""
        return type(self).model_validate({**self.to_json(), field: value})

    @model_serializer(mode="wrap")
    def _only_the_named(self, _handler: SerializerFunctionWrapHandler) -> dict[str, object]:
        return self.to_json()

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """One schema for what is read and what is written (see `value_schemas`)."""
        json_schema = handler(core_schema)
        resolved = handler.resolve_ref_schema(json_schema)
        resolved.clear()
        properties = {
            field: {"anyOf": [schema, {"enum": [None, "", []]}], "description": DESCRIPTIONS[field]}
            for field, schema in value_schemas().items()
        }
        resolved |= {
            "title": "Filter",
            "description": "What a helper wants. Only the named fields; null, an empty text or list asks for nothing.",
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
        }
        return json_schema


FIELDS: Final = tuple(Filter.model_fields)
QUERY_NAMES: Final = frozenset(FIELDS)

DESCRIPTIONS: Final[Mapping[str, str]] = {
    "regions": "Any of these regions.",
    "bbox": "The host lies in this box: west, south, east, north; west > east crosses the 180th meridian.",
    "available_from": "The stay can begin on this day or later.",
    "available_until": "The stay can be over by this day.",
    "group_size": "So many places at least.",
    "max_hours_per_day": "So many hours of help a day at most.",
    "max_min_stay_days": "Its shortest stay is at most so many days.",
    "job_types": "Any of these job types.",
    "accommodations": "Any of these accommodations.",
    "meals": "Any of these meals.",
    "experiences": "Any of these experiences.",
    "amenities": "All of these amenities.",
    "environments": "All of these environments.",
    "excluded_requirements": "None of these requirements.",
    "text": f"All of these words, in the post or its labels (at most {TEXT_TOKENS}).",
}


def value_schemas() -> dict[str, JsonSchemaValue]:
    """JSON Schema of each field's value when it is named."""
    words = vocabulary()
    choices = {"regions": [region.code for region in words.regions]} | {
        field: [option.slug for option in words.options[options]] for field, options in OPTION_LIST_OF.items()
    }
    degrees = {"type": "number", "minimum": -180, "maximum": 180}
    schemas: dict[str, JsonSchemaValue] = {
        "bbox": {"type": "array", "items": degrees, "minItems": 4, "maxItems": 4},
        "text": {"type": "string", "maxLength": TEXT_LENGTH},
    }
    for field in ("available_from", "available_until"):
        schemas[field] = {"type": "string", "format": "date"}
    for field, most in NUMBERS.items():
        schemas[field] = {"type": "integer", "minimum": 1, "maximum": most}
    for field, slugs in choices.items():
        schemas[field] = {"type": "array", "items": {"type": "string", "enum": slugs}}
    schemas["regions"]["maxItems"] = REGIONS_MOST
    return {field: schemas[field] for field in FIELDS}


def openapi_parameters() -> list[dict[str, Any]]:  # Any: JSON, as FastAPI's `openapi_extra` takes it
    """The fields as OpenAPI 3.1 query parameters: sets repeated, the box as `w,s,e,n`."""
    return [
        {
            "name": field,
            "in": "query",
            "required": False,
            "allowEmptyValue": True,
            "description": DESCRIPTIONS[field],
            "schema": schema,
            "style": "form",
            "explode": field != "bbox",
        }
        for field, schema in value_schemas().items()
    ]


def _from_query_text(field: str, text: str) -> object:
    """The value a query's text stands for; the text itself where it stands for none, which the field then refuses."""
    text = text.strip()
    if field in NUMBERS:
        return int(text) if _WHOLE_NUMBER.fullmatch(text) else text
    if field == "bbox":
        return [float(part) if _DECIMAL_NUMBER.fullmatch(part) else part for part in text.split(",")]
    return text


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, date) else value


def _decimal_text(degrees: float) -> str:
    return f"{degrees:.{DECIMALS}f}".rstrip("0").rstrip(".")
