from __future__ import annotations

import importlib.util
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from haloop.core.errors import RateLimited
from haloop.core.messages import msg
from haloop.core.translations import negotiate, translator
from haloop.matching.filter import Filter
from haloop.web.filter_words import suggested_name, wishes
from haloop.web.line_breaks import phrase, unbroken
from haloop.web.prose import prose

TODAY = date(2026, 11, 24)
ENGLISH, CHINESE = translator("en"), translator("zh-TW")


def test_every_text_is_translated_and_every_place_is_kept() -> None:
    path = Path(__file__).parents[2] / "tools" / "translations.py"
    spec = importlib.util.spec_from_file_location("translations_tool", path)
    assert spec
    assert spec.loader
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.check() == []


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("zh-TW", "zh-TW"),
        ("zh", "zh-TW"),
        ("zh-Hant-HK;q=0.9, en;q=0.8", "zh-TW"),
        ("zh-MO", "zh-TW"),
        ("en;q=0.5, zh-TW;q=0.8", "zh-TW"),
        ("en, zh-TW", "en"),
        ("fr, de", "en"),
        ("fr, zh;q=0.1", "zh-TW"),
        ("zh;q=0, en;q=0.1", "en"),
        ("zh;q=abc", "en"),
        ("*", "en"),
        ("ZH-tw", "zh-TW"),
    ],
)
def test_the_browsers_languages_are_weighed(header: str | None, language: str) -> None:
    assert negotiate(header) == language


@pytest.mark.parametrize("address", ["https://en.wikipedia.org/wiki/Tea_(meal)", "https://a.example/[x]/{y}"])
def test_an_address_keeps_its_own_brackets_and_not_those_around_it(address: str) -> None:
    for text in (address, f"see {address}.", f"(see {address})", f"({address})."):
        assert f'href="{address}"' in prose(text)
    assert 'href="https://a.example/"' in prose("https://a.example/" + ")" * 4000)


def test_values_are_put_into_the_translation_and_never_read_as_places() -> None:
    assert ENGLISH.t("Fits {names}", names="{reasons}") == "Fits {reasons}"
    assert CHINESE.message(msg("At most {le}.", le=4000)) == "最多 4,000。"


def test_plurals() -> None:
    assert ENGLISH.tn("{count} post", "{count} posts", 1) == "1 post"
    assert ENGLISH.tn("{count} post", "{count} posts", 1000, count="1,000+") == "1,000+ posts"
    assert CHINESE.tn("{count} post", "{count} posts", 1) == "1 個換宿機會"


@pytest.mark.parametrize(
    ("first", "last", "english", "chinese"),
    [
        (date(2027, 1, 10), date(2027, 3, 31), "10 Jan – 31 Mar", "1月10日 – 3月31日"),
        (date(2027, 1, 8), date(2027, 1, 31), "8 – 31 Jan", "1月8日 – 1月31日"),
        (date(2026, 12, 1), date(2027, 1, 31), "1 Dec – 31 Jan", "12月1日 – 1月31日"),
        (date(2027, 1, 8), date(2027, 1, 8), "8 Jan", "1月8日"),
        (date(2028, 1, 8), date(2028, 2, 1), "8 Jan – 1 Feb 2028", "2028年1月8日 – 2月1日"),
        (date(2027, 11, 8), date(2028, 2, 1), "8 Nov 2027 – 1 Feb 2028", "2027年11月8日 – 2028年2月1日"),
    ],
)
def test_days_are_written_as_people_do(first: date, last: date, english: str, chinese: str) -> None:
    assert ENGLISH.days(first, last, today=TODAY) == english
    assert CHINESE.days(first, last, today=TODAY) == chinese


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("A stay fits your free time, 1 Dec – 7 Feb", "A stay fits your free time, 1\u00a0Dec\u00a0– 7\u00a0Feb"),
        ("8 – 31 Jan 2027", "8\u00a0– 31\u00a0Jan\u00a02027"),
        ("Wi-Fi, as in “A desk”", "Wi-\u2060Fi, as in “A desk”"),
        ("5 h a day for 2 meals", "5\u00a0h a day for 2\u00a0meals"),
        ("你有空的 12月1日 – 2月7日 可以住 15–69 天", "你有空的 12月1日\u00a0– 2月7日 可以住 15–69\u00a0天"),
        ("May 5 people and March on", "May 5\u00a0people and March on"),
    ],
)
def test_dates_and_what_is_counted_stay_on_one_line(text: str, kept: str) -> None:
    assert unbroken(text) == kept


