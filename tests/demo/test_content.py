"""The demo's content keeps the limits of the contract and is as varied as it claims."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from io import BytesIO
from itertools import pairwise

import pytest
from PIL import Image

from haloop.core.vocabulary import OPTION_LISTS, Region, vocabulary
from haloop.demo import content
from haloop.demo.content import Helper, Host, Offer

HOSTS = content.hosts()
OFFERS = [offer for host in HOSTS for offer in host.offers]
HELPERS = content.helpers()
SETS = {"regions", *OPTION_LISTS} - {"requirements"} | {"excluded_requirements"}
NUMBERS = {
    "group_size",
    "max_hours_per_day",
    "max_min_stay_days",
    "available_from_in_days",
    "available_until_in_days",
}

each_host = pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.key)
each_offer = pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer.title)
each_helper = pytest.mark.parametrize("helper", HELPERS, ids=lambda helper: helper.key)


def texts() -> dict[str, str]:
    """Every distinct text (description with benefits) and its language."""
    return {f"{offer.description}\n{offer.benefits}": host.language for host in HOSTS for offer in host.offers}


def sentences(text: str) -> Iterator[str]:
    for part in re.split(r"[。.!?！？\n]", text):
        if re.search(r"\w", part):
            yield part.strip("「」“”\"' ")


def length_of_prose(description: str, language: str) -> int:
    """English words, or Chinese characters with their punctuation."""
    return len(description.split()) if language == "en" else len("".join(description.split()))


def kilometres(host: Host, region: Region) -> float:
    """Great-circle distance (haversine) from the host to its region's centre."""
    a, b = math.radians(host.latitude), math.radians(region.latitude)
    half_lat, half_lon = (b - a) / 2, math.radians(region.longitude - host.longitude) / 2
    share = math.sin(half_lat) ** 2 + math.cos(a) * math.cos(b) * math.sin(half_lon) ** 2
    return 2 * 6371 * math.asin(math.sqrt(share))


def words_people_read() -> Iterator[str]:
    for host in HOSTS:
        yield from (host.name, host.description, host.locality, host.address)
    for offer in OFFERS:
        yield from (offer.title, offer.description, offer.benefits)
    for helper in HELPERS:
        yield from (helper.name, helper.bio, *(subscription.name for subscription in helper.subscriptions))
    for name in content.print_names():
        yield from (content.alt(name, "en"), content.alt(name, "zh-TW"))
    for talk in content.talks():
        yield from (said.body for said in talk.messages)


def test_there_is_plenty() -> None:
    assert len(HOSTS) >= 46
    assert len(texts()) >= 84
    assert len(OFFERS) >= 212
    assert len(HELPERS) == 13


def test_both_languages_carry_half_of_everything() -> None:
    for count in (
        Counter(host.language for host in HOSTS),
        Counter(texts().values()),
        Counter(host.language for host in HOSTS for _ in host.offers),
    ):
        assert set(count) == {"en", "zh-TW"}
        assert 0.45 <= count["en"] / count.total() <= 0.55


def test_every_region_has_a_host() -> None:
    assert {host.region for host in HOSTS} == {region.code for region in vocabulary().regions}


def test_the_two_trial_accounts_are_there() -> None:
    assert [host.language for host in HOSTS if host.key == "trial-host"] == ["en"]
    visitor = next(helper for helper in HELPERS if helper.key == "visitor")
    assert len(visitor.subscriptions) == 3
    assert any(subscription.filter.get("experiences") == ("surfing",) for subscription in visitor.subscriptions)


def test_nothing_is_named_twice() -> None:
    for names in (
        [host.key for host in HOSTS],
        [host.name for host in HOSTS],
        [offer.title for offer in OFFERS],
        [helper.key for helper in HELPERS],
        [helper.name for helper in HELPERS],
    ):
        assert [name for name, times in Counter(names).items() if times > 1] == []


def test_no_sentence_is_in_more_than_four_posts_or_in_two_texts() -> None:
    posts = Counter(
        sentence for offer in OFFERS for sentence in set(sentences(f"{offer.description}\n{offer.benefits}"))
    )
    within = Counter(sentence for text in texts() for sentence in set(sentences(text)))
    assert [sentence for sentence, times in posts.items() if times > 4] == []
    assert [sentence for sentence, times in within.items() if times > 1] == []


