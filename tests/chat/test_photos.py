"""Photos in messages: for the two members, at no public address."""

from __future__ import annotations

import pytest

from haloop.app import keep_house_once
from tests.chat.conftest import Talk, say
from tests.expectations import faults, problem
from tests.world import World

pytestmark = pytest.mark.anyio


async def test_a_photo_is_seen_by_both_members_and_by_nobody_else(world: World, talk: Talk) -> None:
    photo_id = await world.photo(talk.helper, purpose="message")
    message = await say(talk.helper, talk, "", photos=[photo_id])
    (photo,) = message["photos"]
    for url in (photo["url"], photo["medium_url"], photo["thumbnail_url"]):
        for member in (talk.helper, talk.host):
            answer = await member.get(url)
            assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
            assert answer.headers["cache-control"] == "private, no-store"
        problem(await talk.stranger.get(url), 404, "not_found")
        problem(await world.client.get(url), 401, "not_signed_in")
    listed = await talk.host.get(f"{talk.path}/messages")
    assert listed.json()["items"][0]["photos"] == [photo]
    assert (await talk.host.get("/api/conversations")).json()["items"][0]["last_message"]["photos"] == [photo]


async def test_until_it_is_sent_only_its_owner_sees_it(world: World, talk: Talk) -> None:
    photo_id = await world.photo(talk.helper, purpose="message")
    url = f"/api/photos/{photo_id}/480"
    assert (await talk.helper.get(url)).status_code == 200
    problem(await talk.host.get(url), 404, "not_found")


async def test_its_file_has_no_public_address(world: World, talk: Talk) -> None:
    await world.photo(talk.helper, purpose="message")
    files = [file for file in world.media.rglob("*.webp") if file.name.startswith("private-")]
    assert len(files) == 3
    for file in files:
        path = file.relative_to(world.media).as_posix()
        for address in (path, path.upper(), path.replace("private", "%70rivate"), f"pr/../{path}", f"pr//{file.name}"):
            assert (await world.client.get(f"/media/{address}")).status_code == 404, address


async def test_a_public_photo_in_a_message_and_a_private_one_in_a_post_are_refused(world: World, talk: Talk) -> None:
    public, private = await world.photo(talk.host), await world.photo(talk.host, purpose="message")
    refused = await talk.host.post(f"{talk.path}/messages", {"body": "Look", "photos": [public]})
    assert problem(refused, 422, "unknown_photo")["errors"][0]["loc"] == ["body", "photos"]
    problem(await talk.host.post("/api/posts", {"title": "Later", "photos": [private]}), 422, "unknown_photo")
    problem(await talk.host.patch("/api/account", {"photo_id": private}), 422, "unknown_photo")
    others = await talk.helper.post(f"{talk.path}/messages", {"body": "Look", "photos": [private]})
    problem(others, 422, "unknown_photo")
    assert (await talk.host.get(talk.path)).json()["last_number"] == 0


async def test_a_message_has_text_or_at_most_four_photos(world: World, talk: Talk) -> None:
    photos = [await world.photo(talk.helper, purpose="message") for _ in range(5)]
    path = f"{talk.path}/messages"
    assert faults(await talk.helper.post(path, {"body": "", "photos": photos})) == [["body", "photos"]]
    for empty in ({"body": " \n "}, {"body": "", "photos": []}, {}):
        assert faults(await talk.helper.post(path, empty)) == [["body", "body"]]
    message = await say(talk.helper, talk, "", photos=[photos[3], photos[1], photos[3]])
    assert [photo["id"] for photo in message["photos"]] == [photos[3], photos[1]]


async def test_a_photo_that_was_sent_stays_and_one_that_was_not_goes_after_a_day(world: World, talk: Talk) -> None:
    sent, unsent = [await world.photo(talk.helper, purpose="message") for _ in range(2)]
    await say(talk.helper, talk, "", photos=[sent])
    world.clock.travel(hours=25)
    await keep_house_once(world.haloop.engines)
    assert (await talk.host.get(f"/api/photos/{sent}/480")).status_code == 200
    problem(await talk.helper.get(f"/api/photos/{unsent}/480"), 404, "not_found")