def test_an_offer_stays_whole_unless_it_is_longer_than_a_line() -> None:
    assert phrase("workshops & talks,") == '<span class="phrase">workshops &amp; talks,</span>'
    assert phrase("dorm, separated by <gender>,") == "dorm, separated by &lt;gender&gt;,"


def test_ages() -> None:
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert ENGLISH.ago(datetime(2026, 11, 24, 10, tzinfo=UTC), now) == "2 hours ago"
    assert CHINESE.ago(datetime(2026, 11, 23, 10, tzinfo=UTC), now) == "1 天前"
    assert ENGLISH.ago(datetime(2027, 1, 1, tzinfo=UTC), now) == "just now"


def test_lists_and_regions() -> None:
    assert ENGLISH.either(["a", "b", "c"]) == "a, b or c"
    assert CHINESE.both(["甲", "乙"]) == "甲和乙"
    assert [ENGLISH.place(code) for code in ("TW-HUA", "TW-HSZ", "TW-HSQ")] == [
        "Hualien",
        "Hsinchu City",
        "Hsinchu County",
    ]


def test_a_filter_in_words() -> None:
    wanted = Filter.model_validate(
        {
            "text": "dogs",
            "regions": ["TW-HUA", "TW-TTT"],
            "available_from": "2027-01-08",
            "max_hours_per_day": 5,
            "amenities": ["wifi", "parking"],
        }
    )
    assert [wish.chip for wish in wishes(wanted, ENGLISH, TODAY)] == [
        "“dogs”",
        "Hualien or Taitung",
        "From 8 Jan",
        "At most 5 h a day",
        "Wi-Fi and parking",
    ]
    assert (
        suggested_name(wishes(wanted, ENGLISH, TODAY), ENGLISH)
        == "dogs · Hualien or Taitung · At most 5 h a day · From 8 Jan"
    )
    assert [wish.chip for wish in wishes(wanted, CHINESE, TODAY)][1:3] == ["花蓮縣或臺東縣", "1月8日 起"]


def test_a_suggested_name_is_in_the_readers_language() -> None:
    wanted = Filter.model_validate(
        {
            "regions": ["TW-HUA"],
            "available_from": "2027-07-01",
            "available_until": "2027-07-31",
            "experiences": ["surfing"],
        }
    )
    assert suggested_name(wishes(wanted, ENGLISH, TODAY), ENGLISH) == "Hualien · surfing · July"
    assert suggested_name(wishes(wanted, CHINESE, TODAY), CHINESE) == "花蓮縣 · 衝浪體驗 · 7月"


def test_a_suggested_name_always_fits() -> None:
    every = Filter.model_validate({"regions": ["TW-HUA", "TW-TTT", "TW-PEN", "TW-KIN", "TW-LIE", "TW-HSQ", "TW-HSZ"]})
    assert 0 < len(suggested_name(wishes(every, ENGLISH, TODAY), ENGLISH)) <= 60


def test_prose_keeps_lines_and_makes_only_web_addresses_links() -> None:
    html = prose("<b>a</b>\nb\n\nsee https://example.org/x?a=1&b=2. or javascript:alert(1)")
    assert html == (
        "<p>&lt;b&gt;a&lt;/b&gt;<br>b</p>"
        '<p>see <a href="https://example.org/x?a=1&amp;b=2" rel="nofollow ugc noopener">https://example.org/x?a=1&amp;b=2'
        "</a>. or javascript:alert(1)</p>"
    )


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (1, "Wait 1 s", "等 1 秒"),
        (90, "Wait 90 s", "等 90 秒"),
        (91, "Wait 2 min", "等 2 分鐘"),
        (3600, "Wait 60 min", "等 60 分鐘"),
        (86_400, "Wait 24 h", "等 24 小時"),
    ],
)
def test_how_long_to_wait_is_said_in_a_unit_that_people_use(seconds: int, english: str, chinese: str) -> None:
    detail = RateLimited(seconds).detail
    assert english in ENGLISH.message(detail)
    assert chinese in CHINESE.message(detail)
