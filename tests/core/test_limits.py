"""Rate limits in memory: a window that slides."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haloop.core.errors import RateLimited
from haloop.engines.limits import memory
from haloop.engines.limits.memory import MemoryLimits
from haloop.engines.limits.protocol import Rate
from tests.world import TravellingClock

pytestmark = pytest.mark.anyio

FIVE = Rate("five", 5, 60)


async def passes(limits: MemoryLimits, key: str = "a", rate: Rate = FIVE) -> int | None:
    """None when it passes, else the seconds to wait."""
    try:
        await limits.hit(rate, key)
    except RateLimited as limited:
        return limited.retry_after
    return None


async def test_so_many_pass_and_the_next_waits_until_the_first_is_past() -> None:
    clock = TravellingClock()
    limits = MemoryLimits(clock)
    assert await passes(limits) is None
    clock.travel(seconds=20)

    assert [await passes(limits) for _ in range(4)] == [None] * 4
    assert await passes(limits) == 40
    clock.travel(seconds=40)
    assert await passes(limits) is None
    assert await passes(limits) == 20


async def test_keys_and_rates_do_not_count_one_another() -> None:
    limits = MemoryLimits(TravellingClock())
    for _ in range(6):
        await passes(limits, "a")

    assert await passes(limits, "b") is None
    assert await passes(limits, "a", Rate("other", 5, 60)) is None


async def test_a_burst_over_the_border_of_two_windows_is_not_let_through_twice() -> None:
    clock = TravellingClock()
    limits = MemoryLimits(clock)
    clock.travel(seconds=59)
    for _ in range(5):
        await passes(limits)
    clock.travel(seconds=2)

    assert await passes(limits) is not None


async def test_a_factor_multiplies_and_0_turns_off() -> None:
    double, off = MemoryLimits(TravellingClock(), 2), MemoryLimits(TravellingClock(), 0)

    assert [await passes(double) for _ in range(11)].count(None) == 10
    assert [await passes(off) for _ in range(100)].count(None) == 100


@given(st.lists(st.integers(0, 50_000), max_size=40), st.integers(1, 6))
async def test_after_the_seconds_to_wait_one_more_passes(pauses: list[int], most: int) -> None:
    clock = TravellingClock()
    limits, rate = MemoryLimits(clock), Rate("some", most, 60)
    for milliseconds in pauses:
        wait = await passes(limits, rate=rate)
        if wait is not None:
            assert 1 <= wait <= 60
            clock.travel(seconds=wait)
            assert await passes(limits, rate=rate) is None
        clock.travel(milliseconds=milliseconds)


@given(st.lists(st.integers(0, 30_000), min_size=20, max_size=60))
async def test_no_window_ever_holds_more_than_it_may(pauses: list[int]) -> None:
    clock = TravellingClock()
    limits = MemoryLimits(clock)
    passed: list[float] = []
    for milliseconds in pauses:
        clock.travel(milliseconds=milliseconds)
        if await passes(limits) is None:
            passed.append(clock.now().timestamp())

    for first in passed:
        assert sum(first <= one < first + FIVE.seconds for one in passed) <= FIVE.most


async def test_memory_is_bounded_and_those_under_way_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "KEYS_MOST", 10)
    clock = TravellingClock()
    limits = MemoryLimits(clock)
    for number in range(100):
        assert await passes(limits, f"key {number}") is None
    clock.travel(seconds=50)
    for _ in range(5):
        await passes(limits, "busy")
    clock.travel(seconds=30)
    for number in range(8):
        assert await passes(limits, f"later {number}") is None

    assert await passes(limits, "busy") is not None


async def test_a_full_memory_forgets_first_what_stops_counting_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "KEYS_MOST", 10)
    clock = TravellingClock()
    limits, day = MemoryLimits(clock), Rate("day", 1, 86_400)
    await passes(limits, "long", day)
    for number in range(30):  # all of them fresh: they push out one another
        clock.travel(seconds=1)
        await passes(limits, f"key {number}")

    assert await passes(limits, "long", day) is not None


async def test_a_new_key_costs_no_more_when_the_memory_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "KEYS_MOST", 20_000)
    limits = MemoryLimits(TravellingClock())

    async def seconds_for(first: int, keys: int) -> float:
        begun = time.process_time()
        for number in range(first, first + keys):
            await limits.hit(FIVE, str(number))
        return time.process_time() - begun

    empty, full = await seconds_for(0, 20_000), await seconds_for(20_000, 1_000)
    assert full / 1_000 < 20 * empty / 20_000  # looking at all keys for each would be a thousand times as much


async def test_a_clock_that_is_put_back_locks_nobody_out() -> None:
    clock = TravellingClock()
    limits = MemoryLimits(clock)
    for _ in range(5):
        await passes(limits)
    clock.travel(hours=-5)

    assert [await passes(limits) for _ in range(5)] == [None] * 5
    assert await passes(limits) == 60
