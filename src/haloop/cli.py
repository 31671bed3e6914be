"""The command `haloop`: serve, demo, migrate, recommend, outbox, backup, restore."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe
from socket import socket
from time import monotonic
from typing import Annotated

import sqlalchemy as sa
import typer
from pydantic import SecretStr, ValidationError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from haloop import migrations
from haloop.accounts.models import AccountRow
from haloop.app import Haloop, build
from haloop.backup import LOST, BackupError, Done, back_up, restore
from haloop.config import Settings
from haloop.core.clock import Clock, system_now
from haloop.core.database import Database
from haloop.core.errors import Unavailable
from haloop.core.logs import set_up_logs
from haloop.engines.jobs.outbox import OutboxRow
from haloop.engines.jobs.runner import retry_parked
from haloop.engines.server import listen, run, server, settle
from haloop.recommendations import nightly

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Haloop, a work-exchange platform.")
console = Console(stderr=True)

DAYS_AHEAD = timedelta(days=7)
SAYS_EVERY = 5.0  # seconds
LOST_SHOWN = 20  # photos
REFUSED, INCOMPLETE = 2, 3  # statuses: nothing was done; all was done that could be, and something is lost

Host = Annotated[str, typer.Option(help="The address to listen on.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")]


def main() -> None:
    app()


@app.command()
def serve(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Serve the platform as the environment (HALOOP_…) says."""
    serve_by(system_now, host, port)


def serve_by(now: Callable[[], datetime], host: str, port: int) -> None:
    """Serves by a source of the time until the process is told to stop; raises typer.Exit where it refuses to."""
    set_up_logs("json")
    settings = _settings()
    try:
        settings.secret()
        listening = listen(host, port)
    except ValueError as error:
        raise _refusal(str(error)) from error
    except OSError as error:
        raise _refusal(f"port {port} of {host} cannot be used: {error.strerror}") from error
    with closing(listening), _database_of(settings):
        run(_serve(settings, Clock(settings.timezone, now), host, listening))


@app.command()
def migrate() -> None:
    """Bring the database to the newest revision."""
    settings = _settings()
    with _database_of(settings):
        asyncio.run(_migrate(settings))
    console.print("The database is up to date.")


@app.command()
def demo(
    port: Port = 8000,
    data: Annotated[Path, typer.Option(help="The folder of the demo's database and photos.")] = Path("haloop-demo"),
    reset: Annotated[bool, typer.Option("--reset", help="Start again from the seeded data.")] = False,
) -> None:
    """Run a complete platform with example data on this machine."""
    from haloop.demo.run import run_demo  # noqa: PLC0415  # the demo's pictures and texts load for it alone

    set_up_logs("console")
    run_demo(console, data, port, reset=reset)


@app.command()
def outbox(
    retry: Annotated[bool, typer.Option("--retry", help="Give parked rows another ten attempts.")] = False,
) -> None:
    """Show what waits to be done, and what was given up."""
    settings = _settings()
    with _database_of(settings):
        asyncio.run(_outbox(settings, retry=retry))


@app.command()
def recommend(
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day to make them for: today, or up to 7 days ahead."),
    ] = None,
) -> None:
    """Make the day's recommendations for all helpers seen in the last 14 days; goes on where an earlier run ended."""
    settings = _settings()
    today = Clock(settings.timezone).today()
    chosen = today if day is None else day.date()
    if not today <= chosen <= today + DAYS_AHEAD:
        raise _refusal(f"the day must lie between {today} and {today + DAYS_AHEAD}")
    with _database_of(settings, must_exist=True):
        made = asyncio.run(_recommend(settings, chosen))
    if made:
        console.print(f"{made} {'helper has' if made == 1 else 'helpers have'} new recommendations for {chosen}.")
    else:
        console.print(f"Nothing to add for {chosen}: all lists are made, or nothing fits those who wait.")


@app.command()
def backup(target: Annotated[Path, typer.Argument(help="A new or empty folder.")]) -> None:
    """Copy database and photos, consistent with each other, while the platform runs; ends with 3 when it is complete
    but for photos whose files the platform had lost."""
    _report(lambda: back_up(_settings(), target), f"backed up to {target}", target)


@app.command(name="restore")
def restore_command(source: Annotated[Path, typer.Argument(help="The folder of a backup.")]) -> None:
    """Bring a backup to the empty place that the environment names."""
    _report(lambda: restore(_settings(), source), f"restored from {source}", source)


