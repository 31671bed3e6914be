"""Many helpers at once, made by the services in one transaction."""

from __future__ import annotations

from uuid import UUID

from haloop.accounts import service as accounts
from haloop.accounts.schemas import HelperIn, Register
from haloop.core.unit_of_work import UnitOfWork
from haloop.demo.seed import reader_of
from haloop.matching.filter import Filter
from haloop.subscriptions import service as subscriptions
from haloop.subscriptions.schemas import SubscriptionIn
from tests.world import World


async def a_crowd(world: World, count: int, **wanted: object) -> list[UUID]:
    """So many helpers with one subscription each; answers their account ids."""
    wish = SubscriptionIn(name="Wish", filter=Filter.model_validate(wanted or {"group_size": 1}))
    async with world.haloop.engines.units.begin() as work:
        return [await _helper(work, number, wish) for number in range(count)]


async def _helper(work: UnitOfWork, number: int, wish: SubscriptionIn) -> UUID:
    body = Register(email=f"crowd{number}@example.org", password="-" * 8, name=f"C{number}", helper=HelperIn())
    account_id = await accounts.register(work, accounts.PreparedAccount(body, "", None), "en")
    await subscriptions.create(work, reader_of(account_id, work.now), wish)
    return account_id
