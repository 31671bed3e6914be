"""Why a post was picked, in a few sentences: the rule's own explanation for the wishes, and what was looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from haloop.core.clock import Clock
from haloop.core.translations import Translator
from haloop.core.vocabulary import vocabulary
from haloop.matching.explanation import NumberVerdict, OptionsVerdict, RegionVerdict, StayVerdict, TextVerdict, explain
from haloop.matching.facts import Day, PostFacts, day_date, day_number
from haloop.matching.filter import OPTION_LIST_OF
from haloop.matching.similarity import DESCRIBED, Liking, distance, wish_score
from haloop.recommendations.schemas import Reason
from haloop.recommendations.signals import Known, NamedWish, Signal

MOST: Final = 3
OF_A_WISH: Final = 2
OPTIONS_MOST: Final = 2
NEAR: Final = 30_000  # metres
NEW: Final = 30  # days
NAMED: Final = 40  # characters of a subscription's name or words
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
    described: int  # bytes of its description
    made_at: datetime  # when it was picked

    def led_to_by(self, signals: Iterable[Signal]) -> list[Signal]:
        """The signals that may be a reason: those of other posts, from before it was picked."""
        return [one for one in signals if one.post_id != self.facts.post_id and one.at <= self.made_at]


def reasons_for(picked: Picked, known: Known, texts: Translator, clock: Clock) -> list[Reason]:
    """One to three reasons, the strongest first. All of them are true, and what is looked at later changes none."""
    found: list[Reason] = []
    for reason in _all(picked, known, texts, clock):
        if reason.field not in [one.field for one in found]:
            found.append(reason)
        if len(found) == MOST:
            break
    return found


def _all(picked: Picked, known: Known, texts: Translator, clock: Clock) -> Iterator[Reason]:
    post, day, now = picked.facts, day_number(clock.today()), clock.now()
    scored = [(wish_score(post, named.wish, day), named) for named in known.wishes]
    for score, named in sorted(scored, key=lambda one: -one[0]):
        if score:
            yield from list(_of_wish(post, named, texts, day))[:OF_A_WISH]
    signals = picked.led_to_by(known.signals)
    yield from _looked_at(post, signals, texts)
    yield from _near(post, signals, texts)
    if (now - picked.host_since).days < NEW:
        yield Reason(field="new_host", text=texts.t("A new host on Haloop"), detail={})
    if (now - picked.published_at).days < NEW:
        ago = texts.ago(picked.published_at, now)
        detail = {"published_on": picked.published_at.astimezone(clock.zone).date().isoformat()}
        yield Reason(field="new_post", text=texts.t("Published {ago}", ago=ago), detail=detail)
    elif picked.described >= DESCRIBED:
        yield Reason(field="described", text=texts.t("Says in detail what a day there is like"), detail={})
    else:
        last = day_date(post.latest_arrival)
        text = texts.t("You can still arrive until {day}", day=texts.day(last))
        yield Reason(field="arrival", text=text, detail={"latest_arrival": last.isoformat()})


def _of_wish(post: PostFacts, named: NamedWish, texts: Translator, today: Day) -> Iterator[Reason]:
    """What holds of a subscription, by the explanation of matching; dates that have passed are no part of it."""
    verdicts = {verdict.field: verdict for verdict in explain(post, named.wish.wanted, today).verdicts if verdict.holds}
    name = texts.quoted(_short(named.name))
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
                text = texts.t(
                    "Says {words}, as in {name}", words=texts.quoted(_short(named.wanted.text or "")), name=name
                )
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


def _looked_at(post: PostFacts, signals: Sequence[Signal], texts: Translator) -> Iterator[Reason]:
    """Surfing, as in 4 posts you looked at."""
    liking = Liking.of(signal.shown for signal in signals)
    opened, liked = _opened(signals), {one.post_id: one.shown for one in signals if one.shown.strength > 0}
    for name in LOOKED_AT:
        offered: int = getattr(post, name)
        weights = {place: weight for (of, place), weight in liking.features.items() if of == name and weight > 0}
        shared = sorted(
            (place for place in weights if offered >> place & 1), key=lambda place: (-weights[place], place)
        )
        if shared:  # its weight is above 0, so that some post has it
            slug = vocabulary().options[name][shared[0]].slug
            posts = {post_id for post_id, one in liked.items() if one.options[name] >> shared[0] & 1}
            text = _as_in(texts, texts.label(name, slug), len(posts), len(posts & opened))
            yield Reason(field="looked_at", text=text, detail={"list": name, "options": [slug], "posts": len(posts)})
            return


def _as_in(texts: Translator, option: str, posts: int, opened: int) -> str:
    """Writing to a host does not need its post's page: that is told from looking."""
    if opened == posts:
        return texts.tn(
            "{options}, as in {count} post you looked at",
            "{options}, as in {count} posts you looked at",
            posts,
            options=option,
        )
    if not opened:
        return texts.tn(
            "{options}, as in {count} post whose host you wrote to",
            "{options}, as in {count} posts whose hosts you wrote to",
            posts,
            options=option,
        )
    return texts.t(
        "{options}, as in {count} posts you looked at or whose hosts you wrote to", options=option, count=posts
    )


def _opened(signals: Iterable[Signal]) -> set[UUID]:
    return {one.post_id for one in signals if one.kind == "opened"}


def _near(post: PostFacts, signals: Sequence[Signal], texts: Translator) -> Iterator[Reason]:
    """12 km from a place you looked at."""
    opened = _opened(signals)
    places = [
        (distance(post.latitude - one.shown.latitude, post.longitude - one.shown.longitude), one.post_id not in opened)
        for one in signals
        if one.shown.strength > 0
    ]
    metres, only_written = min(places, default=(NEAR, False))
    if metres >= NEAR:
        return
    kilometres = round(metres / 1000)
    match kilometres > 0, only_written:
        case True, False:
            text = texts.t("{kilometres} km from a place you looked at", kilometres=kilometres)
        case True, True:
            text = texts.t("{kilometres} km from a place you wrote to", kilometres=kilometres)
        case False, False:
            text = texts.t("Less than a kilometre from a place you looked at")
        case _:
            text = texts.t("Less than a kilometre from a place you wrote to")
    yield Reason(field="near", text=text, detail={"kilometres": kilometres})


def _options(texts: Translator, name: str, slugs: Sequence[str]) -> str:
    """With commas: "Cooking and baking, workshops or talks"."""
    first, *rest = [texts.label(name, slug) for slug in slugs]
    return texts.comma([first, *map(texts.inside, rest)])


def _short(text: str) -> str:
    return text if len(text) <= NAMED else text[: NAMED - 1].rstrip() + "…"
