"""Group commit: messages and read marks that arrive within the same few milliseconds share one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import cast
from uuid import UUID

import structlog

from haloop.chat.schemas import Message, MessageIn
from haloop.chat.storing import AT_ONCE, Marked, Reading, Sending, Sent, Stored, UnreadCount, Wish, store
from haloop.chat.views import posts_by_id, show_message
from haloop.core.unit_of_work import Emit
from haloop.engines.box import Engines
from haloop.posts.schemas import PostSummary
from haloop.posts.views import EachHost

NEW, READ, UNREAD = "message:new", "message:read", "conversation:unread"

log = structlog.get_logger()

Said = tuple[Message, bool]  # the stored message, and whether it is new


@dataclass(frozen=True, slots=True)
class Waiting:
    """A wish on its way, and who waits for its answer."""

    wish: Wish
    done: asyncio.Future[Said | Marked]


class MessageWriter:
    """Each wish gets its own answer, which comes after the commit; the emits come after it too."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._inbox: list[Waiting] = []
        self._writing: asyncio.Task[None] | None = None

    async def send(self, account_id: UUID, conversation_id: UUID, body: MessageIn) -> Said:
        """Stores a message. The same `client_id` of the same sender gives the stored one. Raises NotFound to strangers,
        Conflict when the other side is gone, Invalid for a post or photo that is not to be shown here."""
        return cast("Said", await self._write(Sending(account_id, conversation_id, body)))

    async def read(self, account_id: UUID, conversation_id: UUID, up_to: int) -> int:
        """Marks as read up to a number, never back; answers how many stay unread in this conversation."""
        return cast("Marked", await self._write(Reading(account_id, conversation_id, up_to))).unread

    async def _write(self, wish: Wish) -> Said | Marked:
        done: asyncio.Future[Said | Marked] = asyncio.get_running_loop().create_future()
        self._inbox.append(Waiting(wish, done))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all(), name="message-writer")
        return await done

    async def _write_all(self) -> None:
        while self._inbox:
            batch, self._inbox = self._inbox[:AT_ONCE], self._inbox[AT_ONCE:]
            wishes = [waiting.wish for waiting in batch]
            try:
                stored = await self._engines.database.at_once(partial(store, wishes, self._engines.clock.now()))
            except Exception as error:  # nothing of it is stored; whoever waits is told, and the writer goes on
                for waiting in batch:
                    _fail(waiting, error)
                continue
            posts = await self._posts(stored)
            emits: list[Emit] = []
            for waiting, answer in zip(batch, stored.answers, strict=True):
                if isinstance(answer, Sent):
                    shown = show_message(answer.message, answer.pictures, posts, self._engines.media)
                    _answer(waiting, (_as_seen(shown, waiting.wish.account_id, answer), answer.is_new))
                    if answer.is_new:
                        emits += _told(shown, answer)
                elif isinstance(answer, Marked):
                    _answer(waiting, answer)
                    emits += _read_by(waiting.wish, answer)
                else:
                    _fail(waiting, answer)
            emits += map(_inbox_changed, stored.unread)
            await self._emit(emits)

    async def _posts(self, stored: Stored) -> dict[UUID, PostSummary]:
        """The posts that the messages ask about, as their hosts see them; the messages are stored, so they are told
        even without these."""
        asked = [answer.message.post_id for answer in stored.answers if isinstance(answer, Sent)]
        engines = self._engines
        viewer = EachHost(engines.media, engines.public_url, engines.clock.today(), engines.rendered)
        try:
            return await posts_by_id(engines.database.rows, viewer, asked)
        except Exception:
            log.exception("posts_of_messages_not_read")
            return {}

    async def _emit(self, emits: list[Emit]) -> None:
        try:
            await self._engines.realtime.send(emits)
        except Exception:  # what is stored is answered with success; browsers catch up at their next connection
            log.exception("messages_not_emitted", count=len(emits))


def _answer(waiting: Waiting, answer: Said | Marked) -> None:
    if not waiting.done.done():  # else whoever waited has gone; it is stored all the same
        waiting.done.set_result(answer)


def _fail(waiting: Waiting, error: Exception) -> None:
    if not waiting.done.done():
        waiting.done.set_exception(error)


def _as_seen(message: Message, reader_id: UUID, sent: Sent) -> Message:
    """The message for one of its sides: the post that it asks about is its host's own, and nobody else's."""
    if message.post is None or reader_id == sent.owner_id:
        return message
    return message.model_copy(update={"post": message.post.model_copy(update={"mine": False, "told": None})})


def _told(message: Message, sent: Sent) -> Iterable[Emit]:
    """To every device of both sides. What both see alike is dumped once."""
    if message.post is None:
        return _to_all(NEW, message.model_dump(mode="json"), sent.members)
    return [Emit(NEW, _as_seen(message, one, sent).model_dump(mode="json"), one) for one in sent.members]


def _read_by(wish: Wish, marked: Marked) -> Iterable[Emit]:
    payload: dict[str, object] = {
        "conversation_id": str(wish.conversation_id),
        "up_to": marked.up_to,
        "reader_id": str(wish.account_id),
    }
    return _to_all(READ, payload, marked.members)


def _to_all(event: str, payload: dict[str, object], account_ids: Iterable[UUID]) -> Iterable[Emit]:
    return [Emit(event, payload, account_id) for account_id in account_ids]


def _inbox_changed(count: UnreadCount) -> Emit:
    payload = {"conversation_id": str(count.conversation_id), "unread": count.unread, "total": count.total}
    return Emit(UNREAD, payload, count.account_id)
