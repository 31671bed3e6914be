"""Rate limits in this process's memory: a sliding window of two halves for each key."""

from __future__ import annotations

import math

from haloop.core.clock import Clock
from haloop.core.errors import RateLimited
from haloop.engines.limits.protocol import Rate

KEYS_MOST = 100_000  # beyond it the windows that have run out are dropped


class MemoryLimits:
    """Counts in fixed windows and weighs the previous one by what of it is still in sight, so that a burst over a
    border is not let through twice. `factor` multiplies every limit; 0 turns them off."""

    def __init__(self, clock: Clock, factor: float = 1.0) -> None:
        self._clock = clock
        self._factor = factor
        self._windows: dict[tuple[str, str], tuple[int, int, int, int]] = {}  # window no, count, previous, length

    async def hit(self, rate: Rate, key: str) -> None:
        if self._factor == 0:
            return
        now = self._clock.now().timestamp()
        number, into = divmod(now, rate.seconds)
        last, count, previous, _ = self._windows.get((rate.name, key), (-2, 0, 0, 0))
        if last != number:
            count, previous = 0, count if last == number - 1 else 0
        most = rate.most * self._factor
        if count + previous * (1 - into / rate.seconds) + 1 > most:
            raise RateLimited(max(1, math.ceil(self._wait(rate, most, count, previous, into))))
        if len(self._windows) >= KEYS_MOST:
            self._forget(now)
        self._windows[rate.name, key] = (int(number), count + 1, previous, rate.seconds)

    @staticmethod
    def _wait(rate: Rate, most: float, count: int, previous: int, into: float) -> float:
        """Seconds until one more fits: while the previous window fades, or else in the next one."""
        if count + 1 <= most and previous:
            return (1 - (most - count - 1) / previous) * rate.seconds - into
        rest = rate.seconds - into
        return rest + max(0.0, (1 - (most - 1) / count) * rate.seconds) if count else rest

    def _forget(self, now: float) -> None:
        self._windows = {
            key: window for key, window in self._windows.items() if now // window[3] - window[0] <= 1
        }  # fmt: skip
        while len(self._windows) >= KEYS_MOST:  # all of them fresh: drop the oldest, so that memory stays bounded
            del self._windows[next(iter(self._windows))]
