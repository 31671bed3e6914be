"""What a post has where it does not fit, in a few words: the rule's own verdict with its numbers."""

from __future__ import annotations

from datetime import date

from haloop.core.translations import Translator
from haloop.matching.explanation import (
    BoxVerdict,
    NumberVerdict,
    OptionsVerdict,
    RegionVerdict,
    StayVerdict,
    TextVerdict,
    Verdict,
)
from haloop.matching.filter import OPTION_LIST_OF, Filter
from haloop.matching.tokens import query_tokens
from haloop.web.cards import hours, shortest_stay, small

OFFERED_MOST = 2  # of the options that a post has instead
ALWAYS_SOME = ("job_types", "accommodations")  # what every post has in one way or another


def what_it_has(verdict: Verdict, wanted: Filter, texts: Translator, today: date) -> str:
    """For a verdict that does not hold: in Taitung, 6 h a day, without surfing."""
    match verdict:
        case RegionVerdict(offered=offered):
            return texts.t("in {place}", place=texts.place(offered))
        case BoxVerdict():
            return texts.t("outside this part of the map")
        case StayVerdict():
            return _stay(verdict, texts, today)
        case NumberVerdict(field=field, offered=offered):
            return _number(field, offered, texts)
        case OptionsVerdict():
            return _options(verdict, texts)
        case TextVerdict(missing=missing):
            lacked = [word for word in (wanted.text or "").split() if query_tokens(word).intersection(missing)]
            return texts.t("does not say {words}", words=texts.either([texts.quoted(word) for word in lacked]))


def _stay(verdict: StayVerdict, texts: Translator, today: date) -> str:
    """Too early, too late, or too long for the free days."""

    def said(day: date) -> str:
        return texts.days(day, day, today=today)

    if verdict.latest_arrival < verdict.first:
        return texts.t("arrival by {day} at the latest", day=said(verdict.latest_arrival))
    until = verdict.until
    if until and verdict.starts_on > until:
        return texts.t("starts {day}", day=said(verdict.starts_on))
    stay = shortest_stay(texts, verdict.min_stay)
    if until and verdict.starts_on > verdict.first and verdict.earliest_departure > until:
        return texts.t("starts {day}, {stay}", day=said(verdict.starts_on), stay=stay)
    return stay


def _number(field: str, offered: int, texts: Translator) -> str:
    if field == "max_hours_per_day":
        return hours(texts, offered)
    if field == "max_min_stay_days":
        return shortest_stay(texts, offered)
    return texts.tn("{count} place", "{count} places", offered)


def _options(verdict: OptionsVerdict, texts: Translator) -> str:
    field = verdict.field

    def labels(slugs: tuple[str, ...]) -> list[str]:
        return [small(texts, texts.label(OPTION_LIST_OF[field], slug)) for slug in slugs]

    if field == "excluded_requirements":
        return texts.t("asks for {list}", list=texts.both(labels(verdict.shared)))
    lacked = texts.either(labels(tuple(slug for slug in verdict.wanted if slug not in verdict.shared)))
    if field in ALWAYS_SOME and verdict.offered:
        offered = texts.both(labels(verdict.offered[:OFFERED_MOST]))
        return texts.t("{offered} instead of {wanted}", offered=offered, wanted=lacked)
    return texts.t("without {list}", list=lacked)
