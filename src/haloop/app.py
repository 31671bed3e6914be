"""The composition root of the web process: picks the engines, puts the rooms together, starts what runs beside them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from typing import cast
from uuid import UUID

import socketio
import structlog
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from haloop import __version__
from haloop.accounts import api as accounts_api
from haloop.accounts import sessions
from haloop.accounts.dependencies import COOKIE
from haloop.chat import api as chat_api
from haloop.chat import tasks as chat_tasks
from haloop.chat.events import ChatEvents, ChatGate
from haloop.chat.writer import MessageWriter
from haloop.config import Settings
from haloop.core import vocabulary_api
from haloop.core.asgi import BodyLimit, RequestLog, SameSite, SecurityHeaders
from haloop.core.clock import Clock
from haloop.core.database import Database, Synchronous
from haloop.core.errors import Unavailable
from haloop.core.idempotency import forget_old_answers
from haloop.core.lru import Lru
from haloop.core.openapi import RESPONSES, use_openapi
from haloop.core.overload import BoundedRequests
from haloop.core.security import Passwords, Tokens
from haloop.engines import health
from haloop.engines.box import Engines
from haloop.engines.geocoding.region import RegionCentre
from haloop.engines.jobs.runner import Handler, Job, JobRunner
from haloop.engines.limits.memory import MemoryLimits
from haloop.engines.media.folder import MediaFolder
from haloop.engines.media.photo import is_private
from haloop.engines.realtime.frames import CarefulFrames
from haloop.engines.realtime.polling import BoundedPolling
from haloop.engines.realtime.sockets import PATH, SocketRealtime, watch_sessions
from haloop.engines.work import Units
from haloop.notifications import api as notifications_api
from haloop.notifications import service as notifications
from haloop.photos import api as photos_api
from haloop.photos import service as photos
from haloop.photos.pipeline import FILE_MOST
from haloop.posts import api as posts_api
from haloop.posts import tasks as posts_tasks
from haloop.recommendations import api as recommendations_api
from haloop.recommendations import service as recommendations
from haloop.recommendations import tasks as recommendations_tasks
from haloop.recommendations.nightly import every_day
from haloop.recommendations.openings import Openings
from haloop.recommendations.visits import Visits
from haloop.subscriptions import api as subscriptions_api
from haloop.subscriptions import tasks as subscriptions_tasks
from haloop.web.pages import include_pages
from haloop.web.problems import answer, handle_errors

BODY_MOST = 256 * 1024  # bytes
RENDERED_MOST = 20_000  # some 1 kB each as JSON, 4 kB as a card
HOUSEKEEPING_EVERY = 3600.0  # seconds
UNREAD_EVERY = 60.0  # seconds

ROOMS = (
    accounts_api,
    photos_api,
    posts_api,
    notifications_api,
    subscriptions_api,
    recommendations_api,
    chat_api,
    vocabulary_api,
    health,
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Haloop:
    """The whole of a web process. `asgi` is what a server serves; its lifespan starts and stops the rest."""

    engines: Engines
    jobs: JobRunner
    realtime: SocketRealtime
    web: FastAPI
    asgi: ASGIApp


def handlers(engines: Engines) -> Mapping[str, Handler]:
    """Who does what of the outbox, by topic."""
    return {
        "post.opened": partial(subscriptions_tasks.tell, engines),
        "post.changed": partial(subscriptions_tasks.tell, engines),
        "host.changed": partial(posts_tasks.host_changed, engines),
        "conversation.started": partial(recommendations_tasks.conversation_started, engines),
        "message.unread": _nobody_yet,
    }


async def _nobody_yet(job: Job) -> None:
    """An event that nobody needs yet is done."""


def build(settings: Settings, clock: Clock | None = None) -> Haloop:
    """Puts everything together on the embedded engines; opens no file and no socket yet."""
    clock = clock or Clock(settings.timezone)
    database = Database(settings.database_url, synchronous=cast("Synchronous", settings.sqlite_synchronous))
    realtime = SocketRealtime(settings.rate_limit_factor)
    runner: JobRunner | None = None

    def wake_jobs() -> None:
        if runner is not None:
            runner.wake()

    engines = Engines(
        clock=clock,
        database=database,
        units=Units(database, clock, realtime, wake_jobs),
        rendered=Lru(RENDERED_MOST),
        realtime=realtime,
        media=MediaFolder(settings.media_folder()),
        geocoder=RegionCentre(),
        limits=MemoryLimits(clock, settings.rate_limit_factor),
        passwords=Passwords(),
        tokens=Tokens(settings.secret()),
        public_url=settings.public_url,
    )
    runner = JobRunner(database, clock, handlers(engines))
    messages, openings = MessageWriter(engines), Openings(engines)
    realtime.open_gate(ChatGate(engines))
    ChatEvents(engines, messages).listen(realtime)
    web = _web(settings, engines, runner, realtime, openings)
    web.state.messages, web.state.openings, web.state.visits = messages, openings, Visits(engines)
    dressed = BodyLimit(web, most=BODY_MOST, exceptions={"/api/photos": FILE_MOST + 65536}, answer=answer)
    guarded = SameSite(dressed, cookie=COOKIE, public_url=settings.public_url, answer=answer)
    outside = RequestLog(SecurityHeaders(BoundedRequests(guarded, answer=answer)))
    careful = CarefulFrames(socketio.ASGIApp(realtime.server, outside, socketio_path=PATH))
    asgi = BoundedPolling(careful, realtime, answer=answer)
    return Haloop(engines, runner, realtime, web, asgi)


def _web(
    settings: Settings, engines: Engines, runner: JobRunner, realtime: SocketRealtime, openings: Openings
) -> FastAPI:
    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await runner.take_over()
        runner.start()
        beside = [
            asyncio.create_task(watch_sessions(realtime, partial(living_sessions, engines)), name="session-watch"),
            asyncio.create_task(_keep_house(engines), name="housekeeping"),
            asyncio.create_task(_watch_unread(engines), name="unread-watch"),
            asyncio.create_task(every_day(engines), name="recommending"),
            asyncio.create_task(openings.run(), name="openings"),
        ]
        yield
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        with contextlib.suppress(Unavailable):  # what was opened last may be lost
            await openings.write()
        await runner.stop()
        engines.passwords.close()
        await engines.database.close()

    app = FastAPI(
        title="Haloop",
        version=__version__,
        description="Work exchange: a few hours of help a day for a bed, meals and experiences.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        responses=RESPONSES,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.state.engines = engines
    app.state.portraits = photos.PhotoPortraits()
    app.state.metrics_token = settings.metrics_token.get_secret_value()
    for room in ROOMS:
        app.include_router(room.router)
    include_pages(app)
    if isinstance(engines.media, MediaFolder):
        app.mount("/media", _Media(directory=engines.media.folder, check_dir=False), name="media")
    use_openapi(app)
    handle_errors(app)
    return app


class _Media(StaticFiles):
    """Public photos under immutable names."""

    async def check_config(self) -> None:
        """The folder comes with the first photo; until then nothing is found in it."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if is_private(PurePath(path).name):
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        if response.status_code in (200, 304):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


