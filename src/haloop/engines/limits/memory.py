"""Rate limits in this process's memory: when each key's last events were."""

from __future__ import annotations

import math
from collections import OrderedDict, defaultdict, deque

from haloop.core.clock import Clock
from haloop.core.errors import RateLimited
from haloop.engines.limits.protocol import Rate

KEYS_MOST = 100_000  # beyond it the key whose last event stops counting first is forgotten


class MemoryLimits:
    """Remembers the instants of the events that still count, so that no window of a rate's length ever holds more
    than it may, and one that is refused passes as soon as it can. `factor` multiplies every limit; 0 turns them off."""

    def __init__(self, clock: Clock, factor: float = 1.0) -> None:
        self._clock = clock
        self._factor = factor
        # Seconds since 1970, oldest first; of each rate the key that was hit last is the last one.
        self._events: defaultdict[Rate, OrderedDict[str, deque[float]]] = defaultdict(OrderedDict)

    async def hit(self, rate: Rate, key: str) -> None:
        if self._factor == 0:
            return
        now = self._clock.now().timestamp()
        keys = self._events[rate]
        events = keys.get(key) or deque()
        while events and events[-1] > now:  # the clock was put back: these never were
            events.pop()
        while events and events[0] <= now - rate.seconds:
            events.popleft()
        too_many = math.ceil(len(events) + 1 - rate.most * self._factor)
        if too_many > 0:
            last = events[too_many - 1] if too_many <= len(events) else now
            raise RateLimited(max(1, math.ceil(last + rate.seconds - now)))
        if key not in keys and sum(map(len, self._events.values())) >= KEYS_MOST:
            self._forget_one(now)
        events.append(now)
        keys[key] = events
        keys.move_to_end(key)

    def _forget_one(self, now: float) -> None:
        """Of each rate only the first key is looked at, so that a full memory costs no more than an empty one."""

        def stops_counting(rate: Rate) -> float:
            events = next(iter(self._events[rate].values()))
            return min(events[-1], now) + rate.seconds if events else now

        self._events[min((rate for rate, keys in self._events.items() if keys), key=stops_counting)].popitem(last=False)
