"""POST /api/photos and the files under /media."""

from __future__ import annotations

import asyncio
import io
import re
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from PIL import Image

from haloop.core.ids import new_id
from haloop.photos.models import PhotoRow
from tests.expectations import faults, problem
from tests.photos import pictures
from tests.photos.pictures import saved, two_colours
from tests.world import Person, World, a_picture

pytestmark = pytest.mark.anyio


async def upload(
    world: World, person: Person | None, data: bytes, name: str = "photo.jpg", kind: str = "image/jpeg", **form: str
) -> httpx2.Response:
    headers = person.headers if person else {}
    return await world.client.post("/api/photos", files={"file": (name, data, kind)}, data=form, headers=headers)


def files(world: World) -> list[Path]:
    return [path for path in world.media.rglob("*") if path.is_file()]


async def fill_shelf(world: World, person: Person, count: int) -> None:
    """Rows of photos as uploads leave them (the files do not matter here)."""
    async with world.haloop.engines.units.begin() as work:
        for number in range(count):
            work.session.add(
                PhotoRow(
                    id=new_id(), account_id=UUID(person.account["id"]), key=f"{number:032x}", width=1,
                    height=1, alt="", uses=0, unused_since=work.now, created_at=work.now,
                )
            )  # fmt: skip


async def test_a_photo_comes_in_three_sizes(world: World) -> None:
    mei = await world.helper()

    response = await upload(world, mei, a_picture((2400, 1600)), alt=" The bay at dawn ")

    assert response.status_code == 201
    photo = response.json()
    assert set(photo) == {"id", "url", "medium_url", "thumbnail_url", "width", "height", "alt"}
    assert (photo["width"], photo["height"], photo["alt"]) == (2000, 1333, "The bay at dawn")
    for url, size in (("url", (2000, 1333)), ("medium_url", (960, 640)), ("thumbnail_url", (480, 320))):
        file = await world.client.get(photo[url])
        assert file.headers["content-type"] == "image/webp"
        assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert file.headers["x-content-type-options"] == "nosniff"
        assert Image.open(io.BytesIO(file.content)).size == size
    assert len(files(world)) == 3


async def test_names_are_random_and_say_nothing_of_the_file_that_was_sent(world: World) -> None:
    mei = await world.helper()
    data = a_picture()

    one = (await upload(world, mei, data, "../../etc/passwd\x00.php", "text/html")).json()
    two = (await upload(world, mei, data, "日記.jpg", "image/svg+xml")).json()

    pattern = r"/media/([0-9a-f]{2})/(\1[0-9a-f]{30})-2000\.webp"
    names = [re.fullmatch(pattern, photo["url"]) for photo in (one, two)]
    assert names[0]
    assert names[1]
    assert names[0][2] != names[1][2]
    for photo in (one, two):
        assert photo["alt"] is None
        assert (await world.client.get(photo["url"])).headers["content-type"] == "image/webp"


async def test_who_is_not_signed_in_uploads_nothing(world: World) -> None:
    problem(await upload(world, None, a_picture()), 401, "not_signed_in")

    assert files(world) == []


@pytest.mark.parametrize(
    ("data", "status", "slug"),
    [
        (b"just a text", 422, "bad_photo"),
        (b"", 422, "bad_photo"),
        (pictures.SVG, 422, "bad_photo"),
        (saved(two_colours((800, 600)), "JPEG")[:-2000], 422, "bad_photo"),
        (saved(two_colours((800, 600)), "PNG")[:-200], 422, "bad_photo"),
        (pictures.claiming_png(20_000, 10_000), 422, "bad_photo"),
        (saved(two_colours(), "GIF"), 415, "unsupported_media_type"),
        (b"\xff\xd8" + b"\x00" * 9_000_000, 413, "too_large"),
        (b"\xff\xd8" + b"\x00" * (8 * 1024 * 1024 - 1), 413, "too_large"),
        (b"\xff\xd8" + b"\x00" * (8 * 1024 * 1024 - 2), 422, "bad_photo"),
    ],
    ids=["text", "empty", "svg", "cut jpeg", "cut png", "bomb", "gif", "9 MB", "8 MB and a byte", "8 MB"],
)
async def test_a_refused_file_leaves_nothing(world: World, data: bytes, status: int, slug: str) -> None:
    mei = await world.helper()

    body = problem(await upload(world, mei, data), status, slug)

    if slug == "bad_photo":
        assert [error["loc"] for error in body["errors"]] == [["body", "file"]]
    assert files(world) == []


