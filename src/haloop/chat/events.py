"""Socket.IO of chat: message:send, message:read, typing, presence. Membership is asked of the database each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError

from haloop.chat import service
from haloop.chat.members import membership
from haloop.chat.presence import partners, presence
from haloop.chat.schemas import ReadEvent, SendIn, TypingEvent
from haloop.chat.writer import UNREAD, MessageWriter
from haloop.core.errors import Invalid, RateLimited
from haloop.core.http import field_errors
from haloop.core.unit_of_work import Emit
from haloop.engines.box import Engines
from haloop.engines.limits.protocol import MESSAGES, TYPING
from haloop.engines.realtime.sockets import Identity, SocketRealtime
from haloop.notifications.events import SocketGate

TYPED = "typing"

Payload = TypeVar("Payload", bound=BaseModel)


class ChatGate(SocketGate):
    """Greets with the unread messages and who is online too, and tells the others who comes and goes."""

    async def greet(self, identity: Identity) -> Sequence[Emit]:
        notifications = await super().greet(identity)
        rows, me = self._engines.database.rows, identity.account_id
        total = await service.count_unread(rows, me)
        online = await self._engines.realtime.connected(await partners(rows, me))
        unread = Emit(UNREAD, {"conversation_id": None, "unread": None, "total": total}, me)
        there = [presence(other, me, online=True) for other in online]
        return [*notifications, unread, *there]

    async def appeared(self, account_id: UUID, *, online: bool) -> None:
        there = await self._engines.realtime.connected(await partners(self._engines.database.rows, account_id))
        await self._engines.realtime.send([presence(account_id, other, online=online) for other in there])


class ChatEvents:
    """The handlers, one for each event."""

    def __init__(self, engines: Engines, writer: MessageWriter) -> None:
        self._engines = engines
        self._writer = writer

    def listen(self, realtime: SocketRealtime) -> None:
        realtime.on("message:send", self.send)
        realtime.on("message:read", self.read)
        realtime.on("typing", self.typing)

    async def send(self, identity: Identity, payload: object) -> Mapping[str, object]:
        body = parsed(SendIn, payload)
        await self._engines.limits.hit(MESSAGES, str(identity.account_id))
        stored, _ = await self._writer.send(identity.account_id, body.conversation_id, body)
        return {"message": stored.model_dump(mode="json")}

    async def read(self, identity: Identity, payload: object) -> Mapping[str, object]:
        body = parsed(ReadEvent, payload)
        return {"unread": await self._writer.read(identity.account_id, body.conversation_id, body.up_to)}

    async def typing(self, identity: Identity, payload: object) -> Mapping[str, object]:
        body = parsed(TypingEvent, payload)
        try:
            await self._engines.limits.hit(TYPING, str(identity.account_id))
        except RateLimited:
            return {}  # dropped: it is ornament
        async with self._engines.database.reading() as session:
            member = await membership(session, body.conversation_id, identity.account_id)
        if member.other_id is not None:
            typed = {
                "conversation_id": str(body.conversation_id),
                "is_typing": body.is_typing,
                "account_id": str(identity.account_id),
            }
            await self._engines.realtime.send([Emit(TYPED, typed, member.other_id)])
        return {}


def parsed(schema: type[Payload], payload: object) -> Payload:
    """The event's payload; raises Invalid, which names the fields as it does over HTTP."""
    try:
        return schema.model_validate(payload)
    except ValidationError as error:
        errors = [replace(fault, loc=("body", *fault.loc)) for fault in field_errors(error.errors())]
        raise Invalid(errors=errors) from error