def test_the_time_of_publishing_tells_all_offers_apart() -> None:
    times = Counter(offer.published_days_ago for offer in OFFERS)
    assert [time for time, count in times.items() if count > 1] == []
    assert all(0 <= time <= 45 for time in times)
    assert 4 <= sum(time < 1 for time in times) <= 15


def test_every_option_is_offered_somewhere() -> None:
    for name in OPTION_LISTS:
        offered = {slug for offer in OFFERS for slug in getattr(offer, name)}
        assert offered == {option.slug for option in vocabulary().options[name]}


@pytest.mark.parametrize(
    ("region", "name", "slug", "at_least"),
    [
        ("TW-HUA", "job_types", "farming", 8),
        ("TW-TPE", "job_types", "reception", 5),
        ("TW-TTT", "experiences", "surfing", 8),
        ("TW-PIF", "experiences", "surfing", 4),
        ("TW-PEN", "experiences", "snorkelling", 5),
        ("TW-NAN", "job_types", "farming", 5),
        (None, "experiences", "surfing", 25),
        (None, "experiences", "coffee-lessons", 14),
        (None, "environments", "pet-friendly", 40),
        (None, "environments", "vegetarian-friendly", 60),
        (None, "accommodations", "tent", 10),
    ],
)
def test_typical_searches_find_plenty(region: str | None, name: str, slug: str, at_least: int) -> None:
    found = [
        offer
        for host in HOSTS
        for offer in host.offers
        if region in (None, host.region) and slug in getattr(offer, name)
    ]
    assert len(found) >= at_least


@each_host
def test_a_host_keeps_the_limits(host: Host) -> None:
    assert host.language in ("en", "zh-TW")
    assert 1 <= len(host.name) <= 80
    assert 2 <= len(list(sentences(host.description))) <= 5
    assert 1 <= len(host.locality) <= 60
    assert 1 <= len(host.address) <= 200
    assert 1 <= len(host.offers) <= 20
    assert host.portrait in content.print_names()


@each_host
def test_a_host_lives_in_its_region(host: Host) -> None:
    region = next(region for region in vocabulary().regions if region.code == host.region)
    assert 118 <= host.longitude <= 122.1
    assert 21.8 <= host.latitude <= 26.4
    assert kilometres(host, region) <= 60


@each_host
def test_a_text_has_two_to_four_offers_and_a_good_length(host: Host) -> None:
    shortest, longest = (70, 180) if host.language == "en" else (130, 350)
    for description, times in Counter(offer.description for offer in host.offers).items():
        assert 2 <= times <= 4
        assert 2 <= len(description.split("\n\n")) <= 4
        assert shortest <= length_of_prose(description, host.language) <= longest, description


@each_host
def test_neighbouring_offers_have_different_covers(host: Host) -> None:
    covers = [offer.pictures[0] for offer in host.offers]
    assert all(one != other for one, other in pairwise(covers))


@each_offer
def test_an_offer_keeps_the_limits(offer: Offer) -> None:
    assert 1 <= len(offer.title) <= 100
    assert offer.benefits
    assert 1 <= offer.places <= 8
    assert 3 <= offer.hours_per_day <= 8
    assert 4 <= offer.days_per_week <= 6
    assert 5 <= offer.min_stay_days <= 60
    limits = {
        "job_types": (1, 4),
        "accommodations": (1, 2),
        "amenities": (0, 5),
        "meals": (0, 3),
        "experiences": (0, 3),
        "environments": (0, 4),
        "requirements": (0, 2),
    }
    for name, (least, most) in limits.items():
        slugs = getattr(offer, name)
        assert least <= len(slugs) <= most
        assert len(set(slugs)) == len(slugs)
        assert all(vocabulary().has(name, slug) for slug in slugs)


@each_offer
def test_an_offer_is_open_for_two_more_weeks(offer: Offer) -> None:
    assert -40 <= offer.starts_in_days <= 200
    assert offer.min_stay_days <= offer.lasts_days + 1
    assert offer.starts_in_days + offer.lasts_days - (offer.min_stay_days - 1) >= 14


@each_offer
def test_an_offer_has_three_to_five_pictures(offer: Offer) -> None:
    assert 3 <= len(offer.pictures) <= 5
    assert len(set(offer.pictures)) == len(offer.pictures)
    assert set(offer.pictures) <= set(content.print_names())
    assert not any(name.startswith("poster-") for name in offer.pictures)


