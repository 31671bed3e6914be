"""Why a post was picked, in a few sentences: the rule's own explanation for the wishes, and what was looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from haloop.core.translations import Translator
from haloop.core.vocabulary import vocabulary
from haloop.matching.explanation import NumberVerdict, OptionsVerdict, RegionVerdict, StayVerdict, TextVerdict, explain
from haloop.matching.facts import Day, PostFacts, day_number
from haloop.matching.filter import OPTION_LIST_OF
from haloop.matching.similarity import Liking, distance, wish_score
from haloop.recommendations.schemas import Reason
from haloop.recommendations.signals import Known, NamedWish, Signal

MOST: Final = 3
OF_A_WISH: Final = 2
OPTIONS_MOST: Final = 2
NEAR: Final = 30_000  # metres
NEW: Final = 30  # days
ORDER: Final = (  # what says most comes first
    "experiences",
    "text",
    "available_from",
    "available_until",
    "job_types",
    "regions",
    "accommodations",
    "environments",
    "meals",
    "amenities",
    "group_size",
    "max_hours_per_day",
    "max_min_stay_days",
    "bbox",
)
LOOKED_AT: Final = ("experiences", "job_types", "accommodations", "environments", "meals", "amenities")


@dataclass(frozen=True, slots=True)
class Picked:
    """A recommended post with what its reasons speak of."""

    facts: PostFacts
    published_at: datetime
    host_since: datetime


def reasons_for(
    picked: Picked, known: Known, liking: Liking, texts: Translator, today: date, now: datetime
) -> list[Reason]:
    """One to three reasons, the strongest first."""
    found: list[Reason] = []
    for reason in _all(picked, known, liking, texts, today, now):
        if reason.field not in [one.field for one in found]:
            found.append(reason)
        if len(found) == MOST:
            break
    return found


def _all(
    picked: Picked, known: Known, liking: Liking, texts: Translator, today: date, now: datetime
) -> Iterator[Reason]:
    post, day = picked.facts, day_number(today)
    scored = [(wish_score(post, named.wish, day), named) for named in known.wishes]
    for score, named in sorted(scored, key=lambda one: -one[0]):
        if score:
            yield from list(_of_wish(post, named, texts, day))[:OF_A_WISH]
    yield from _looked_at(post, known.signals, liking, texts)
    yield from _near(post, known.signals, texts)
    if (now - picked.host_since).days < NEW:
        yield Reason(field="new_host", text=texts.t("A new host on Haloop"), detail={})
    if (now - picked.published_at).days < NEW:
        ago = texts.ago(picked.published_at, now)
        detail = {"published_on": picked.published_at.date().isoformat()}
        yield Reason(field="new_post", text=texts.t("Published {ago}", ago=ago), detail=detail)
    else:
        yield Reason(field="described", text=texts.t("Says in detail what a day there is like"), detail={})


def _of_wish(post: PostFacts, named: NamedWish, texts: Translator, today: Day) -> Iterator[Reason]:
    """What holds of a subscription, by the explanation of matching; dates that have passed are no part of it."""
    verdicts = {verdict.field: verdict for verdict in explain(post, named.wish.wanted, today).verdicts if verdict.holds}
    name = texts.quoted(named.name)
    stays = [verdict for verdict in verdicts.values() if isinstance(verdict, StayVerdict)]
    for field in ORDER:
        verdict = verdicts.get(field)
        detail: dict[str, object] = {"subscription_id": str(named.id), "subscription": named.name}
        match verdict:
            case OptionsVerdict(shared=shared) if shared:
                options = _options(texts, OPTION_LIST_OF[field], shared[:OPTIONS_MOST])
                text = texts.t("{options}, as in {name}", options=options, name=name)
                yield Reason(field=field, text=text, detail={**detail, "options": list(shared)})
            case StayVerdict() if verdict is stays[0]:
                yield _stay(verdict, texts, detail)
            case RegionVerdict(offered=offered):
                text = texts.t("In {place}, as in {name}", place=texts.place(offered), name=name)
                yield Reason(field=field, text=text, detail={**detail, "region": offered})
            case TextVerdict():
                text = texts.t("Says {words}, as in {name}", words=texts.quoted(named.wanted.text or ""), name=name)
                yield Reason(field=field, text=text, detail={**detail, "words": named.wanted.text})
            case NumberVerdict(wanted=wanted, offered=offered):
                text = texts.t("{number}, as in {name}", number=_number(texts, field, offered), name=name)
                yield Reason(field=field, text=text, detail={**detail, "wanted": wanted, "offered": offered})
            case _:
                pass


def _stay(verdict: StayVerdict, texts: Translator, detail: dict[str, object]) -> Reason:
    """A stay of 10–30 days fits your August."""
    least, longest = verdict.min_stay, verdict.longest
    detail = {**detail, "least": least, "longest": None if verdict.until is None else longest}
    if verdict.until is None:
        text = texts.tn(
            "A stay of {count} day or more fits, from {day}",
            "A stay of {count} days or more fits, from {day}",
            least,
            day=texts.day(verdict.first),
        )
        return Reason(field=verdict.field, text=text, detail=detail)
    count = texts.number(least) if longest == least else f"{texts.number(least)}–{texts.number(longest)}"
    first, until = verdict.first, verdict.until
    if (first.year, first.month) == (until.year, until.month):
        month = texts.month(f"{first:%Y-%m}", say_year=False)
        text = texts.tn("A stay of {count} day fits your {month}", "A stay of {count} days fits your {month}",
                        longest, count=count, month=month)  # fmt: skip
    else:
        text = texts.tn("A stay of {count} day fits your free time, {days}",
                        "A stay of {count} days fits your free time, {days}",
                        longest, count=count, days=texts.days(first, until, today=first))  # fmt: skip
    return Reason(field=verdict.field, text=text, detail=detail)


def _number(texts: Translator, field: str, offered: int) -> str:
    if field == "group_size":
        return texts.tn("{count} place", "{count} places", offered)
    if field == "max_hours_per_day":
        return texts.t("{hours} h a day", hours=offered)
    return texts.tn("{count} day or more", "{count} days or more", offered)


def _looked_at(post: PostFacts, signals: Sequence[Signal], liking: Liking, texts: Translator) -> Iterator[Reason]:
    """Surfing, as in 4 posts you looked at."""
    liked = [signal for signal in signals if signal.shown.strength > 0]
    for name in LOOKED_AT:
        offered: int = getattr(post, name)
        weights = {place: weight for (of, place), weight in liking.features.items() if of == name and weight > 0}
        shared = sorted(
            (place for place in weights if offered >> place & 1), key=lambda place: (-weights[place], place)
        )
        posts = sum(any(signal.shown.options[name] >> place & 1 for place in shared[:1]) for signal in liked)
        if shared and posts:
            slugs = [vocabulary().options[name][place].slug for place in shared[:1]]
            text = texts.tn(
                "{options}, as in {count} post you looked at",
                "{options}, as in {count} posts you looked at",
                posts,
                options=_options(texts, name, slugs),
            )
            yield Reason(field="looked_at", text=text, detail={"list": name, "options": slugs, "posts": posts})
            return


def _near(post: PostFacts, signals: Sequence[Signal], texts: Translator) -> Iterator[Reason]:
    """12 km from a place you looked at."""
    metres = min(
        (
            distance(post.latitude - signal.shown.latitude, post.longitude - signal.shown.longitude)
            for signal in signals
            if signal.shown.strength > 0
        ),
        default=NEAR,
    )
    if metres < NEAR:
        kilometres = round(metres / 1000)
        text = (
            texts.t("{kilometres} km from a place you looked at", kilometres=kilometres)
            if kilometres
            else texts.t("Less than a kilometre from a place you looked at")
        )
        yield Reason(field="near", text=text, detail={"kilometres": kilometres})


def _options(texts: Translator, name: str, slugs: Sequence[str]) -> str:
    first, *rest = [texts.label(name, slug) for slug in slugs]
    return texts.both([first, *map(texts.inside, rest)])
