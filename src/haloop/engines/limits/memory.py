"""Rate limits in this process's memory: when each key's last events were."""

from __future__ import annotations

import math
from collections import deque

from haloop.core.clock import Clock
from haloop.core.errors import RateLimited
from haloop.engines.limits.protocol import Rate

KEYS_MOST = 100_000  # beyond it the keys whose events are all past are dropped


class MemoryLimits:
    """Remembers the instants of the events that still count, so that no window of a rate's length ever holds more
    than it may, and one that is refused passes as soon as it can. `factor` multiplies every limit; 0 turns them off."""

    def __init__(self, clock: Clock, factor: float = 1.0) -> None:
        self._clock = clock
        self._factor = factor
        self._events: dict[tuple[Rate, str], deque[float]] = {}  # seconds since 1970, oldest first

    async def hit(self, rate: Rate, key: str) -> None:
        if self._factor == 0:
            return
        now = self._clock.now().timestamp()
        events = self._events.get((rate, key)) or deque()
        while events and events[-1] > now:  # the clock was put back: these never were
            events.pop()
        while events and events[0] <= now - rate.seconds:
            events.popleft()
        too_many = math.ceil(len(events) + 1 - rate.most * self._factor)
        if too_many > 0:
            last = events[too_many - 1] if too_many <= len(events) else now
            raise RateLimited(max(1, math.ceil(last + rate.seconds - now)))
        if not events and len(self._events) >= KEYS_MOST:
            self._forget(now)
        events.append(now)
        self._events[rate, key] = events

    def _forget(self, now: float) -> None:
        self._events = {
            (rate, key): events
            for (rate, key), events in self._events.items()
            if events and events[-1] > now - rate.seconds
        }
        while len(self._events) >= KEYS_MOST:  # all of them fresh: drop the oldest, so that memory stays bounded
            del self._events[next(iter(self._events))]
