"""What crosses the API about posts."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from haloop.accounts.schemas import HostSummary, Location
from haloop.core.api_types import Body, Change, Day, InstantOut, OneOf, OrNull, Text, Whole
from haloop.core.vocabulary import OPTION_LISTS, vocabulary
from haloop.engines.media.photo import Photo
from haloop.posts import limits

PostStatus = Literal["draft", "published", "closed"]
Sort = Literal["newest", "starting_soon"]
SORTS: tuple[str, ...] = get_args(Sort)


def _none_is_empty(value: object) -> object:
    return "" if value is None else value


def _each_once(ids: list[UUID]) -> list[UUID]:
    return list(dict.fromkeys(ids))


def _in_order(slugs: list[str], name: str) -> list[str]:
    """The options in the vocabulary's order, each once; raises a Pydantic error for one that is not in the list."""
    for slug in slugs:
        if not vocabulary().has(name, slug):
            raise PydanticCustomError("unknown_option", "This is not in the list.")
    return vocabulary().slugs(name, vocabulary().mask(name, slugs))


def _missing() -> PydanticCustomError:
    return PydanticCustomError("missing", "Fill this in.")


def _again(fault: ErrorDetails) -> InitErrorDetails:
    """A fault as it was found, to be raised together with others."""
    kind = PydanticCustomError(fault["type"], fault["msg"], fault.get("ctx"))
    return InitErrorDetails(type=kind, loc=fault["loc"], input=fault["input"])


Title = Annotated[str, Text(1, limits.TITLE)]
Description = Annotated[str, Text(0, limits.DESCRIPTION), BeforeValidator(_none_is_empty), OrNull()]
Benefits = Annotated[str, Text(0, limits.BENEFITS), BeforeValidator(_none_is_empty), OrNull()]
Places = Annotated[int, Whole(1, limits.PLACES)]
HoursPerDay = Annotated[int, Whole(1, limits.HOURS_PER_DAY)]
DaysPerWeek = Annotated[int, Whole(1, limits.DAYS_PER_WEEK)]
MinStayDays = Annotated[int, Whole(1, limits.MIN_STAY_DAYS)]


def _slugs(name: str) -> OneOf:
    return OneOf(tuple(option.slug for option in vocabulary().options[name]))


Many = Field(max_length=64)
JobTypes = Annotated[list[Annotated[str, _slugs("job_types")]], Many]
Accommodations = Annotated[list[Annotated[str, _slugs("accommodations")]], Many]
Amenities = Annotated[list[Annotated[str, _slugs("amenities")]], Many]
Meals = Annotated[list[Annotated[str, _slugs("meals")]], Many]
Experiences = Annotated[list[Annotated[str, _slugs("experiences")]], Many]
Environments = Annotated[list[Annotated[str, _slugs("environments")]], Many]
Requirements = Annotated[list[Annotated[str, _slugs("requirements")]], Many]
PhotoIds = Annotated[list[UUID], Field(max_length=limits.PHOTOS_MOST), AfterValidator(_each_once)]


class _PostFields(Body):
    """The fields that a host writes; all but the title may be missing in a draft."""

    description: Description = ""
    benefits: Benefits = ""
    starts_on: Day | None = None
    ends_on: Day | None = None
    places: Places | None = None
    hours_per_day: HoursPerDay | None = None
    days_per_week: DaysPerWeek = limits.DAYS_PER_WEEK_DEFAULT
    min_stay_days: MinStayDays | None = None
    job_types: JobTypes = Field(default_factory=list)
    accommodations: Accommodations = Field(default_factory=list)
    amenities: Amenities = Field(default_factory=list)
    meals: Meals = Field(default_factory=list)
    experiences: Experiences = Field(default_factory=list)
    environments: Environments = Field(default_factory=list)
    requirements: Requirements = Field(default_factory=list)
    photos: PhotoIds = Field(default_factory=list)

    @field_validator(*OPTION_LISTS)
    @classmethod
    def _known_options(cls, value: list[str], info: Any) -> list[str]:  # Any: ValidationInfo without its field types
        return _in_order(value, info.field_name)


_NEEDED = ("title", "description", "starts_on", "ends_on", "places", "hours_per_day", "min_stay_days",
           "job_types", "accommodations", "photos")  # fmt: skip  # to be published


class PostIn(_PostFields):
    # Required; judged with all else that publishing misses, so that every missing field is named at once.
    model_config = ConfigDict(json_schema_extra={"required": ["title"]})

    title: Title = ""
    status: Literal["draft", "published"] = "draft"

    @model_validator(mode="wrap")
    @classmethod
    def _name_what_is_missing(cls, data: Any, handler: ModelWrapValidatorHandler[PostIn]) -> PostIn:  # Any: JSON
        """A field that does not hold must not hide those that a published post misses besides."""
        try:
            return handler(data)
        except ValidationError as error:
            if not isinstance(data, dict) or data.get("status") != "published":
                raise
            faults = [_again(fault) for fault in error.errors(include_url=False)]
            named = {fault["loc"][0] for fault in faults if fault.get("loc")}
            missing = [name for name in _NEEDED if name not in named and not data.get(name)]
            faults += [InitErrorDetails(type=_missing(), loc=(name,), input=data.get(name)) for name in missing]
            raise ValidationError.from_exception_data(cls.__name__, faults) from error


class PostChange(Change, _PostFields):
    """Absent fields stay as they are; sets and photos are replaced whole."""

    nullable = frozenset(
        {"description", "benefits", "starts_on", "ends_on", "places", "hours_per_day", "min_stay_days"}
    )

    title: Title = ""


class _PostOut(BaseModel):
    """What a post in a list and a whole one have in common; `told` (how many helpers were told) is null for all but
    its host."""

    id: UUID
    status: PostStatus
    open: bool
    version: int
    title: str
    starts_on: date | None
    ends_on: date | None
    latest_arrival: date | None
    places: int | None
    hours_per_day: int | None
    days_per_week: int
    min_stay_days: int | None
    job_types: list[str]
    accommodations: list[str]
    amenities: list[str]
    meals: list[str]
    experiences: list[str]
    environments: list[str]
    region: str
    location: Location
    host: HostSummary
    url: str
    created_at: InstantOut
    updated_at: InstantOut
    published_at: InstantOut | None
    closed_at: InstantOut | None
    mine: bool
    told: int | None


class PostSummary(_PostOut):
    """A post in a list."""

    photo: Photo | None


class Post(_PostOut):
    """A post whole."""

    description: str | None
    benefits: str | None
    requirements: list[str]
    photos: list[Photo]


class Relax(BaseModel):
    """What to loosen: the field, and the value that lets something fit (null: leave the field out)."""

    field: str
    value: int | None


class NearMiss(BaseModel):
    relax: Relax
    filter: dict[str, Any]  # Any: a Filter as JSON, only its named fields
    count: int
    posts: list[PostSummary]


class NearMisses(BaseModel):
    items: list[NearMiss]
    next_cursor: None
