"""Messages that are written in the code and translated where a person reads them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """An English text with `{named}` places, and the values for them."""

    text: str
    values: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text.format(**self.values)


def msg(text: str, **values: object) -> Message:
    """Marks a text for the catalogue: `msg("At most {count} characters.", count=100)`."""
    return Message(text, values)


class Translate(Protocol):
    """Turns a message into the reader's language."""

    def message(self, message: Message) -> str: ...
