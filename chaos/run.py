"""One run: rounds of load and faults, each ended by a rest at which the oracle judges."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from random import Random

from chaos.browsers import Browser
from chaos.client import Client
from chaos.faults import Faults
from chaos.history import History, moment
from chaos.load import Load
from chaos.oracle import Oracle
from chaos.people import settle_people
from chaos.process import Platform
from chaos.report import Report
from chaos.stored import Stored, read_stored, waiting_jobs

HOSTS = 12
BROWSERS = 40
RESTS_WITHIN = 60.0  # seconds: all is told
BELLS_WITHIN = 10.0  # seconds: every browser knows
LOOKS_AGAIN_AFTER = 0.05
OTHER_FAULTS_EVERY = 2  # rounds
KILLS_A_ROUND = 3  # at most

Say = Callable[[str], None]


class Run:
    """A platform, its people and what happens to them. `end` is when it kills no more; each of the other faults is
    met however long that takes."""

    def __init__(self, folder: Path, helpers: int, kills: int, seed: int, end: float, say: Say) -> None:
        self._rng = Random(seed)
        self._history = History()
        self._platform = Platform(folder)
        self._client = Client(self._platform.address, Random(self._rng.random()))
        self._faults = Faults(self._platform, self._history, Random(self._rng.random()))
        self._oracle = Oracle(self._history, self._platform.media)
        self._browsers: list[Browser] = []
        self._begun = moment()
        self._helpers, self._kills, self._end, self._say = helpers, kills, end, say
        self.report = Report(seed, helpers, [fault.__name__ for fault in self._faults.all()])

    async def go(self) -> Report:
        people = await settle_people(self._platform, self._history, self._rng, HOSTS, self._helpers)
        self.report.subscriptions = len(self._history.wishes)
        await self._platform.start()
        load = Load(self._client, self._history, people, self._rng)
        watched = self._rng.sample(people.helpers, min(BROWSERS, len(people.helpers)))
        self._browsers = [Browser(self._client, self._platform.port, helper) for helper in watched]
        living = [asyncio.create_task(browser.live()) for browser in self._browsers]
        try:
            await load.prepare()
            await self._rounds(load)
        finally:
            await load.end()
            for task in living:
                task.cancel()
            await asyncio.gather(*living, return_exceptions=True)
            await self._client.close()
            await self._platform.kill()
        self.report.conclude(self._client.notes, self._platform, self._browsers, load.done)
        return self.report

    async def _rounds(self, load: Load) -> None:
        others, number = self._faults.all(), 0
        while others or self._kills_on():
            load.let_go()
            if others and (number % OTHER_FAULTS_EVERY == 0 or not self._kills_on()):
                fault = others.pop(0)
                await asyncio.sleep(0.5)
                await fault()
                self.report.faults.append(fault.__name__)
            else:
                for _ in range(min(self._rng.randint(1, KILLS_A_ROUND), self._kills - self.report.kills)):
                    await self._faults.kill()
                    self.report.kills += 1
            await self._rest(load)
            number += 1

    def _kills_on(self) -> bool:
        return self.report.kills < self._kills and moment() < self._end

    async def _rest(self, load: Load) -> None:
        """Waits until nothing is under way, then judges."""
        begun = moment()
        await load.hold()
        wrong: list[str] = []
        if not await _comes_true(lambda: waiting_jobs(self._platform.database) == (0, 0), RESTS_WITHIN):
            wrong.append(f"jobs (waiting, parked) are left: {waiting_jobs(self._platform.database)}")
        stored = await read_stored(self._platform.database)
        self.report.rests.append(moment() - begun)
        judgement = self._oracle.judge(stored)
        wrong += judgement.wrong + await self._bells(stored)
        self.report.add(judgement)
        self.report.wrong += wrong
        latest = self.report.faults[-1] if self.report.faults else "none"
        self._say(
            f"{moment() - self._begun:4.0f} s: {self.report.kills} kills, last other fault {latest}: told "
            f"{judgement.told}, had to be {judgement.must}, either {judgement.either}; wrong {len(wrong)}"
        )
        for line in wrong[:5]:
            self._say(f"  {line}")

    async def _bells(self, stored: Stored) -> list[str]:
        """Every browser knows exactly the notifications of its helper."""

        def behind() -> list[Browser]:
            return [b for b in self._browsers if b.known != stored.of_helper.get(b.helper.account_id, set())]

        await _comes_true(lambda: not behind(), BELLS_WITHIN)
        return [
            f"browser of {browser.helper.account_id} knows {len(browser.known)} of "
            f"{len(stored.of_helper.get(browser.helper.account_id, set()))} notifications"
            for browser in behind()
        ]


async def _comes_true(condition: Callable[[], bool], within: float) -> bool:
    """Looks from outside at another process, which has no event to be awaited."""
    end = moment() + within
    while not condition():
        if moment() > end:
            return False
        await asyncio.sleep(LOOKS_AGAIN_AFTER)
    return True
