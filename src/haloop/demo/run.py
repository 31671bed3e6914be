"""`haloop demo`: a complete platform on this machine, from nothing but the package."""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
from contextlib import closing
from pathlib import Path
from socket import socket
from uuid import UUID

import typer
import uvicorn
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from haloop import migrations
from haloop.app import build
from haloop.config import Settings
from haloop.core.clock import Clock, system_now
from haloop.demo.refresh import move_expired
from haloop.demo.seed import HELPER_TRIAL, HOST_TRIAL, seed
from haloop.engines.server import server

HOST = "127.0.0.1"
FILES = ("haloop.db", "haloop.db-wal", "haloop.db-shm", "seeded.json", "secret.txt")  # what a demo's folder holds


def run_demo(console: Console, data: Path, port: int, *, reset: bool) -> None:
    """Seeds the folder unless it is seeded, then serves it until it is stopped."""
    if _is_taken(port):
        console.print(f"[bold red]haloop:[/] port {port} is in use. Choose another one: --port {port + 1}")
        raise typer.Exit(2)
    if reset:
        _clear(data)
    data.mkdir(parents=True, exist_ok=True)
    if not (data / "seeded.json").exists():
        _clear(data)  # a seeding that was interrupted
        _seed(console, data)
    asyncio.run(_serve(console, data, port))


def settings_of(data: Path, port: int) -> Settings:
    """The embedded defaults, in the demo's folder."""
    secret = data / "secret.txt"
    if not secret.exists():
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(48))
    return Settings.model_validate(
        {
            "database_url": f"sqlite+aiosqlite:///{(data / 'haloop.db').resolve()}",
            "media_url": str((data / "media").resolve()),
            "secret_key": secret.read_text(),
            "public_url": f"http://{HOST}:{port}",
            "sqlite_synchronous": "NORMAL",
        }
    )


def _seed(console: Console, data: Path) -> None:
    settings = settings_of(data, 8000).model_copy(update={"rate_limit_factor": 0.0})
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("Making hosts, posts and helpers", total=None)
        made = asyncio.run(seed(settings, system_now(), lambda done, of: bar.update(task, completed=done, total=of)))
    # Written last: a folder without it is one whose seeding was interrupted.
    (data / "seeded.json").write_text(json.dumps([str(post_id) for post_id in made]))


async def _serve(console: Console, data: Path, port: int) -> None:
    settings = settings_of(data, port)
    haloop = build(settings, Clock(settings.timezone))
    await migrations.upgrade(haloop.engines.database)
    moved = await move_expired(haloop.engines, [UUID(text) for text in json.loads((data / "seeded.json").read_text())])
    if moved:
        console.print(f"{moved} posts had run out and were moved forward.")
    serving = server(haloop.asgi, HOST, port, "")
    telling = asyncio.create_task(_tell_when_ready(console, serving, port))
    try:
        await serving.serve()
    finally:
        telling.cancel()


async def _tell_when_ready(console: Console, serving: uvicorn.Server, port: int) -> None:
    while not serving.started:  # noqa: ASYNC110  # uvicorn has a flag and no event
        await asyncio.sleep(0.05)
    console.print(
        f"\n[bold]Haloop is ready:[/] http://{HOST}:{port}\n\n"
        f"  helper  {HELPER_TRIAL[0]}   password  {HELPER_TRIAL[1]}\n"
        f"  host    {HOST_TRIAL[0]}   password  {HOST_TRIAL[1]}\n\n"
        "Open the second account in a private window: one browser keeps one sign-in.\n"
        "Publish a post as the host and watch the helper's bell. Stop with Ctrl+C.\n",
        highlight=False,
    )


def _clear(data: Path) -> None:
    """Removes what a demo made, and nothing else that may lie in the folder."""
    for name in FILES:
        (data / name).unlink(missing_ok=True)
    shutil.rmtree(data / "media", ignore_errors=True)


def _is_taken(port: int) -> bool:
    with closing(socket()) as probe:
        return probe.connect_ex((HOST, port)) == 0
