"""A filter in words: chips above a search, rows of a subscription, a title, a name to begin with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from haloop.core.translations import Translator
from haloop.matching.filter import OPTION_LIST_OF, Filter
from haloop.web.cards import small

NAME_MOST = 60  # characters of a subscription's name
ALL_OF = ("amenities", "environments")


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that a filter asks for: `name` (Region), `values` (Hualien, Taitung), and all of it in one `chip`."""

    fields: tuple[str, ...]
    name: str
    values: list[str]
    chip: str
    joined_by: str = ""

    @property
    def excludes(self) -> bool:
        return "excluded_requirements" in self.fields


def wishes(wanted: Filter, texts: Translator, today: date) -> list[Wish]:
    """What the filter asks for, in the order of the panel; the two dates are one wish."""
    found: list[Wish] = []
    named = set(wanted.named())
    if "text" in named:
        found.append(_single("text", texts.t("Words"), texts.quoted(wanted.text or "")))
    if "regions" in named:
        places = [texts.place(code) for code in wanted.regions]
        found.append(Wish(("regions",), texts.t("Region"), places, texts.either(places), texts.t("or")))
    if "bbox" in named:
        found.append(_single("bbox", texts.t("Area"), texts.t("A part of the map")))
    if named & {"available_from", "available_until"}:
        fields = ("available_from", "available_until")
        text = _free_days(wanted, texts, today)
        found.append(Wish(fields, texts.t("Dates"), [text], text))
    found.extend(_numbers(wanted, texts))
    found.extend(_options(wanted, texts, field) for field in OPTION_LIST_OF if field in named)
    return found


def search_url(wanted: Filter, *, sort: str = "newest", cursor: str | None = None) -> str:
    """The search that the filter is, as a path with its query."""
    query = wanted.to_query()
    if sort != "newest":
        query.append(("sort", sort))
    if cursor:
        query.append(("cursor", cursor))
    return f"/posts?{urlencode(query)}" if query else "/posts"


def without(wanted: Filter, wish: Wish) -> Filter:
    for field in wish.fields:
        wanted = wanted.without(field)
    return wanted


def suggested_name(found: list[Wish]) -> str:
    """A name for a subscription, from its first chips."""
    name = ""
    for wish in found:
        longer = f"{name} · {wish.chip}" if name else wish.chip
        if len(longer) > NAME_MOST:
            break
        name = longer
    return name or (found[0].chip[: NAME_MOST - 1] + "…" if found else "")


def field_name(texts: Translator, field: str) -> str:
    """What a field of options is called."""
    return {
        "job_types": texts.t("Job"),
        "accommodations": texts.t("Bed"),
        "meals": texts.t("Meals"),
        "experiences": texts.t("Experiences"),
        "amenities": texts.t("At the place"),
        "environments": texts.t("Good to know"),
        "excluded_requirements": texts.t("Not for me"),
    }[field]


def _single(field: str, name: str, text: str) -> Wish:
    return Wish((field,), name, [text], text)


def _free_days(wanted: Filter, texts: Translator, today: date) -> str:
    first, last = wanted.available_from, wanted.available_until
    if first and last:
        return texts.days(first, last, today=today)
    if first:
        return texts.t("From {day}", day=texts.days(first, first, today=today))
    return texts.t("Until {day}", day=texts.days(last, last, today=today) if last else "")


def _numbers(wanted: Filter, texts: Translator) -> list[Wish]:
    found: list[Wish] = []
    if wanted.max_hours_per_day:
        text = texts.tn("At most {count} h a day", "At most {count} h a day", wanted.max_hours_per_day)
        found.append(_single("max_hours_per_day", texts.t("Hours"), text))
    if wanted.max_min_stay_days:
        text = texts.tn("{count} day or less", "{count} days or less", wanted.max_min_stay_days)
        found.append(_single("max_min_stay_days", texts.t("Shortest stay"), text))
    if wanted.group_size:
        text = texts.tn("{count} helper", "{count} helpers", wanted.group_size)
        found.append(_single("group_size", texts.t("Helpers"), text))
    return found


def _options(wanted: Filter, texts: Translator, field: str) -> Wish:
    labels = [texts.label(OPTION_LIST_OF[field], slug) for slug in getattr(wanted, field)]
    name = field_name(texts, field)
    first, *rest = labels
    sentence = [first, *(small(texts, label) for label in rest)]
    if field == "excluded_requirements":
        lowered = [small(texts, label) for label in labels]
        return Wish((field,), name, labels, texts.t("Not: {list}", list=texts.either(lowered)), texts.t("or"))
    if field in ALL_OF:
        return Wish((field,), name, labels, texts.both(sentence), texts.t("and"))
    return Wish((field,), name, labels, texts.either(sentence), texts.t("or"))
