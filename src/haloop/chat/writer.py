"""Group commit: messages that arrive within the same few milliseconds share one transaction."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from uuid import UUID

from haloop.chat import service
from haloop.chat.schemas import Message, MessageIn
from haloop.chat.views import show_messages
from haloop.core.unit_of_work import UnitOfWork
from haloop.engines.box import Engines
from haloop.posts.views import Viewer

AT_ONCE = 200  # messages a transaction


@dataclass(frozen=True, slots=True)
class Sending:
    """A message on its way, and who waits for it."""

    viewer: Viewer
    account_id: UUID
    conversation_id: UUID
    body: MessageIn
    done: asyncio.Future[tuple[Message, bool]]


class MessageWriter:
    """Each message has its own savepoint and its own answer, which comes after the commit."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._inbox: list[Sending] = []
        self._writing: asyncio.Task[None] | None = None

    async def send(
        self, viewer: Viewer, account_id: UUID, conversation_id: UUID, body: MessageIn
    ) -> tuple[Message, bool]:
        """The stored message and whether it is new; raises what `service.send` raises."""
        done: asyncio.Future[tuple[Message, bool]] = asyncio.get_running_loop().create_future()
        self._inbox.append(Sending(viewer, account_id, conversation_id, body, done))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="message-writer")
        return await done

    async def _write(self) -> None:
        while self._inbox:
            batch, self._inbox = self._inbox[:AT_ONCE], self._inbox[AT_ONCE:]
            try:
                async with self._engines.units.begin() as work:
                    answers = [await self._store(work, sending) for sending in batch]
            except Exception as error:  # the commit failed: nobody's message is stored
                answers = [error] * len(batch)
            for sending, answer in zip(batch, answers, strict=True):
                if sending.done.done():
                    continue  # whoever waited has gone; the message is stored all the same
                if isinstance(answer, Exception):
                    sending.done.set_exception(answer)
                else:
                    sending.done.set_result(answer)

    @staticmethod
    async def _store(work: UnitOfWork, sending: Sending) -> tuple[Message, bool] | Exception:
        queued = len(work.signals)
        try:
            async with work.session.begin_nested():
                row, is_new = await service.send(
                    work, sending.viewer, sending.account_id, sending.conversation_id, sending.body
                )
                (shown,) = await show_messages(work.session, sending.viewer, [row])
        except Exception as error:  # handed to whoever sent it; the others' savepoints stand
            del work.signals[queued:]
            return error
        return shown, is_new