async def living_sessions(engines: Engines, session_ids: list[UUID]) -> set[UUID]:
    async with engines.database.reading() as session:
        return await sessions.living(session, session_ids, engines.clock.now())


async def keep_house_once(engines: Engines) -> None:
    """Forgets what has run out: unused photos, files without one, old notifications and recommendations, sessions,
    kept answers."""
    while await photos.forget_unused(engines) > 0:
        pass
    await photos.sweep(engines)
    more = True
    while more:
        async with engines.units.begin() as work:
            more = await notifications.prune(work) > 0
    async with engines.units.begin() as work:
        await recommendations.prune(work)
        await sessions.forget_ended(work)
        await forget_old_answers(work)


async def _keep_house(engines: Engines) -> None:
    while True:
        try:
            await keep_house_once(engines)
        except Exception:  # the loop's border: what fails now is done in an hour
            log.exception("housekeeping_failed")
        await asyncio.sleep(HOUSEKEEPING_EVERY)


async def _watch_unread(engines: Engines) -> None:
    while True:
        await asyncio.sleep(UNREAD_EVERY)
        try:
            found = 1
            while found:
                async with engines.units.begin() as work:
                    found = await chat_tasks.note_unread(work)
        except Exception:  # the loop's border: the next minute looks again
            log.exception("unread_not_noted")
