"""Texts in the reader's language: the translator, its catalogue, and which language to speak."""

from __future__ import annotations

from haloop.core.translations.negotiation import LANGUAGES, Language, as_language, negotiate
from haloop.core.translations.translator import Translator, translator

__all__ = ["LANGUAGES", "Language", "Translator", "as_language", "negotiate", "translator"]
