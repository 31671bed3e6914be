"""What `haloop` refuses it says in one sentence, and ends with status 2."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import anyio
import pytest

from haloop.accounts import service as accounts
from haloop.accounts.schemas import HelperIn, Register
from tests.processes import SECRET, run
from tests.world import World

NewWorld = Callable[..., AbstractAsyncContextManager[World]]


def refused(folder: Path, *arguments: str, **settings: str) -> str:
    """The sentence with which it refused."""
    done = run(folder, *arguments, **settings)
    assert done.returncode == 2, done.stdout
    assert "Traceback" not in done.stdout
    (line,) = done.stdout.strip().splitlines()
    assert line.startswith("haloop: ")
    return line.removeprefix("haloop: ")


def url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


@pytest.mark.parametrize("secret", ["", "é" * 15 + "x"])
def test_serve_needs_a_secret_of_32_bytes(tmp_path: Path, secret: str) -> None:
    said = refused(tmp_path, "serve", secret_key=secret)
    assert said == "HALOOP_SECRET_KEY must be set to 32 bytes or more"
    assert list(tmp_path.iterdir()) == []


def test_serve_refuses_a_database_that_is_not_up_to_date(tmp_path: Path) -> None:
    said = refused(tmp_path, "serve", secret_key=SECRET)
    assert said == "the database is not up to date: run `haloop migrate`"


def test_serve_refuses_a_database_with_trial_accounts(tmp_path: Path, new_world: NewWorld) -> None:
    async def add_a_trial_account() -> None:
        async with new_world() as world, world.haloop.engines.units.begin() as work:
            body = Register(email="visitor2025@haloop.io", password="-" * 8, name="Visitor", helper=HelperIn())
            await accounts.register(work, accounts.PreparedAccount(body, "", None), "en", is_trial=True)

    anyio.run(add_a_trial_account)
    said = refused(tmp_path, "serve", secret_key=SECRET, database_url=url(tmp_path / "haloop.db"))
    assert said == "this database holds the demo's trial accounts, whose passwords everyone knows"


def test_serve_says_that_its_port_is_in_use(tmp_path: Path, migrated_database: Path) -> None:
    shutil.copy(migrated_database, tmp_path / "haloop.db")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = refused(tmp_path, "serve", "--port", str(port), secret_key=SECRET)
    assert said == f"port {port} of 127.0.0.1 cannot be used: Address already in use"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"timezone": "Mars/Olympus"}, "HALOOP_TIMEZONE: unknown time zone 'Mars/Olympus'"),
        ({"rate_limit_factor": "-1"}, "HALOOP_RATE_LIMIT_FACTOR: Input should be greater than or equal to 0"),
        ({"database_url": "haloop"}, "HALOOP_DATABASE_URL is not a database's address"),
    ],
)
def test_a_setting_that_does_not_hold_is_named(tmp_path: Path, settings: dict[str, str], said: str) -> None:
    assert refused(tmp_path, "migrate", **settings) == said


def test_a_database_that_cannot_be_opened_is_said(tmp_path: Path) -> None:
    settings = {"database_url": url(tmp_path / "nowhere" / "haloop.db")}
    assert refused(tmp_path, "migrate", **settings) == "the database cannot be opened: unable to open database file"


def test_the_outbox_needs_a_database_that_is_up_to_date(tmp_path: Path) -> None:
    assert refused(tmp_path, "outbox") == "the database is not up to date: run `haloop migrate`"
