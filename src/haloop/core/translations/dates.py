"""Dates as people write them: 10 Jan – 31 Mar, 1月10日 – 3月31日."""

from __future__ import annotations

from datetime import date, timedelta

from haloop.core.translations.negotiation import Language

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")  # noqa: E501  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CHINESE_DAYS = "一二三四五六日"
NEAR = timedelta(days=300)  # a day within this of today says no year


def day(language: Language, value: date, *, year: bool = False) -> str:
    """10 Jan, 10 Jan 2027 · 1月10日, 2027年1月10日"""
    if language == "zh-TW":
        return f"{value.year}年{value.month}月{value.day}日" if year else f"{value.month}月{value.day}日"
    text = f"{value.day} {MONTHS[value.month - 1][:3]}"
    return f"{text} {value.year}" if year else text


def days(language: Language, first: date, last: date, *, today: date | None = None) -> str:
    """10 Jan – 31 Mar, 8 – 31 Jan · 1月10日 – 3月31日. With the year where it is not plain from `today`, and always
    where no `today` is given."""
    year = today is None or abs(first - today) > NEAR or abs(last - today) > NEAR
    if first == last:
        return day(language, first, year=year)
    same_year = first.year == last.year
    if language == "zh-TW":
        return f"{day(language, first, year=year)} – {day(language, last, year=year and not same_year)}"
    if same_year and first.month == last.month:
        return f"{first.day} – {day(language, last, year=year)}"
    return f"{day(language, first, year=year and not same_year)} – {day(language, last, year=year)}"


def weekday(language: Language, value: date) -> str:
    """Saturday, 21 November · 11月21日 星期六"""
    if language == "zh-TW":
        return f"{value.month}月{value.day}日 星期{CHINESE_DAYS[value.weekday()]}"
    return f"{DAYS[value.weekday()]}, {value.day} {MONTHS[value.month - 1]}"


def short_weekday(language: Language, value: date) -> str:
    """Sat · 週六"""
    if language == "zh-TW":
        return f"週{CHINESE_DAYS[value.weekday()]}"
    return DAYS[value.weekday()][:3]


def month(language: Language, year_and_month: str, *, say_year: bool = True) -> str:
    """November 2026 · 2026年11月, or November · 11月, from "2026-11"."""
    year, number = year_and_month.split("-")
    if not say_year:
        return f"{int(number)}月" if language == "zh-TW" else MONTHS[int(number) - 1]
    return f"{year}年{int(number)}月" if language == "zh-TW" else f"{MONTHS[int(number) - 1]} {year}"
