"""Cursors: opaque, bound to their query, good for a day."""

from __future__ import annotations

import base64
import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haloop.core.errors import Invalid
from haloop.core.paging import Cursor, decode_cursor, encode_cursor, query_hash
from tests.world import START

DAY = date(2026, 11, 24)
QUERY = query_hash("posts", "newest")
KINDS = (int, str)


def made(*data: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")


@given(st.integers(-(2**60), 2**60), st.text(st.characters(codec="utf-8")))
def test_a_cursor_comes_back_as_it_was(number: int, text: str) -> None:
    cursor = encode_cursor(QUERY, DAY, (number, text), START)

    assert cursor.replace("-", "").replace("_", "").isalnum()
    assert decode_cursor(cursor, QUERY, START, KINDS) == Cursor(DAY, (number, text))


def test_no_cursor_is_the_first_page() -> None:
    assert decode_cursor(None, QUERY, START, KINDS) is None
    assert decode_cursor("", QUERY, START, KINDS) is None


def test_a_cursor_of_another_query_is_refused() -> None:
    with pytest.raises(Invalid, match="another query"):
        decode_cursor(encode_cursor(QUERY, DAY, (1, "a"), START), query_hash("other"), START, KINDS)


@pytest.mark.parametrize(("hours", "good"), [(0, True), (23.9, True), (24, False), (1000, False)])
def test_a_cursor_is_good_for_a_day(hours: float, good: bool) -> None:
    cursor = encode_cursor(QUERY, DAY, (1, "a"), START)

    if good:
        assert decode_cursor(cursor, QUERY, START + timedelta(hours=hours), KINDS)
    else:
        with pytest.raises(Invalid) as raised:
            decode_cursor(cursor, QUERY, START + timedelta(hours=hours), KINDS)
        assert raised.value.slug == "bad_cursor"


NOW = int(START.timestamp())


@pytest.mark.parametrize(
    "text",
    [
        "x", "é", "====", "bnVsbA", made(), made(1), made(QUERY), made(QUERY, DAY.toordinal(), NOW), "a" * 1000,
        made(QUERY, DAY.toordinal(), NOW, 1), made(QUERY, DAY.toordinal(), NOW, 1, "a", "b"),
        made(QUERY, DAY.toordinal(), NOW, True, "a"), made(QUERY, DAY.toordinal(), NOW, "1", "a"),
        made(QUERY, 0, NOW, 1, "a"), made(QUERY, 10**9, NOW, 1, "a"), made(QUERY, "x", NOW, 1, "a"),
        made(QUERY, DAY.toordinal(), 10**30, 1, "a"), made(QUERY, DAY.toordinal(), "x", 1, "a"),
        made(QUERY, DAY.toordinal(), float("nan"), 1, "a"), made(QUERY, DAY.toordinal(), None, 1, "a"),
        base64.urlsafe_b64encode(b"[" * 700).decode(),
    ],
)  # fmt: skip
def test_a_made_up_cursor_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as raised:
        decode_cursor(text, QUERY, START, KINDS)

    assert raised.value.slug == "bad_cursor"
