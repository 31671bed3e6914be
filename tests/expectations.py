"""What tests expect of answers: problems with their slug, and the fields at fault."""

from __future__ import annotations

import base64
import json

import httpx2

from tests.world import Json, World


def problem(response: httpx2.Response, status: int, slug: str) -> Json:
    """Asserts that this is the problem (RFC 9457); answers its body."""
    assert response.status_code == status, response.text[:500]
    assert response.headers["content-type"] == "application/problem+json"
    body: Json = response.json()
    assert body["type"] == f"/problems/{slug}", body
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body


def faults(response: httpx2.Response, slug: str = "validation") -> list[list[str | int]]:
    """The `loc` of every error of a 422."""
    return [error["loc"] for error in problem(response, 422, slug)["errors"]]


async def post_escaped(world: World, path: str, body: object, **headers: str) -> httpx2.Response:
    """Sends JSON in ASCII, so that lone surrogates travel escaped, as JavaScript writes them."""
    data = json.dumps(body, ensure_ascii=True).encode()
    return await world.client.post(path, content=data, headers={"Content-Type": "application/json", **headers})


def with_place(cursor: str, *place: object) -> str:
    """The cursor with another last part of its key written in."""
    data = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    forged = json.dumps([*data[: -len(place)], *place]).encode()
    return base64.urlsafe_b64encode(forged).decode().rstrip("=")
