"""The port of rate limits, and the limits themselves in one table. An address is IPv4's, or a /64 of IPv6's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `most` events of one key within `seconds`."""

    name: str
    most: int
    seconds: int


LOGIN = Rate("login", 10, 15 * MINUTE)  # per address and e-mail
LOGIN_ADDRESS = Rate("login-address", 100, 15 * MINUTE)  # per address
REGISTER = Rate("register", 20, HOUR)  # per address
SEARCH = Rate("search", 120, MINUTE)  # per account, or per address
PHOTOS = Rate("photos", 60, HOUR)  # per account
PUBLISH = Rate("publish", 20, DAY)  # per account, reopening included
CONVERSATIONS = Rate("conversations", 20, DAY)  # new ones, per account
MESSAGES = Rate("messages", 60, MINUTE)  # per account
TYPING = Rate("typing", 1, 1)  # per account; more are dropped


class Limits(Protocol):
    async def hit(self, rate: Rate, key: str) -> None:
        """Counts one event; raises RateLimited with the seconds to wait when there were too many."""
