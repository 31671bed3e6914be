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
DATES = ("available_from", "available_until")


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that a filter asks for: `name` (Region), `values` (Hualien, Taitung), all of it in one `chip`, and
    `brief`, where a name says less than that."""

    fields: tuple[str, ...]
    name: str
    values: list[str]
    chip: str
    joined_by: str = ""
    brief: str = ""

    @property
    def excludes(self) -> bool:
        return "excluded_requirements" in self.fields


def wishes(wanted: Filter, texts: Translator, today: date) -> list[Wish]:
    """What the filter asks for, in the order of the panel; the two dates are one wish."""
    found: list[Wish] = []
    named = set(wanted.named())
    if "text" in named:
        text = wanted.text or ""
        found.append(Wish(("text",), texts.t("Words"), [text], texts.quoted(text), brief=text))
    if "regions" in named:
        places = [texts.place(code) for code in wanted.regions]
        found.append(Wish(("regions",), texts.t("Region"), places, texts.either(places), texts.t("or")))
    if "bbox" in named:
        found.append(_single("bbox", texts.t("Area"), texts.t("A part of the map")))
    if named.intersection(DATES):
        text = free_days(wanted, texts, today)
        found.append(Wish(DATES, texts.t("Dates"), [text], text, brief=_months(wanted, texts)))
    found.extend(_numbers(wanted, texts))
    found.extend(_options(wanted, texts, field) for field in OPTION_LIST_OF if field in named)
    return found


def search_url(wanted: Filter, *, sort: str = "newest", cursor: str | None = None, subscription: str = "") -> str:
    """The search that the filter is, as a path with its query; `subscription` is one whose filter is being edited."""
    query = wanted.to_query()
    if subscription:
        query.append(("subscription", subscription))
    if sort != "newest":
        query.append(("sort", sort))
    if cursor:
        query.append(("cursor", cursor))
    return f"/posts?{urlencode(query)}" if query else "/posts"


def without(wanted: Filter, wish: Wish) -> Filter:
    for field in wish.fields:
        wanted = wanted.without(field)
    return wanted


def suggested_name(found: list[Wish], texts: Translator) -> str:
    """A name for a subscription, from what it asks for: Hualien · surfing · July."""
    ordered = sorted(found, key=lambda wish: wish.fields[0] in DATES)
    parts = [wish.brief or wish.chip for wish in ordered]
    name = ""
    for wish, part in zip(ordered, parts, strict=True):
        said = small(texts, part) if wish.fields[0] in OPTION_LIST_OF else part
        longer = f"{name} · {said}" if name else part
        if len(longer) <= NAME_MOST:
            name = longer
    return name or (parts[0][: NAME_MOST - 1] + "…" if parts else "")


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


def free_days(wanted: Filter, texts: Translator, today: date) -> str:
    """The days between which a helper is free: 8 Jan – 15 Mar, From 8 Jan."""
    first, last = wanted.available_from, wanted.available_until
    if first and last:
        return texts.days(first, last, today=today)
    if first:
        return texts.t("From {day}", day=texts.days(first, first, today=today))
    return texts.t("Until {day}", day=texts.days(last, last, today=today) if last else "")


def _months(wanted: Filter, texts: Translator) -> str:
    """The month of both dates, if it is one: July."""
    months = {f"{day:%Y-%m}" for day in (wanted.available_from, wanted.available_until) if day}
    both = wanted.available_from and wanted.available_until
    return texts.month(months.pop(), say_year=False) if both and len(months) == 1 else ""


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
