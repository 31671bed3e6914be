"""The texts of zh_Hant.po, read at first use: English text → Chinese text."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

BROWSER = "frontend/"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """`texts` by the English text (of a plural: its singular); `browser` names those that the scripts use."""

    texts: dict[str, str]
    browser: frozenset[str]

    def text(self, english: str) -> str:
        """The translation; the English text where there is none (the check of tools/translations.py finds those)."""
        return self.texts.get(english, english)


def parse(source: bytes) -> Catalog:
    return read_po(io.BytesIO(source), locale="zh_Hant")


@cache
def catalogue() -> Catalogue:
    texts: dict[str, str] = {}
    browser: set[str] = set()
    for entry in parse(files("haloop.core.translations").joinpath("zh_Hant.po").read_bytes()):
        english, chinese = _first(entry.id), _first(entry.string)
        if english and chinese and not entry.fuzzy:
            texts[english] = chinese
        if any(location.startswith(BROWSER) for location, _ in entry.locations):
            browser.add(english)
    return Catalogue(texts, frozenset(browser))


def _first(text: str | Sequence[str] | None) -> str:
    """The text, or a plural's first form (Chinese has but one)."""
    return text if isinstance(text, str) else (text or [""])[0]