def test_no_cover_is_worn_out() -> None:
    covers = Counter(offer.pictures[0] for offer in OFFERS)
    assert [(name, times) for name, times in covers.items() if times > 6] == []


@pytest.mark.parametrize("name", content.print_names())
def test_a_print_is_there_in_three_sizes_with_its_alt_texts(name: str) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", name)
    for size in content.SIZES:
        with Image.open(BytesIO(content.print_path(name, size).read_bytes())) as image:
            assert image.format == "WEBP"
            assert max(image.size) == size
            assert size < 1200 or image.size == content.print_size(name)
    for language in ("en", "zh-TW"):
        assert 10 <= len(content.alt(name, language)) <= 300


def test_no_picture_lies_unnamed_and_all_are_small() -> None:
    prints = [path for path in content.print_path("any", 1200).parent.iterdir() if path.suffix == ".webp"]  # type: ignore[attr-defined]
    assert len(prints) == 3 * len(content.print_names())
    assert sum(path.stat().st_size for path in prints) <= 8_000_000
    assert len(content.print_names()) >= 115


def test_the_words_hold_no_address_of_the_network_and_no_shouting() -> None:
    for words in words_people_read():
        assert "@" not in words
        assert "http" not in words
        assert not re.search(r"[!！]", words), words
        assert not re.search(r"\d[\d\s()-]{5,}\d", words), words
        assert words == words.strip()


def test_chinese_is_written_in_the_house_style() -> None:
    chinese = "\n".join(text for text, language in texts().items() if language == "zh-TW")
    said = [said.body for talk in content.talks() for said in talk.messages]
    chinese += "\n".join(body for body in said if re.search("[一-鿿]", body))
    for unwanted in ("您", ",", "?", ";", "１", "台灣", "视", "“"):
        assert unwanted not in chinese


@each_helper
def test_a_helper_keeps_the_limits(helper: Helper) -> None:
    assert helper.language in ("en", "zh-TW")
    assert 1 <= len(helper.name) <= 50
    assert 1 <= len(list(sentences(helper.bio))) <= 4
    assert 1 <= len(helper.subscriptions) <= 3


@each_helper
def test_a_subscription_asks_for_what_a_filter_can_say(helper: Helper) -> None:
    for subscription in helper.subscriptions:
        assert 1 <= len(subscription.name) <= 60
        assert subscription.filter
        assert set(subscription.filter) <= SETS | NUMBERS | {"text"}
        for field, value in subscription.filter.items():
            if field == "regions":
                assert isinstance(value, tuple)
                assert set(value) <= {region.code for region in vocabulary().regions}
            elif field in SETS:
                assert isinstance(value, tuple)
                assert all(vocabulary().has(field.removeprefix("excluded_"), slug) for slug in value)
            elif field in NUMBERS:
                assert isinstance(value, int)


def test_conversations_are_of_people_and_posts_that_are_there_in_both_languages() -> None:
    posts = {(host.key, offer.title): offer for host in HOSTS for offer in host.offers}
    helpers = {helper.key for helper in HELPERS}
    pairs = Counter((talk.helper, talk.host) for talk in content.talks())
    assert max(pairs.values()) == 1
    assert sum(talk.helper == "visitor" for talk in content.talks()) >= 3
    assert sum(talk.host == "trial-host" for talk in content.talks()) >= 3
    chinese = sum(bool(re.search("[一-鿿]", talk.messages[0].body)) for talk in content.talks())
    assert 3 <= chinese <= len(content.talks()) - 3
    for talk in content.talks():
        assert talk.helper in helpers
        offer = posts[talk.host, talk.post]
        hours = [said.hours_ago for said in talk.messages]
        assert hours == sorted(hours, reverse=True)
        assert hours[0] / 24 < min(offer.published_days_ago, 9)
        assert hours[-1] > 0
        assert talk.messages[0].side == "helper"
        assert talk.messages[0].asks
        assert set(talk.unread_by) <= {"helper", "host"}


def test_offers_are_values() -> None:
    for field in fields(Offer):
        assert all(not isinstance(getattr(offer, field.name), list) for offer in OFFERS)
