"""Which of the two languages a reader is spoken to in."""

from __future__ import annotations

from typing import Literal

Language = Literal["en", "zh-TW"]
LANGUAGES: tuple[Language, ...] = ("en", "zh-TW")
CONSIDERED = 20  # language ranges of a header; the rest of a longer one is not read


def as_language(tag: str | None) -> Language | None:
    """The language of a tag such as "en-GB", "zh-Hant" or "zh_TW"; None for any other. All Chinese is zh-TW here."""
    primary = (tag or "").strip().replace("_", "-").split("-")[0].casefold()
    if primary == "zh":
        return "zh-TW"
    return "en" if primary == "en" else None


def negotiate(accept_language: str | None) -> Language:
    """The language that an Accept-Language header (RFC 9110, 12.5.4) likes best; English when it likes neither."""
    best: Language = "en"
    best_quality = 0.0
    for part in (accept_language or "").split(",")[:CONSIDERED]:
        tag, *parameters = part.split(";")
        language: Language | None = "en" if tag.strip() == "*" else as_language(tag)
        quality = _quality(parameters)
        if language is not None and quality > best_quality:
            best, best_quality = language, quality
    return best


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().casefold() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
