"""Files that no photo names: left behind by a process that died while it took one in."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from haloop.app import keep_house_once
from haloop.engines.media.photo import file_names
from haloop.photos import service
from tests.world import World

pytestmark = pytest.mark.anyio

LEFT = "a1" * 16


def stand(world: World, name: str, hours: float) -> Path:
    """A file that was written so long ago."""
    path = world.media / name[:2] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"a picture")
    age(world, path, hours)
    return path


def age(world: World, path: Path, hours: float) -> None:
    written = (world.clock.now() - timedelta(hours=hours)).timestamp()
    os.utime(path, (written, written))


async def test_files_without_a_photo_go_after_a_day(world: World) -> None:
    old = [stand(world, name, 25) for name in (*file_names(LEFT), f"{LEFT}-960.part")]
    young = stand(world, f"{'b2' * 16}-480.webp", 23)

    await keep_house_once(world.haloop.engines)

    assert not any(path.exists() for path in old)
    assert young.exists()


async def test_files_of_photos_stay_however_old_they_are(world: World) -> None:
    await world.photos(await world.host())
    files = [path for path in world.media.rglob("*") if path.is_file()]
    for path in files:
        age(world, path, 24 * 400)

    assert await service.sweep(world.haloop.engines) == 0

    assert len(files) == 9
    assert all(path.exists() for path in files)


async def test_there_need_not_be_a_folder(world: World) -> None:
    assert await service.sweep(world.haloop.engines) == 0
