"""HTTP of chat: /api/conversations… and the photos of messages."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Query, Request, Response

from haloop.accounts.dependencies import HelperReader, SignedInReader, path_id
from haloop.chat import service
from haloop.chat.presence import introduce
from haloop.chat.schemas import (
    NUMBER_MOST,
    Conversation,
    ConversationIn,
    Message,
    MessageIn,
    MessagePage,
    ReadIn,
    UnreadTotal,
)
from haloop.chat.writer import MessageWriter
from haloop.core.errors import NotFound
from haloop.core.paging import LIMIT_DEFAULT, CursorText, Limit, Page
from haloop.engines.dependencies import EnginesOf, Reading, RowsOf
from haloop.engines.limits.protocol import MESSAGES
from haloop.posts.api import viewer_of

router = APIRouter(prefix="/api", tags=["chat"])


async def _writer(request: Request) -> MessageWriter:
    return cast("MessageWriter", request.app.state.messages)


WriterOf = Annotated[MessageWriter, Depends(_writer)]
Number = Annotated[int | None, Query(ge=0, le=NUMBER_MOST)]


@router.post(
    "/conversations",
    status_code=201,
    summary="Start or find the conversation with a host",
    response_model=Conversation,
    responses={200: {"model": Conversation, "description": "It was there already"}},
)
async def start(body: ConversationIn, reader: HelperReader, engines: EnginesOf, response: Response) -> Conversation:
    async with engines.units.begin() as work:
        conversation_id, is_new = await service.start(work, engines.limits, reader, body)
        shown = await service.get(work.session, viewer_of(engines, reader), reader, conversation_id)
    if is_new and shown.host.account_id is not None:
        await introduce(engines.realtime, (reader.account_id, shown.host.account_id))
    response.status_code = 201 if is_new else 200
    return shown


@router.get("/conversations", summary="One's conversations, the last active first")
async def list_conversations(
    reader: SignedInReader,
    engines: EnginesOf,
    session: Reading,
    cursor: CursorText = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[Conversation]:
    viewer = viewer_of(engines, reader)
    return await service.list_page(session, engines.clock, viewer, reader, cursor=cursor, limit=limit)


@router.get("/conversations/unread", summary="How many messages are unread")
async def unread(reader: SignedInReader, rows: RowsOf) -> UnreadTotal:
    return UnreadTotal(unread=await service.count_unread(rows, reader.account_id))


@router.get("/conversations/{conversation_id}", summary="A conversation")
async def get(conversation_id: str, reader: SignedInReader, engines: EnginesOf, session: Reading) -> Conversation:
    return await service.get(session, viewer_of(engines, reader), reader, path_id(conversation_id))


@router.get(
    "/conversations/{conversation_id}/messages", summary="Messages, ascending; the latest without before or after"
)
async def messages(
    conversation_id: str,
    reader: SignedInReader,
    engines: EnginesOf,
    session: Reading,
    before: Number = None,
    after: Number = None,
    limit: Limit = LIMIT_DEFAULT,
) -> MessagePage:
    viewer = viewer_of(engines, reader)
    return await service.page_of_messages(
        session, viewer, reader, path_id(conversation_id), before=before, after=after, limit=limit
    )


@router.post(
    "/conversations/{conversation_id}/messages",
    status_code=201,
    summary="Send a message",
    response_model=Message,
    responses={200: {"model": Message, "description": "It was stored already: a retry"}},
)
async def send(
    conversation_id: str,
    body: MessageIn,
    reader: SignedInReader,
    engines: EnginesOf,
    writer: WriterOf,
    response: Response,
) -> Message:
    await engines.limits.hit(MESSAGES, str(reader.account_id))
    shown, is_new = await writer.send(reader.account_id, path_id(conversation_id), body)
    response.status_code = 201 if is_new else 200
    return shown


@router.post("/conversations/{conversation_id}/read", summary="Mark as read up to a number")
async def read(conversation_id: str, body: ReadIn, reader: SignedInReader, writer: WriterOf) -> UnreadTotal:
    return UnreadTotal(unread=await writer.read(reader.account_id, path_id(conversation_id), body.up_to))


@router.get("/photos/{photo_id}/{size}", summary="A photo of a message, for the two members", response_class=Response)
async def photo(photo_id: str, size: str, reader: SignedInReader, engines: EnginesOf, session: Reading) -> Response:
    """`size` is the longest side in px: 2000, 960 or 480."""
    name = await service.photo_file(session, reader, path_id(photo_id), size)
    content = await engines.media.read(name)
    if content is None:
        raise NotFound
    return Response(content, media_type="image/webp", headers={"Cache-Control": "private, no-store"})
