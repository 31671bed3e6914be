"""Where a line must not break: inside a date, between a number and what it counts, at the hyphen of Wi-Fi."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

NO_BREAK = "\u00a0"
JOINER = "\u2060"
PHRASE_MOST = 22  # characters that the narrowest card has room for beside the hours

_COUNTED = re.compile(r"(?<=\d) (?=[^\W\d_])")
_YEAR = re.compile(r"(?<=Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (?=\d{4}\b)")


def unbroken(text: str) -> str:
    """The text with 1 Dec, 4 h and Wi-Fi on one line each; a range breaks behind its dash alone."""
    kept = _YEAR.sub(NO_BREAK, _COUNTED.sub(NO_BREAK, text))
    return kept.replace(" –", f"{NO_BREAK}–").replace("Wi-Fi", f"Wi-{JOINER}Fi")


def phrase(text: str) -> Markup:
    """A short text that moves to the next line whole; a longer one breaks at its spaces."""
    if len(text) > PHRASE_MOST:
        return escape(text)
    return Markup('<span class="phrase">{}</span>').format(text)
