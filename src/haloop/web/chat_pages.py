"""Messages: the list of conversations, and one of them beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from haloop.accounts.dependencies import path_id
from haloop.accounts.sessions import Reader
from haloop.chat import service as chat
from haloop.chat.models import BODY, PHOTOS
from haloop.chat.schemas import Conversation, Message, MessagePage
from haloop.core.clock import instant_text
from haloop.core.ids import parse_id
from haloop.core.reads import Rows
from haloop.core.translations import Translator
from haloop.core.translations.dates import NEAR
from haloop.engines.dependencies import EnginesOf, Reading, RowsOf
from haloop.engines.media.photo import Photo
from haloop.posts.schemas import PostSummary
from haloop.posts.views import Viewer, summaries
from haloop.web.cards import Today, hours, place_line
from haloop.web.rendering import Head, render
from haloop.web.visits import SignedIn, own_address, today_of, viewer_of

CONVERSATIONS = 20  # a page of the list
MESSAGES = 30  # a page of a thread
WEEK = timedelta(days=6)  # younger than this a day is named by its weekday
TOGETHER = timedelta(minutes=5)  # messages of one sender within this stand close

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Other:
    """The other side as this side sees it; `about` is a line under its name."""

    name: str
    account_id: UUID | None
    photo: Photo | None
    is_host: bool
    about: str

    @property
    def letter(self) -> str:
        return self.name[:1].upper()


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation as the list shows it; `side` says which profile of the reader it belongs to, where it has both."""

    conversation: Conversation
    other: Other
    when: str
    last: str
    side: str
    current: bool


