"""A host's address and exact point are readable by the host alone."""

from __future__ import annotations

import json
import re

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from haloop.matching.tables import post_rows, post_terms
from tests.world import Person, World, a_host

pytestmark = pytest.mark.anyio

ADDRESS = "47 Quillwort Passage, Zephyrtown, 臺東縣祕密鄉神隱路"
LATITUDE, LONGITUDE = 22.87654, 121.23789
# Its parts, in no other text of this world; tokens as the search knows them.
PARTS = ("quillwort", "zephyrtown", "祕密", "神隱", "密鄉")
# The exact point beyond the public 0.01 degrees, in degrees, whole numbers, or minutes and seconds.
NUMBERS = ("22.876", "121.237", "121.238", "2287654", "12123789", "22876540", "22°52", "121°14")
TRACES = (*PARTS, *NUMBERS)

PUBLIC_PATHS = (
    "/", "/posts", "/posts/{post}", "/hosts/{host}", "/login", "/register", "/sitemap.xml", "/robots.txt",
    "/api/posts", "/api/posts?sort=starting_soon", "/api/posts/near-misses?group_size=2&max_hours_per_day=1",
    "/api/posts/{post}", "/api/posts/{closed}", "/api/hosts/{host}", "/api/hosts/{host}/posts", "/api/vocabulary",
    "/api/openapi.json", "/api/docs", "/posts/{closed}", "/posts?bbox=121.2,22.8,121.3,22.9", "/posts?text=nothing",
    "/healthz", "/readyz",
)  # fmt: skip
HELPER_PATHS = (
    "/subscriptions", "/notifications", "/account", "/api/subscriptions", "/api/notifications", "/api/auth/me",
    "/api/subscriptions/{subscription}/matches", "/api/subscriptions/{subscription}",
)  # fmt: skip


def traces_in(text: str) -> list[str]:
    folded = text.casefold()
    return [trace for trace in TRACES if trace in folded]


async def a_secret_host(world: World) -> Person:
    lin = await world.register(helper=True, host=True)
    point = {"latitude": LATITUDE, "longitude": LONGITUDE}
    assert (await lin.put("/api/account/host", a_host(address=ADDRESS, point=point))).status_code == 200
    return lin


async def test_no_public_answer_page_or_index_shows_where_exactly_a_host_is(world: World) -> None:
    lin, mei = await a_secret_host(world), await world.helper()
    subscription = await world.subscribe(mei, "By the sea", bbox=[121.23, 22.87, 121.24, 22.88])
    post = await world.publish(lin)
    closed = await world.publish(lin)
    await lin.post(f"/api/posts/{closed['id']}/close")
    await world.run_jobs()
    assert len(await world.notifications(mei)) >= 1
    names = {
        "post": post["id"],
        "closed": closed["id"],
        "host": post["host"]["id"],
        "subscription": subscription["id"],
    }

    for language in ("en", "zh-TW"):
        for person, paths in ((None, PUBLIC_PATHS), (mei, (*PUBLIC_PATHS, *HELPER_PATHS))):
            for path in paths:
                headers = {"Accept-Language": language, "Accept": "text/html,*/*"}
                if person:
                    headers |= {"Cookie": f"haloop_session={person.token}"}
                response = await world.client.get(path.format_map(names), headers=headers)
                assert response.status_code in (200, 303), path
                shown = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|/static/\S+|/media/\S+| d=\"[^\"]*\"", "", response.text)
                assert traces_in(shown) == [], path
                assert traces_in(str(response.headers)) == [], path

    async with world.haloop.engines.database.reading() as session:
        rows = [tuple(row) for table in (post_rows, post_terms) for row in await session.execute(sa.select(table))]
    assert rows
    assert [traces_in(repr(row)) for row in rows if traces_in(repr(row))] == []


async def test_the_log_of_all_that_tells_no_address(world: World) -> None:
    with capture_logs() as events:
        lin = await a_secret_host(world)
        await world.publish(lin)
        await world.run_jobs()
        await lin.put("/api/account/host", a_host(address=ADDRESS, region="XX"))
        await world.client.get("/api/posts", params={"text": ADDRESS[:90]})

    lines = [json.dumps(event, default=repr, ensure_ascii=False) for event in events]
    assert any('"route": "/api/account/host"' in line for line in lines)
    assert [line for line in lines if traces_in(line)] == []
    assert [line for line in lines if "@example.org" in line or lin.token in line] == []


async def test_the_search_does_not_find_a_host_by_its_address_or_exact_point(world: World) -> None:
    lin = await a_secret_host(world)
    await world.publish(lin)
    exact = f"{LONGITUDE - 0.0005},{LATITUDE - 0.0005},{LONGITUDE + 0.0005},{LATITUDE + 0.0005}"
    cell = "121.23,22.87,121.24,22.88"

    for text in PARTS:
        assert (await world.client.get("/api/posts", params={"text": text})).json()["items"] == [], text
    assert (await world.client.get("/api/posts", params={"bbox": exact})).json()["items"] == []
    assert len((await world.client.get("/api/posts", params={"bbox": cell})).json()["items"]) == 1


async def test_the_host_itself_reads_its_address_and_point(world: World) -> None:
    lin = await a_secret_host(world)

    host = (await lin.get("/api/auth/me")).json()["host"]

    assert host["address"] == ADDRESS
    assert host["point"] == {"latitude": LATITUDE, "longitude": LONGITUDE}
    assert host["location"] == {"latitude": 22.875, "longitude": 121.235, "precision": "area"}


async def test_who_moves_within_a_cell_is_not_seen_to_move(world: World) -> None:
    lin = await a_secret_host(world)
    post = await world.publish(lin)
    before = (await world.client.get(f"/api/posts/{post['id']}")).json()

    await lin.put("/api/account/host", a_host(address="Elsewhere", point={"latitude": 22.871, "longitude": 121.231}))
    await world.run_jobs()

    assert (await world.client.get(f"/api/posts/{post['id']}")).json() == before
