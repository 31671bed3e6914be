"""The world of a run: hosts, and helpers with one, many or no subscriptions, made by the services."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

import sqlalchemy as sa

from chaos.history import History, Span, Wish, WishState, moment
from chaos.process import Platform
from chaos.wishes import a_filter
from haloop import migrations
from haloop.accounts import service as accounts
from haloop.accounts import sessions
from haloop.accounts.models import HostRow
from haloop.accounts.schemas import HelperIn, HostIn, PointIn, Register
from haloop.app import Haloop, build
from haloop.config import Settings
from haloop.core.ids import new_id
from haloop.core.unit_of_work import UnitOfWork
from haloop.matching.facts import FilterFacts
from haloop.matching.filter import Filter
from haloop.subscriptions import service as subscriptions
from haloop.subscriptions.schemas import SubscriptionIn

AT_ONCE = 200  # people in one transaction
REGIONS = ("TW-TTT", "TW-HUA", "TW-PIF", "TW-ILA")


@dataclass(slots=True)
class Person:
    account_id: UUID
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(slots=True)
class Host(Person):
    """`name` is the only part that this run changes; every fourth host is a helper too."""

    id: UUID
    name: str
    region: str
    latitude: int
    longitude: int
    also_helper: bool
    photos: list[str] = field(default_factory=list)


@dataclass(slots=True)
class People:
    hosts: list[Host]
    helpers: list[Person]


async def settle_people(platform: Platform, history: History, rng: Random, hosts: int, helpers: int) -> People:
    """Makes database and people before the platform is served for the first time."""
    os.environ.update(platform.settings())  # for Settings; the served process gets the same
    haloop = build(Settings(sqlite_synchronous="NORMAL"))
    await migrations.upgrade(haloop.engines.database)
    people = People([], [])
    maker = _Maker(haloop, history, rng)
    async with haloop.engines.units.begin() as work:
        people.hosts = [await maker.host(work, number) for number in range(hosts)]
    for start in range(0, helpers, AT_ONCE):
        async with haloop.engines.units.begin() as work:
            people.helpers += [await maker.helper(work, start + n) for n in range(min(AT_ONCE, helpers - start))]
    haloop.engines.passwords.close()
    await haloop.engines.database.close()
    return people


class _Maker:
    def __init__(self, haloop: Haloop, history: History, rng: Random) -> None:
        self._engines = haloop.engines
        self._history = history
        self._rng = rng

    async def host(self, work: UnitOfWork, number: int) -> Host:
        region, name, also_helper = REGIONS[number % len(REGIONS)], f"House {number}", number % 4 == 0
        profile = HostIn(name=name, address="1 Shore Road", region=region, locality="Dulan",
                         point=PointIn(latitude=22.8 + number / 100, longitude=121.2))  # fmt: skip
        place = await accounts.find_place(self._engines.geocoder, profile)
        body = Register(email=f"host{number}@example.org", password="-" * 8, name=name, host=profile,
                        helper=HelperIn() if also_helper else None)  # fmt: skip
        account_id = await accounts.register(work, accounts.PreparedAccount(body, "", place), "en")
        row = (await work.session.scalars(sa.select(HostRow).where(HostRow.account_id == account_id))).one()
        if also_helper:
            await self._subscribe(work, account_id, {"group_size": 1})
        token = sessions.open_session(work, self._engines.tokens, account_id)
        return Host(account_id, token, row.id, name, region, row.public_latitude, row.public_longitude, also_helper)

    async def helper(self, work: UnitOfWork, number: int) -> Person:
        body = Register(email=f"helper{number}@example.org", password="-" * 8, name=f"H{number}", helper=HelperIn())
        account_id = await accounts.register(work, accounts.PreparedAccount(body, "", None), "en")
        for _ in range(self._rng.choice((0, 1, 1, 1, 1, 2, 2, 3, 10))):
            await self._subscribe(work, account_id, a_filter(self._rng, self._history.days.today()))
        return Person(account_id, sessions.open_session(work, self._engines.tokens, account_id))

    async def _subscribe(self, work: UnitOfWork, account_id: UUID, wanted: dict[str, object]) -> None:
        filter_ = Filter.model_validate(wanted)
        reader = sessions.Reader(account_id, new_id(), "", "en", is_helper=True, host_id=None, is_trial=False,
                                 used_at=work.now)  # fmt: skip
        made = await subscriptions.create(work, reader, SubscriptionIn(name="Wish", filter=filter_))
        wish = Wish(made, account_id, filter_.to_json())
        wish.states.append(WishState(Span(moment(), moment()), FilterFacts.of(filter_)))
        self._history.add_wish(wish)