def _report(work: Callable[[], Done], what: str, folder: Path) -> None:
    """Does it, and says what came of it; ends with 3 where files of photos were lost."""
    try:
        done = work()
    except (BackupError, OSError) as error:
        raise _refusal(str(error)) from error
    console.print(f"{what}: the database and {done.photos} photos.")
    if lost := done.lost_photos:
        named = "".join(f"\n  {key}" for key in lost[:LOST_SHOWN])
        more = f"\n  and {len(lost) - LOST_SHOWN} more" if len(lost) > LOST_SHOWN else ""
        photos = f"{len(lost)} {'photo' if len(lost) == 1 else 'photos'}"
        console.print(
            f"[bold red]haloop:[/] files of {photos} are lost, as {escape(str(folder / LOST))} says:{named}{more}",
            highlight=False,
            soft_wrap=True,
        )
        raise typer.Exit(INCOMPLETE)


async def _serve(settings: Settings, clock: Clock, host: str, listening: socket) -> None:
    haloop = build(settings, clock)
    await _check(haloop)
    port: int = listening.getsockname()[1]
    settle()
    await server(haloop.asgi, host, port, settings.trusted_proxies).serve(sockets=[listening])


async def _check(haloop: Haloop) -> None:
    """Refuses a database that is not at the newest revision, or that holds trial accounts."""
    database = haloop.engines.database
    await _check_revision(database)
    async with database.reading() as session:
        trial = await session.scalar(sa.select(AccountRow.id).where(AccountRow.is_trial).limit(1))
    if trial is not None:
        raise _refusal("this database holds the demo's trial accounts, whose passwords everyone knows")


async def _check_revision(database: Database) -> None:
    if not await migrations.is_current(database):
        raise _refusal("the database is not up to date: run `haloop migrate`")


async def _migrate(settings: Settings) -> None:
    database = Database(settings.database_url)
    await migrations.upgrade(database)
    await database.close()


async def _outbox(settings: Settings, *, retry: bool) -> None:
    database = Database(settings.database_url)
    await _check_revision(database)
    if retry:
        count = await retry_parked(database, Clock(settings.timezone))
        console.print(f"{count} parked rows will be tried again.")
    async with database.reading() as session:
        rows = (await session.scalars(sa.select(OutboxRow).order_by(OutboxRow.id).limit(100))).all()
    table = Table("id", "topic", "attempts", "state", "error", title="Outbox (the oldest 100)")
    for row in rows:
        state = "parked" if row.parked_at else "running" if row.leased_until else "waiting"
        table.add_row(str(row.id), row.topic, str(row.attempts), state, (row.error or "")[:80])
    console.print(table)
    await database.close()


async def _recommend(settings: Settings, day: date) -> int:
    secret = SecretStr(settings.secret_key.get_secret_value() or token_urlsafe(32))  # nothing is signed here
    engines = build(settings.model_copy(update={"secret_key": secret})).engines
    await _check_revision(engines.database)
    with _progress(f"Recommending for {day}") as show:
        made = await nightly.recommend(engines, day, show)
    engines.passwords.close()
    await engines.database.close()
    return made


@contextmanager
def _progress(what: str) -> Iterator[nightly.Progress]:
    """A bar in a terminal; elsewhere (a log) a line every few seconds, and one at the end."""
    if not console.is_terminal:
        said_at = monotonic()

        def say(done: int, of: int) -> None:
            nonlocal said_at
            if done == of or monotonic() - said_at >= SAYS_EVERY:
                said_at = monotonic()
                console.print(f"{what}: {done}/{of}", highlight=False, soft_wrap=True)

        yield say
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _settings() -> Settings:
    """The environment's; refuses to go on with one that does not hold."""
    try:
        return Settings()
    except ValidationError as error:
        faults = [
            f"HALOOP_{str(e['loc'][0]).upper()}: {e['msg'].removeprefix('Value error, ')}" for e in error.errors()
        ]
        raise _refusal("; ".join(faults)) from error


@contextmanager
def _database_of(settings: Settings, *, must_exist: bool = False) -> Iterator[None]:
    """Refuses, in a sentence, a database that is none or that does not answer; with `must_exist` a file that is not
    there, which would else be begun."""
    try:
        url = sa.make_url(settings.database_url)
        url.get_dialect()
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError) as error:
        raise _refusal("HALOOP_DATABASE_URL is not a database's address") from error
    if url.get_backend_name() == "sqlite" and url.database:
        if must_exist and url.database != ":memory:" and not Path(url.database).exists():
            raise _refusal(f"there is no database at {url.database}: run `haloop migrate`")
        # Tried here first: aiosqlite's thread would complain of a loop that has gone meanwhile.
        try:
            sqlite3.connect(url.database).close()
        except sqlite3.OperationalError as error:
            raise _refusal(f"the database cannot be opened: {error}") from error
    try:
        yield
    except (sa.exc.OperationalError, Unavailable) as error:
        cause = error if isinstance(error, sa.exc.OperationalError) else error.__cause__
        raise _refusal(f"the database cannot be opened: {getattr(cause, 'orig', cause)}") from error


def _refusal(reason: str) -> typer.Exit:
    console.print(f"[bold red]haloop:[/] {escape(reason)}", highlight=False, soft_wrap=True)
    return typer.Exit(REFUSED)
