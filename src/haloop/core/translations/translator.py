"""Turns English texts, labels, dates, numbers and lists into the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Final

from haloop.core.messages import Message
from haloop.core.paging import COUNTED_TO
from haloop.core.translations import dates
from haloop.core.translations.catalogue import catalogue
from haloop.core.translations.negotiation import Language, as_language
from haloop.core.vocabulary import vocabulary

KEPT_CAPITALS: Final = ("SUP", "LGBTQ", "Wi-Fi")


class Translator:
    """Speaks one language. Texts hold `{named}` places; the values are put into the translation, never into the key."""

    def __init__(self, language: Language) -> None:
        self.language: Final = language
        self._texts: Mapping[str, str] = {} if language == "en" else catalogue().texts

    def t(self, text: str, **values: object) -> str:
        """The text in this language with its values: `t("For {name}", name=name)`."""
        found = self._texts.get(text, text)
        return found.format_map(self._shown(values)) if values else found

    def tn(self, singular: str, plural: str, n: int, **values: object) -> str:
        """The text for `n` things; `{count}` stands for n, or for the `count` that is given (such as "1,000+")."""
        english = singular if n == 1 else plural
        text = self._texts.get(singular, english)
        return text.format_map(self._shown({"count": n, **values}))

    def message(self, message: Message) -> str:
        return self.t(message.text, **message.values)

    def label(self, list_name: str, slug: str) -> str:
        """An option's label; the slug itself for one that this version does not know."""
        known = vocabulary()
        return known.label(list_name, slug, self.language) if known.has(list_name, slug) else slug

    def inside(self, label: str) -> str:
        """A label inside a sentence: English ones lose their capital."""
        return label if self.language != "en" or label.startswith(KEPT_CAPITALS) else label[:1].lower() + label[1:]

    def region(self, code: str) -> str:
        """Hualien County · 花蓮縣"""
        known = vocabulary()
        return known.region(code).labels[self.language] if known.has_region(code) else code

    def place(self, code: str) -> str:
        """A region as one says it: Hualien, but Hsinchu County · 花蓮縣"""
        return _places()[code] if self.language == "en" and code in _places() else self.region(code)

    def number(self, value: int) -> str:
        return f"{value:,}"

    def count(self, total: int, *, capped: bool = False) -> str:
        """A number of things that was counted to a limit: 14, 1,000+"""
        return f"{total:,}+" if capped else f"{total:,}"

    def counted(self, total: int) -> str:
        """A number that stops at the limit of counting, so that one there means "or more"."""
        return self.count(total, capped=total >= COUNTED_TO)

    def day(self, value: date, *, year: bool = False) -> str:
        return dates.day(self.language, value, year=year)

    def days(self, first: date, last: date, *, today: date | None = None) -> str:
        return dates.days(self.language, first, last, today=today)

    def weekday(self, value: date) -> str:
        return dates.weekday(self.language, value)

    def short_weekday(self, value: date) -> str:
        return dates.short_weekday(self.language, value)

    def month(self, year_and_month: str, *, say_year: bool = True) -> str:
        return dates.month(self.language, year_and_month, say_year=say_year)

    def either(self, items: Sequence[str]) -> str:
        """A, B or C · A、B或C"""
        return self._joined(items, self.t("{list} or {last}"))

    def both(self, items: Sequence[str]) -> str:
        """A, B and C · A、B和C"""
        return self._joined(items, self.t("{list} and {last}"))

    def comma(self, items: Sequence[str]) -> str:
        """A, B, C · A、B、C"""
        return ("、" if self.language == "zh-TW" else ", ").join(items)

    def quoted(self, text: str) -> str:
        """“text” · 「text」"""
        return f"「{text}」" if self.language == "zh-TW" else f"“{text}”"

    def ago(self, instant: datetime, now: datetime) -> str:
        """just now, 5 minutes ago, 2 hours ago, 3 days ago; from a month on the day itself."""
        seconds = max(int((now - instant).total_seconds()), 0)
        if seconds < 60:
            return self.t("just now")
        if seconds < 3600:
            return self.tn("{count} minute ago", "{count} minutes ago", seconds // 60)
        if seconds < 86400:
            return self.tn("{count} hour ago", "{count} hours ago", seconds // 3600)
        if seconds < 30 * 86400:
            return self.tn("{count} day ago", "{count} days ago", seconds // 86400)
        return self.day(instant.date(), year=True)

    def browser_texts(self) -> dict[str, str]:
        """What the scripts of a page need: English text → text. Empty in English."""
        return {text: self._texts[text] for text in sorted(catalogue().browser) if text in self._texts}

    def _joined(self, items: Sequence[str], pattern: str) -> str:
        if len(items) < 2:
            return "".join(items)
        return pattern.format(list=self.comma(items[:-1]), last=items[-1])

    def _shown(self, values: Mapping[str, object]) -> dict[str, object]:
        return {name: self._value(value) for name, value in values.items()}

    def _value(self, value: object) -> object:
        if isinstance(value, Message):
            return self.message(value)
        if isinstance(value, bool):
            return value
        if isinstance(value, int):
            return self.number(value)
        return self.day(value, year=True) if isinstance(value, date) else value


def translator(language: str) -> Translator:
    """The translator of a language tag; English for a language that is not spoken here."""
    return _translator(as_language(language) or "en")


@cache
def _translator(language: Language) -> Translator:
    return Translator(language)


@cache
def _places() -> dict[str, str]:
    """English regions without City and County, where that is still one region's name."""
    names = {region.code: region.labels["en"] for region in vocabulary().regions}
    short = {code: name.removesuffix(" County").removesuffix(" City") for code, name in names.items()}
    alone = list(short.values())
    return {code: name if alone.count(name) == 1 else names[code] for code, name in short.items()}
