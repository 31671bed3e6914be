"""What a string of a person may be: NFC, trimmed, no control characters but the newline."""

from __future__ import annotations

import unicodedata

from pydantic_core import PydanticCustomError

# White space, and what has no width and means something only between others (soft hyphen, joiners, byte order mark):
# a text of these alone would show nothing.
_TRIMMED = "".join(c for c in map(chr, range(0x3001)) if c.isspace()) + "\u00ad\u200b\u200c\u200d\u2060\ufeff"


def clean(value: str) -> str:
    """The string as it is stored; raises a Pydantic error for control characters and lone surrogates."""
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip(_TRIMMED)
    refuse_control_characters(text)
    return text


def refuse_control_characters(text: str) -> None:
    """Raises a Pydantic error where there is one, or a lone surrogate; the newline is none."""
    for character in text:
        if character != "\n" and unicodedata.category(character) in ("Cc", "Cs"):
            raise PydanticCustomError("control_character", "Control characters are not allowed.")
