"""The API's documentation: every call and shape, from this site alone."""

from __future__ import annotations

import pytest

from tests.world import World

pytestmark = pytest.mark.anyio


async def test_the_page_names_every_call_of_the_openapi_document(world: World) -> None:
    document = (await world.client.get("/api/openapi.json")).json()
    page = (await world.client.get("/api/docs")).text
    for path, methods in document["paths"].items():
        for method in methods:
            assert f"<b>{method.upper()}</b> {path}<" in page
    for name, schema in document["components"]["schemas"].items():
        assert "properties" not in schema or f"<b>{name}</b>" in page
