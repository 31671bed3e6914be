"""The built front end: which hashed file a name stands for, and serving them with far-future caching."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).resolve().parent.parent / "static"
PREFIX = "/static"
FOR_EVER = "public, max-age=31536000, immutable"


@cache
def manifest() -> Mapping[str, str]:
    """Names such as "main.js" and their hashed files; raises RuntimeError where the front end was not built."""
    try:
        found: dict[str, str] = json.loads((FOLDER / "manifest.json").read_text("utf-8"))
    except FileNotFoundError as error:
        raise RuntimeError("the front end is not built: install the package once (see CONTRIBUTING.md)") from error
    return found


def static_url(name: str) -> str:
    """The path of a built file; raises KeyError for a name that the front end does not emit."""
    return f"{PREFIX}/{manifest()[name]}"


class _BuiltFiles(StaticFiles):
    """Files whose names hold their hash: a change is another name, so a copy is good for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code in (200, 304) and path in _hashed():
            response.headers["Cache-Control"] = FOR_EVER
        return response


@cache
def _hashed() -> frozenset[str]:
    return frozenset(path.name for path in FOLDER.iterdir() if path.name[0] != "." and path.name != "manifest.json")


def mount_static(app: FastAPI) -> None:
    app.mount(PREFIX, _BuiltFiles(directory=FOLDER, check_dir=False), name="static")
