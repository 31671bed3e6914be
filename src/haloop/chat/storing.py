"""What one transaction of chat does: messages are numbered and stored, read marks move, unread counts follow.

Runs off the event loop (core/transactions.py). Everything that the batch needs to know is asked at once; each message
is then judged on its own and stored in a savepoint of its own, so that one that cannot be stored harms no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from haloop.chat import statements
from haloop.chat.first_contact import NEW_FOR, has_signs
from haloop.chat.schemas import MessageIn
from haloop.chat.statements import StoredMessage
from haloop.core.errors import Conflict, Invalid, NotFound, Problem, Unavailable
from haloop.core.ids import new_id
from haloop.core.messages import msg
from haloop.core.reads import Query, Row
from haloop.core.transactions import SIZES, Broken, Transaction, padded
from haloop.engines.media.photo import Picture, is_private
from haloop.posts.models import Status

AT_ONCE: Final = SIZES[-1]  # messages and read marks of a transaction


@dataclass(frozen=True, slots=True)
class Sending:
    """A message as its sender wants it."""

    account_id: UUID
    conversation_id: UUID
    body: MessageIn


@dataclass(frozen=True, slots=True)
class Reading:
    """A reader's wish to have read up to a number."""

    account_id: UUID
    conversation_id: UUID
    up_to: int


@dataclass(frozen=True, slots=True)
class Sent:
    """The stored message, whether it is new, the accounts of both sides, and the host's."""

    message: StoredMessage
    pictures: Sequence[Picture]
    is_new: bool
    members: Sequence[UUID]
    owner_id: UUID | None


@dataclass(frozen=True, slots=True)
class Marked:
    """How many stay unread; `up_to` is None when the mark has not moved."""

    unread: int
    up_to: int | None
    members: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class UnreadCount:
    """What has changed in the inbox of one side of a conversation; `total` is over all conversations."""

    account_id: UUID
    conversation_id: UUID
    unread: int
    total: int


Wish = Sending | Reading
Answer = Sent | Marked | Problem


@dataclass(frozen=True, slots=True)
class Stored:
    """An answer to each wish, in their order, and the inboxes that have changed."""

    answers: list[Answer]
    unread: list[UnreadCount]


@dataclass(slots=True)
class Side:
    """One side of a conversation; `account_id` is None when the host is gone."""

    account_id: UUID | None
    since: datetime | None  # of the account
    read: int
    unread: int
    waiting_since: datetime | None


@dataclass(slots=True)
class Talk:
    """A conversation while the transaction has it."""

    id: UUID
    host_id: UUID
    post_id: UUID | None
    last_number: int
    active_at: datetime
    can_send: bool
    helper: Side
    host: Side

    def sides(self, account_id: UUID) -> tuple[Side, Side]:
        """The account's side and the other; raises NotFound to strangers."""
        if self.helper.account_id == account_id:
            return self.helper, self.host
        if self.host.account_id == account_id:
            return self.host, self.helper
        raise NotFound

    def members(self, first: UUID) -> list[UUID]:
        ids = {self.helper.account_id, self.host.account_id} - {first, None}
        return [first, *(id_ for id_ in ids if id_ is not None)]


def store(wishes: Sequence[Wish], now: datetime, transaction: Transaction) -> Stored:
    """Stores at most AT_ONCE wishes. Raises what makes the whole transaction fail, such as a database that is away."""
    batch = _Batch(transaction, wishes, now)
    answers = [batch.answer(wish) for wish in wishes]
    batch.finish()
    return Stored(answers, batch.unread_counts())


