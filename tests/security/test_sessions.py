"""Sessions cannot be planted, and do not outlive their end, wherever they are used."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.expectations import problem
from tests.live import Refused, Socket, serving
from tests.world import PASSWORD, World

pytestmark = pytest.mark.anyio

RUNS = 5


async def test_a_cookie_planted_before_signing_in_is_worth_nothing_after_it(world: World) -> None:
    planted = await world.helper()  # a session that the attacker knows
    await world.helper(email="mei@example.org")
    world.client.cookies.set("haloop_session", planted.token)

    answer = await world.client.post(
        "/api/auth/login", json={"email": "mei@example.org", "password": PASSWORD}, headers={"Sec-Fetch-Site": "none"}
    )

    given = answer.cookies["haloop_session"]
    assert given != planted.token
    assert (await planted.get("/api/auth/me")).json()["id"] == planted.account["id"]


async def test_a_token_is_worth_nothing_after_signing_out_wherever_it_is_used(world: World) -> None:
    helper = await world.helper()
    async with serving(world.haloop.asgi) as port:
        socket = await Socket.connect(port, helper.token)
        assert (await helper.post("/api/auth/logout")).status_code == 204

        await asyncio.wait_for(socket.closed.wait(), 5)
        problem(await helper.get("/api/auth/me"), 401, "not_signed_in")
        problem(
            await helper.post("/api/subscriptions", {"name": "x", "filter": {"group_size": 1}}), 401, "not_signed_in"
        )
        page = await world.client.get(
            "/subscriptions", headers={"Cookie": f"haloop_session={helper.token}", "Accept": "text/html"}
        )
        assert (page.status_code, page.headers["location"]) == (303, "/login?next=%2Fsubscriptions")
        with pytest.raises(Refused, match="not_signed_in"):
            await Socket.connect(port, helper.token)
        with pytest.raises(Refused, match="not_signed_in"):
            await Socket.connect(port, Cookie=f"haloop_session={helper.token}")


async def test_a_wrong_password_takes_as_long_for_an_unknown_email(world: World) -> None:
    await world.helper(email="mei@example.org")

    async def work(email: str) -> float:
        """CPU seconds of this process, which what else the machine does leaves alone."""
        begun = time.process_time()
        answer = await world.client.post("/api/auth/login", json={"email": email, "password": "wrong password"})
        problem(answer, 401, "not_signed_in")
        return time.process_time() - begun

    pairs = [(await work("mei@example.org"), await work("nobody@example.org")) for _ in range(RUNS)]
    known, unknown = (min(seconds) for seconds in zip(*pairs, strict=True))
    assert 0.5 < unknown / known < 2  # without the hash of nobody it was a tenth
