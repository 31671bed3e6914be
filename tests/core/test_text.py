"""What a string of a person may be."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from haloop.core.api_types import Day
from haloop.core.text import clean


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("  a  b  ", "a  b"),
        ("e\u0301", "é"),
        ("\u3000臺東\u3000", "臺東"),
        ("\ufeffa\u200b", "a"),
        ("one\r\ntwo\n", "one\ntwo"),
        ("👩\u200d🌾", "👩\u200d🌾"),  # a joiner within is part of what is seen
        ("ﬁ", "ﬁ"),  # NFC, not NFKC: what people wrote stays
        ("\t\v\f a \x1f\x85", "a"),
        (" \u2060\u00ad ", ""),
    ],
)
def test_text_is_composed_and_trimmed(written: str, stored: str) -> None:
    assert clean(written) == stored


@pytest.mark.parametrize("character", ["\x00", "\x08", "\t", "\r", "\x1b", "\x7f", "\x80", "\x9f", "\ud800"])
def test_control_characters_and_lone_surrogates_are_refused(character: str) -> None:
    with pytest.raises(PydanticCustomError):
        clean(f"a{character}b")


@given(st.text())
def test_clean_text_stays_as_it_is(text: str) -> None:
    try:
        once = clean(text)
    except PydanticCustomError:
        return
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)


@pytest.mark.parametrize(
    "text",
    [
        "1764547200",
        "2026-12-1",
        "2026-13-01",
        "2026-02-30",
        "20261201",
        "2026-12-01T00:00",
        "２０２６-12-01",
        "",
        "0000-01-01",
    ],
)
def test_only_iso_dates_are_dates(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Day).validate_python(text)


@pytest.mark.parametrize("value", [20261201, 0, 1.5, True, ["2026-12-01"], {}])
def test_numbers_are_no_dates(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Day).validate_python(value)
