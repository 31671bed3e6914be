"""`haloop demo`: a complete platform on this machine, from nothing but the package."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from socket import socket
from uuid import UUID

import typer
import uvicorn
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from haloop import migrations
from haloop.app import build
from haloop.core.clock import Clock, system_now
from haloop.demo.folder import DemoFolder, NotOurs
from haloop.demo.refresh import move_expired
from haloop.demo.seed import HELPER_TRIAL, HOST_TRIAL, seed
from haloop.engines.server import listen, run, server, settle

HOST = "127.0.0.1"


def run_demo(console: Console, data: Path, port: int, *, reset: bool) -> None:
    """Seeds the folder unless it is seeded, then serves it until it is stopped."""
    folder = DemoFolder(data)
    with closing(_take_port(console, port)) as listening:
        try:
            with folder.held():
                posts = None if reset else folder.seeded()
                if posts is None:
                    posts = _seed(console, folder)
                run(_serve(console, folder, listening, posts))
        except NotOurs as error:
            raise _refusal(console, str(error)) from error


def _take_port(console: Console, port: int) -> socket:
    """The port, taken before the seeding and kept: nobody waits for a demo that cannot be reached then."""
    try:
        return listen(HOST, port)
    except PermissionError as error:
        raise _refusal(console, f"port {port} needs more rights. Choose another one: --port 8000") from error
    except OSError as error:
        raise _refusal(console, f"port {port} is in use. Choose another one: --port {port + 1}") from error


def _seed(console: Console, folder: DemoFolder) -> list[UUID]:
    folder.begin()
    settings = folder.settings(8000, HOST).model_copy(update={"rate_limit_factor": 0.0})
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("Making hosts, posts and helpers", total=None)
        made = asyncio.run(seed(settings, system_now(), lambda done, of: bar.update(task, completed=done, total=of)))
    folder.end(made)
    return made


async def _serve(console: Console, folder: DemoFolder, listening: socket, posts: Sequence[UUID]) -> None:
    port: int = listening.getsockname()[1]
    settings = folder.settings(port, HOST)
    haloop = build(settings, Clock(settings.timezone))
    await migrations.upgrade(haloop.engines.database)
    moved = await move_expired(haloop.engines, posts)
    if moved:
        console.print(f"{moved} posts had run out and were moved forward.")
    settle()
    serving = server(haloop.asgi, HOST, port, "")
    telling = asyncio.create_task(_tell_when_ready(console, serving, port))
    try:
        await serving.serve(sockets=[listening])
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


def _refusal(console: Console, reason: str) -> typer.Exit:
    console.print(f"[bold red]haloop:[/] {escape(reason)}", highlight=False, soft_wrap=True)
    return typer.Exit(2)
