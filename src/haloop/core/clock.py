"""The clock that is passed in: instants in UTC, cut to milliseconds, and the date where the platform lives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def system_now() -> datetime:
    return datetime.now(UTC)


class Clock:
    """Tells the time; tests hand in their own `source`."""

    def __init__(self, timezone: str = "Asia/Taipei", source: Callable[[], datetime] = system_now) -> None:
        self.zone = ZoneInfo(timezone)
        self._source = source

    def now(self) -> datetime:
        """The instant in UTC, whole milliseconds (what the database and the API can carry)."""
        instant = self._source().astimezone(UTC)
        return instant.replace(microsecond=instant.microsecond // 1000 * 1000)

    def today(self) -> date:
        """The date in the platform's time zone; the only `today` of the matching rule."""
        return self._source().astimezone(self.zone).date()


def instant_text(instant: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and `Z`, as the API writes instants."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