async def test_a_form_without_a_file_is_refused(world: World) -> None:
    mei = await world.helper()

    assert faults(await mei.client.post("/api/photos", data={"alt": "A"}, headers=mei.headers)) == [["body", "file"]]
    assert faults(await mei.client.post("/api/photos", data={"file": "A"}, headers=mei.headers)) == [["body", "file"]]
    problem(await mei.post("/api/photos", {"file": "A"}), 422, "validation")
    headers = {**mei.headers, "Content-Type": "multipart/form-data; boundary=x"}
    for content in (b"", b"--x", b"--x\r\nContent-Disposition: form-data; name=file\r\n\r\n", b"\xff" * 100):
        problem(await mei.client.post("/api/photos", content=content, headers=headers), 422, "validation")


async def test_alt_is_limited_and_clean(world: World) -> None:
    mei = await world.helper()

    assert (await upload(world, mei, a_picture(), alt="𠮷" * 300)).json()["alt"] == "𠮷" * 300
    assert faults(await upload(world, mei, a_picture(), alt="x" * 301)) == [["body", "alt"]]
    assert faults(await upload(world, mei, a_picture(), alt="a\x00b")) == [["body", "alt"]]
    assert faults(await upload(world, mei, a_picture(), purpose="secret")) == [["body", "purpose"]]
    assert (await upload(world, mei, a_picture(), purpose="public", alt="")).json()["alt"] is None


async def test_the_shelf_holds_200_photos(world: World) -> None:
    mei = await world.helper()
    await fill_shelf(world, mei, 199)

    assert (await upload(world, mei, a_picture())).status_code == 201
    problem(await upload(world, mei, a_picture()), 409, "too_many_photos")

    assert len(files(world)) == 3


async def test_of_two_uploads_for_the_last_place_one_comes_in_and_the_other_leaves_nothing(world: World) -> None:
    mei = await world.helper()
    await fill_shelf(world, mei, 199)

    answers = await asyncio.gather(*(upload(world, mei, a_picture((900, 600))) for _ in range(2)))

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert len(files(world)) == 3


async def test_a_folder_that_cannot_be_written_leaves_nothing(world: World) -> None:
    mei = await world.helper()
    world.media.write_text("a file where the folder should be")

    problem(await upload(world, mei, a_picture()), 500, "unexpected")

    world.media.unlink()
    await upload(world, mei, a_picture())
    assert len(files(world)) == 3


@pytest.mark.parametrize(
    "path",
    [
        "/media/", "/media", "/media/%2e%2e/haloop.db", "/media/..%2fhaloop.db",
        "/media/%2e%2e%2f%2e%2e%2fetc/passwd", "/media//etc/passwd", "/media/%2fetc%2fpasswd", "/media/%00",
        "/media/ab/%00.webp", "/media/ab\\..\\haloop.db", "/media/" + "a" * 300, "/media/" + "a/" * 2000, "/media/%ff",
        "/media/~root", "/media/.",
    ],
)  # fmt: skip
async def test_tricks_with_paths_find_nothing(world: World, path: str) -> None:
    mei = await world.helper()
    await upload(world, mei, a_picture())
    assert (world.media.parent / "haloop.db").exists()

    problem(await world.client.get(httpx2.URL("http://haloop.test", raw_path=path.encode())), 404, "not_found")


async def test_a_folder_of_photos_lists_nothing(world: World) -> None:
    mei = await world.helper()
    photo = (await upload(world, mei, a_picture())).json()

    problem(await world.client.get(photo["url"].rsplit("/", 1)[0]), 404, "not_found")
    problem(await world.client.get(photo["url"] + ".part"), 404, "not_found")


async def test_a_photo_known_to_the_browser_is_not_sent_again(world: World) -> None:
    mei = await world.helper()
    photo = (await upload(world, mei, a_picture())).json()
    first = await world.client.get(photo["url"])

    again = await world.client.get(photo["url"], headers={"If-None-Match": first.headers["etag"]})

    assert again.status_code == 304
    assert again.content == b""


async def test_a_file_that_is_missing_or_damaged_leaves_posts_and_pages_whole(world: World) -> None:
    post = await world.publish(await world.host())
    missing, damaged = (world.media / photo["url"].removeprefix("/media/") for photo in post["photos"][:2])
    missing.unlink()
    damaged.write_bytes(b"not a picture")

    assert (await world.client.get(post["photos"][0]["url"])).status_code == 404
    for path in ("/posts", f"/posts/{post['id']}", f"/hosts/{post['host']['id']}", "/api/posts", "/sitemap.xml"):
        answer = await world.client.get(path)
        assert answer.status_code == 200, path
        assert post["id"] in answer.text