@dataclass(slots=True)
class _Batch:
    transaction: Transaction
    wishes: Sequence[Wish]
    now: datetime
    talks: dict[UUID, Talk] = field(init=False)
    known: dict[tuple[UUID, UUID, str], Sent] = field(init=False)
    posts: dict[UUID, tuple[UUID, str]] = field(init=False)
    photos: dict[UUID, tuple[UUID, Picture]] = field(init=False)
    changed: dict[UUID, Talk] = field(default_factory=dict)
    inboxes: dict[tuple[UUID, UUID], Side] = field(default_factory=dict)

    def __post_init__(self) -> None:
        sendings = [wish for wish in self.wishes if isinstance(wish, Sending)]
        self.talks = _talks(self.transaction, {wish.conversation_id for wish in self.wishes})
        self.known = _known(self.transaction, sendings, self.talks)
        self.posts = {
            id_: (host_id, status)
            for id_, host_id, status in _by_id(self.transaction, statements.posts, (s.body.post_id for s in sendings))
        }
        photo_ids = (photo_id for sending in sendings for photo_id in sending.body.photos)
        self.photos = {
            id_: (account_id, Picture(id_, *rest))
            for id_, account_id, *rest in _by_id(self.transaction, statements.photos, photo_ids)
        }

    def answer(self, wish: Wish) -> Answer:
        try:
            talk = self.talks.get(wish.conversation_id)
            if talk is None:
                raise NotFound
            return self._send(talk, wish) if isinstance(wish, Sending) else self._mark(talk, wish)
        except Problem as problem:
            return problem

    def finish(self) -> None:
        self.transaction.change(statements.UPDATE_CONVERSATION, *[_values(talk) for talk in self.changed.values()])

    def unread_counts(self) -> list[UnreadCount]:
        """After `finish`: totals are read from the rows."""
        accounts = {account_id for account_id, _ in self.inboxes}
        totals = dict.fromkeys(accounts, 0)
        for query in (statements.unread_as_helper, statements.unread_as_host):
            for account_id, unread in _by_id(self.transaction, query, accounts):
                totals[account_id] += int(unread)
        return [
            UnreadCount(account_id, conversation_id, side.unread, totals[account_id])
            for (account_id, conversation_id), side in self.inboxes.items()
        ]

    def _send(self, talk: Talk, wish: Sending) -> Sent:
        sender, other = talk.sides(wish.account_id)
        body = wish.body
        if body.client_id is not None:
            known = self.known.get((talk.id, wish.account_id, body.client_id))
            if known is not None:
                return known
        if not talk.can_send:
            raise Conflict(msg("The other side is not here any more."), slug="cannot_send")
        pictures = self._judge(talk, wish)
        message = StoredMessage(
            conversation_id=talk.id,
            number=talk.last_number + 1,
            id=new_id(),
            sender_id=wish.account_id,
            client_id=body.client_id,
            body=body.body,
            post_id=body.post_id,
            warning=self._needs_warning(talk, sender, body.body),
            sent_at=self.now,
        )
        try:
            with self.transaction.savepoint():
                self._insert(message, pictures)
        except Broken as error:
            raise Unavailable from error
        self._count(talk, other, message)
        sent = _sent(talk, message, pictures, is_new=True)
        if body.client_id is not None:
            self.known[talk.id, wish.account_id, body.client_id] = replace(sent, is_new=False)
        return sent

    def _judge(self, talk: Talk, wish: Sending) -> list[Picture]:
        """The message's photos; raises Invalid for a post of another host and for photos that are not to be shown."""
        if wish.body.post_id is not None:
            host_id, status = self.posts.get(wish.body.post_id, (None, None))
            if host_id != talk.host_id or status == Status.DRAFT:
                raise Invalid.field(msg("There is no such post of this host."), "body", "post_id", kind="unknown_post")
        pictures: list[Picture] = []
        for photo_id in wish.body.photos:
            owner_id, picture = self.photos.get(photo_id, (None, None))
            # A public photo has an address without a guard; what is said in a conversation must not.
            if picture is None or owner_id != wish.account_id or not is_private(picture.key):
                message = msg("There is no such photo of yours.")
                raise Invalid.field(message, "body", "photos", kind="unknown_photo", slug="unknown_photo")
            pictures.append(picture)
        return pictures

    def _needs_warning(self, talk: Talk, sender: Side, text: str) -> bool:
        """For the first message of its sender here, in the account's first seven days."""
        if sender.since is None or self.now - sender.since >= NEW_FOR or not has_signs(text):
            return False
        return not self.transaction.rows(
            statements.SENT_BEFORE, {"conversation_id": talk.id, "sender_id": sender.account_id}
        )

    def _insert(self, message: StoredMessage, pictures: Sequence[Picture]) -> None:
        self.transaction.change(statements.INSERT_MESSAGE, message._asdict())
        if pictures:
            shown = [
                {
                    "conversation_id": message.conversation_id,
                    "number": message.number,
                    "position": position,
                    "photo_id": picture.id,
                }
                for position, picture in enumerate(pictures)
            ]
            self.transaction.change(statements.INSERT_PHOTO, *shown)
            self.transaction.change(statements.USE_PHOTO, *[{"of_id": picture.id} for picture in pictures])

    def _count(self, talk: Talk, other: Side, message: StoredMessage) -> None:
        talk.last_number, talk.active_at = message.number, self.now
        talk.post_id = message.post_id or talk.post_id
        other.unread += 1
        other.waiting_since = other.waiting_since or self.now
        self._note(talk, other)

    def _mark(self, talk: Talk, wish: Reading) -> Marked:
        mine, _ = talk.sides(wish.account_id)
        number = min(wish.up_to, talk.last_number)
        if number <= mine.read:
            return Marked(mine.unread, None, ())
        mine.read = number
        mine.unread = 0 if number == talk.last_number else self._unread_after(talk, wish.account_id, number)
        if mine.unread == 0:
            mine.waiting_since = None
        self._note(talk, mine)
        return Marked(mine.unread, number, talk.members(wish.account_id))

    def _unread_after(self, talk: Talk, reader_id: UUID, number: int) -> int:
        values = {"conversation_id": talk.id, "reader_id": reader_id, "after": number}
        return int(self.transaction.rows(statements.UNREAD_AFTER, values)[0][0])

    def _note(self, talk: Talk, side: Side) -> None:
        self.changed[talk.id] = talk
        if side.account_id is not None:
            self.inboxes[side.account_id, talk.id] = side


