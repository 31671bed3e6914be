"""The filter panel: each group of options with what is chosen, and the numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from markupsafe import Markup

from haloop.core.translations import Language, Translator, translator
from haloop.core.vocabulary import vocabulary
from haloop.matching.filter import NUMBERS, OPTION_LIST_OF, Filter
from haloop.web.filter_words import ALL_OF, field_name
from haloop.web.rendering import environment

SHOWN = 6  # options of a long list before it folds
FOLDS_FROM = 9


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """One field of options, drawn: the ones in view, and the folded rest."""

    field: str
    html: Markup


@dataclass(frozen=True, slots=True)
class Panel:
    """The panel's contents; `raw` are the texts as typed and `errors` their faults, by field, of a bad query."""

    wanted: Filter
    regions: list[Choice]
    groups: list[Group]
    numbers: Mapping[str, str]
    text: str
    available_from: str
    available_until: str
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def most(self) -> Mapping[str, int]:
        return NUMBERS

    @property
    def picked(self) -> int:
        return len(self.wanted.regions)


def panel(
    wanted: Filter, texts: Translator, *, raw: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None
) -> Panel:
    typed = raw or {}
    first, last = wanted.available_from, wanted.available_until
    return Panel(
        wanted=wanted,
        regions=region_choices(texts, wanted.regions),
        groups=[_group(texts.language, name, getattr(wanted, name)) for name in OPTION_LIST_OF],
        numbers={name: _number(typed.get(name), getattr(wanted, name)) for name in NUMBERS},
        text=typed.get("text", wanted.text or ""),
        available_from=_day(typed.get("available_from"), first),
        available_until=_day(typed.get("available_until"), last),
        errors=errors or {},
    )


def region_choices(texts: Translator, chosen: tuple[str, ...] = ()) -> list[Choice]:
    return [Choice(region.code, texts.place(region.code), region.code in chosen) for region in vocabulary().regions]


def option_choices(texts: Translator, list_name: str, chosen: list[str] | tuple[str, ...] = ()) -> list[Choice]:
    return [
        Choice(option.slug, option.labels[texts.language], option.slug in chosen)
        for option in vocabulary().options[list_name]
    ]


@lru_cache(maxsize=2000)
def _group(language: Language, name: str, chosen: tuple[str, ...]) -> Group:
    """Drawn once for each choice: most groups of most searches have nothing chosen."""
    texts = translator(language)
    choices = option_choices(texts, OPTION_LIST_OF[name], chosen)
    shown = SHOWN if len(choices) >= FOLDS_FROM else len(choices)
    if name == "excluded_requirements":
        combines = texts.t("none of these")
    else:
        combines = texts.t("all of these") if name in ALL_OF else texts.t("any of these")
    html = (
        environment(language)
        .get_template("parts/filter_group.html")
        .render(
            field=name,
            name=field_name(texts, name),
            combines=combines,
            choices=choices[:shown],
            folded=choices[shown:],
            opened=any(choice.chosen for choice in choices[shown:]),
        )
    )
    return Group(name, Markup(html))  # noqa: S704  # a template's own output, escaped by it


def _number(typed: str | None, known: int | None) -> str:
    """The number for a number input: as typed where that is one at all (such an input shows no other text)."""
    if typed is None:
        return str(known or "")
    return typed if typed.isascii() and typed.isdecimal() else ""


def _day(typed: str | None, known: date | None) -> str:
    """The day for a date input: as typed where that is a day at all (a date input shows no other text)."""
    try:
        known = date.fromisoformat(typed) if typed else known
    except ValueError:
        return ""
    return known.isoformat() if known else ""
