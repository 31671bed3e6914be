"""What a string of a person may be: NFC, trimmed, no control characters but the newline."""

from __future__ import annotations

import unicodedata

from pydantic_core import PydanticCustomError


def clean(value: str) -> str:
    """The string as it is stored; raises a Pydantic error for control characters and lone surrogates."""
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip()
    for character in text:
        if character != "\n" and unicodedata.category(character) in ("Cc", "Cs"):
            raise control_character()
    return text


def control_character() -> PydanticCustomError:
    return PydanticCustomError("control_character", "Control characters are not allowed.")