def _talks(transaction: Transaction, ids: set[UUID]) -> dict[UUID, Talk]:
    # The rows are locked in one order everywhere, so that two processes cannot wait for each other.
    locked = _by_id(transaction, statements.conversations, sorted(ids))
    people = {id_: rest for id_, *rest in _by_id(transaction, statements.people, ids)}
    talks: dict[UUID, Talk] = {}
    for id_, helper_id, host_id, post_id, last, active_at, *marks in locked:
        owner_id, deleted_at, suspended_at, helper, helper_since, owner_since = people[id_]
        helper_read, host_read, helper_unread, host_unread, helper_waiting, host_waiting = marks
        talks[id_] = Talk(
            id=id_,
            host_id=host_id,
            post_id=post_id,
            last_number=last,
            active_at=active_at,
            can_send=owner_id is not None and deleted_at is None and suspended_at is None and helper is not None,
            helper=Side(helper_id, helper_since, helper_read, helper_unread, helper_waiting),
            host=Side(owner_id, owner_since, host_read, host_unread, host_waiting),
        )
    return talks


def _known(
    transaction: Transaction, sendings: Sequence[Sending], talks: dict[UUID, Talk]
) -> dict[tuple[UUID, UUID, str], Sent]:
    """The messages that are stored already under the `client_id`s of these."""
    keys = [(s.conversation_id, s.account_id, s.body.client_id) for s in sendings if s.body.client_id is not None]
    if not keys:
        return {}
    size = next(size for size in SIZES if size >= len(keys))
    values: dict[str, object] = {}
    for place in range(size):
        conversation_id, sender_id, client_id = keys[min(place, len(keys) - 1)]
        values |= {f"conversation{place}": conversation_id, f"sender{place}": sender_id, f"client{place}": client_id}
    messages = [StoredMessage._make(row) for row in transaction.rows(statements.stored(size), values)]
    pictures = statements.group_pictures(transaction.rows(*statements.pictures_query(messages))) if messages else {}
    return {
        (message.conversation_id, message.sender_id, message.client_id): _sent(
            talks[message.conversation_id],
            message,
            pictures.get((message.conversation_id, message.number), ()),
            is_new=False,
        )
        for message in messages
        if message.client_id is not None
    }


def _sent(talk: Talk, message: StoredMessage, pictures: Sequence[Picture], *, is_new: bool) -> Sent:
    return Sent(message, pictures, is_new, talk.members(message.sender_id), talk.host.account_id)


def _by_id(transaction: Transaction, query_of: Callable[[int], Query], ids: Iterable[UUID | None]) -> Iterable[Row]:
    wanted = list(dict.fromkeys(id_ for id_ in ids if id_ is not None))
    for start in range(0, len(wanted), AT_ONCE):
        size, values = padded("id", wanted[start : start + AT_ONCE])
        yield from transaction.rows(query_of(size), values)


def _values(talk: Talk) -> dict[str, object]:
    return {
        "of_id": talk.id,
        "new_post_id": talk.post_id,
        "new_last_number": talk.last_number,
        "new_active_at": talk.active_at,
        "new_helper_read": talk.helper.read,
        "new_host_read": talk.host.read,
        "new_helper_unread": talk.helper.unread,
        "new_host_unread": talk.host.unread,
        "new_helper_waiting_since": talk.helper.waiting_since,
        "new_host_waiting_since": talk.host.waiting_since,
    }
