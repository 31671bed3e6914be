"""The port of media storage."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Protocol


class Media(Protocol):
    """Files under immutable random names; a name is never written twice."""

    async def save(self, files: Mapping[str, bytes]) -> None:
        """Stores all of the files or none of them, durably; raises Unavailable when it cannot."""

    def stored_before(self, instant: datetime) -> AsyncIterator[list[str]]:
        """The names of all files that were stored before the instant, some at a time; unfinished ones too."""

    async def delete(self, names: list[str]) -> None:
        """Removes the files that are there; others are passed over."""

    async def read(self, name: str) -> bytes | None:
        """A file's content (at most some 2 MB), or None when it is not there."""

    def url(self, name: str) -> str:
        """The address of a file for a browser."""
