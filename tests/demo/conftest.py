"""A demo that was seeded once, by a real process; tests copy its folder."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from haloop.core.clock import system_now
from tests.processes import started
from tests.world import World, open_world


@dataclass(frozen=True)
class Seeded:
    """The folder in which `haloop demo` ran for the first time (its data in `haloop-demo`), and what it printed."""

    folder: Path
    output: str
    address: str


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Seeded:
    """One seeding for all of the test run's processes: it takes ten seconds."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "seeded"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / "done"
        if not done.exists():
            shutil.rmtree(folder / "haloop-demo", ignore_errors=True)
            with started(folder, "demo") as demo:
                demo.wait_for("Stop with Ctrl+C")
                demo.stop()
                done.write_text(f"{demo.address}\n{demo.output}")
        address, _, output = done.read_text("utf-8").partition("\n")
    return Seeded(folder, output, address)


@pytest.fixture
def demo_folder(seeded: Seeded, tmp_path: Path) -> Path:
    """A copy of its own, as it was left; photos, which nothing rewrites, are the same files."""
    copied = tmp_path / "haloop-demo"
    shutil.copytree(seeded.folder / "haloop-demo", copied, copy_function=_link_photos)
    return copied


@pytest.fixture
def open_demo(demo_folder: Path) -> Callable[[], AbstractAsyncContextManager[World]]:
    """Opens the copy without a server, the clock standing still at the present."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[World]:
        async with open_world(demo_folder, demo_folder / "haloop.db", {}) as world:
            world.clock.instant = system_now()
            yield world

    return opened


def _link_photos(source: str, target: str) -> None:
    if source.endswith(".webp"):
        os.link(source, target)
    else:
        shutil.copy2(source, target)
