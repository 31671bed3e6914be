"""The one source of ids: UUIDv7, in the order of their making within a process."""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    return uuid7()


def parse_id(text: str) -> UUID | None:
    """The id, or None for anything that is not one (answered as 404 by those who read it from a path)."""
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None