@dataclass(frozen=True, slots=True)
class About:
    """A post as a small card; its facts break between them and not inside."""

    post: PostSummary
    facts: list[str]


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message in its thread. `day` is the title of the day that begins with it, `next` says that it stands close to
    the one before."""

    message: Message
    mine: bool
    read: bool
    next: bool
    day: str
    date: date
    time: str
    instant: str
    about: About | None


@router.get("/messages")
async def conversations_page(
    visit: SignedIn, engines: EnginesOf, session: Reading, cursor: str | None = None
) -> Response:
    texts, today = visit.texts, today_of(engines)
    page = await chat.list_page(
        session, engines.clock, viewer_of(engines, visit), visit.reader, cursor=cursor, limit=CONVERSATIONS
    )
    return render(
        visit,
        "pages/messages.html",
        _head(texts, texts.t("Messages")),
        listed=_listed(page.items, visit.reader, texts, today),
        older_href=f"/messages?cursor={page.next_cursor}" if page.next_cursor else "",
        zone=str(today.zone),
        thread=None,
    )


@router.get("/messages/{conversation_id}")
async def thread_page(
    conversation_id: str,
    visit: SignedIn,
    engines: EnginesOf,
    session: Reading,
    rows: RowsOf,
    before: str | None = None,
    post: str | None = None,
) -> Response:
    texts, viewer, today = visit.texts, viewer_of(engines, visit), today_of(engines)
    shown = await chat.get(session, viewer, visit.reader, path_id(conversation_id))
    page = await _page_before(session, viewer, visit.reader, shown, before)
    beside = await chat.list_page(session, engines.clock, viewer, visit.reader, cursor=None, limit=CONVERSATIONS)
    other = other_side(shown, texts)
    asked = await _asked(rows, viewer, shown, post)
    return render(
        visit,
        "pages/messages.html",
        _head(texts, other.name),
        listed=_listed(beside.items, visit.reader, texts, today, shown.id),
        older_href=f"/messages?cursor={beside.next_cursor}" if beside.next_cursor else "",
        zone=str(today.zone),
        thread=shown,
        other=other,
        bubbles=_bubbles(page.items, shown, visit.reader, texts, today),
        earlier_href=f"/messages/{shown.id}?before={page.items[0].number}" if page.has_before and page.items else "",
        newer_href=f"/messages/{shown.id}" if page.has_after else "",
        about=_about(shown.post, texts),
        asked=_about(asked, texts),
        helper_since=texts.month(shown.helper.member_since),
        profile_href=f"/account?next={quote(own_address(visit.request), safe='')}#helper",
        state=_state(shown, other, page, visit.reader, asked),
        body_most=BODY,
        photos_most=PHOTOS,
    )


def other_side(shown: Conversation, texts: Translator) -> Other:
    if shown.my_side == "helper":
        host = shown.host
        about = place_line(texts, host.locality, host.region)
        return Other(host.name, host.account_id, host.photo, True, about)
    helper = shown.helper
    about = texts.t("Joined {month}", month=texts.month(helper.member_since))
    return Other(helper.name, helper.id, helper.photo, False, about)


def _head(texts: Translator, title: str) -> Head:
    return Head(title, texts.t("Your conversations with hosts and helpers."), index=False)


async def _page_before(
    session: AsyncSession, viewer: Viewer, reader: Reader, shown: Conversation, before: str | None
) -> MessagePage:
    """The last messages, or those before a number; what is no number asks for the last ones."""
    number = int(before) if before and before.isascii() and before.isdigit() and len(before) < 10 else None
    return await chat.page_of_messages(session, viewer, reader, shown.id, before=number, after=None, limit=MESSAGES)


async def _asked(rows: Rows, viewer: Viewer, shown: Conversation, post: str | None) -> PostSummary | None:
    """The post of this host that the helper is about to ask about."""
    post_id = parse_id(post) if post else None
    if post_id is None or shown.my_side != "helper" or not shown.can_send:
        return None
    found = await summaries(rows, viewer, [post_id])
    return next((it for it in found if it.host.id == shown.host.id and it.status != "draft"), None)


def _listed(
    items: Sequence[Conversation], reader: Reader, texts: Translator, today: Today, current: UUID | None = None
) -> list[Listed]:
    both = reader.is_helper and reader.host_id is not None
    sides = {"helper": texts.t("You help"), "host": texts.t("You host")}
    return [
        Listed(
            conversation=item,
            other=other_side(item, texts),
            when=_when(item.updated_at, texts, today),
            last=_last(item, reader, texts),
            side=sides[item.my_side] if both else "",
            current=item.id == current,
        )
        for item in items
    ]


def _last(item: Conversation, reader: Reader, texts: Translator) -> str:
    message = item.last_message
    if message is None:
        return texts.t("Nothing written yet")
    said = " ".join(message.body.split()) or texts.tn("{count} photo", "{count} photos", len(message.photos))
    return texts.t("You: {words}", words=said) if message.sender_id == reader.account_id else said


def _when(instant: datetime, texts: Translator, today: Today) -> str:
    """10:42, Sat, 12 Nov, 12 Nov 2025"""
    local = instant.astimezone(today.zone)
    age = today.date - local.date()
    if age <= timedelta(0):
        return f"{local:%H:%M}"
    if age <= WEEK:
        return texts.short_weekday(local.date())
    return texts.day(local.date(), year=age > NEAR)


def _about(post: PostSummary | None, texts: Translator) -> About | None:
    if post is None:
        return None
    if not post.open:
        return About(post, [texts.t("This post is closed.")])
    dates = texts.days(post.starts_on, post.ends_on, today=post.starts_on) if post.starts_on and post.ends_on else ""
    return About(post, [fact for fact in (dates, hours(texts, post.hours_per_day)) if fact])


def _bubbles(
    items: Sequence[Message], shown: Conversation, reader: Reader, texts: Translator, today: Today
) -> list[Bubble]:
    bubbles: list[Bubble] = []
    for message in items:
        local = message.sent_at.astimezone(today.zone)
        last = bubbles[-1] if bubbles else None
        new_day = last is None or last.date != local.date()
        close = (
            last is not None
            and not new_day
            and last.message.sender_id == message.sender_id
            and message.sent_at - last.message.sent_at < TOGETHER
        )
        bubbles.append(
            Bubble(
                message=message,
                mine=message.sender_id == reader.account_id,
                read=message.number <= shown.read_up_to.theirs,
                next=close,
                day=_day(local.date(), texts, today.date) if new_day else "",
                date=local.date(),
                time=f"{local:%H:%M}",
                instant=instant_text(message.sent_at),
                about=_about(message.post, texts),
            )
        )
    return bubbles


def _day(day: date, texts: Translator, today: date) -> str:
    if day == today:
        return texts.t("Today")
    if day == today - timedelta(days=1):
        return texts.t("Yesterday")
    return texts.day(day, year=True) if today - day > NEAR else texts.weekday(day)


def _state(
    shown: Conversation, other: Other, page: MessagePage, reader: Reader, asked: PostSummary | None
) -> dict[str, object]:
    """What the script goes on from; the messages themselves it finds in the page."""
    return {
        "id": str(shown.id),
        "me": str(reader.account_id),
        "name": other.name,
        "other": None if other.account_id is None else str(other.account_id),
        "mine": shown.read_up_to.mine,
        "theirs": shown.read_up_to.theirs,
        "first": page.items[0].number if page.items else 0,
        "last": page.items[-1].number if page.items else 0,
        "unread": shown.unread,
        "host": str(shown.host.id),
        "about": None if shown.post is None else str(shown.post.id),
        "asked": None if asked is None else asked.model_dump(mode="json"),
    }
