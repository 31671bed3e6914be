"""Seeds the demo: plays the weeks before today through the services, so that every row came about as in real life."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import as_file
from uuid import UUID

import sqlalchemy as sa

from haloop import migrations
from haloop.accounts import service as accounts
from haloop.accounts.models import AccountRow
from haloop.accounts.schemas import HelperIn, HostIn, Locale, PointIn, Register
from haloop.accounts.sessions import Reader
from haloop.app import Haloop, build
from haloop.chat import service as chat
from haloop.chat.schemas import ConversationIn, MessageIn
from haloop.chat.writer import MessageWriter
from haloop.config import Settings
from haloop.core.clock import Clock
from haloop.core.ids import new_id
from haloop.core.unit_of_work import UnitOfWork
from haloop.core.vocabulary import OPTION_LISTS
from haloop.demo import content
from haloop.engines.media.folder import MediaFolder
from haloop.engines.media.photo import LONGEST_SIDES, Picture, file_name
from haloop.matching.filter import Filter
from haloop.notifications import service as notifications
from haloop.notifications.schemas import MarkRead
from haloop.photos import service as photos
from haloop.posts import service as posts
from haloop.posts.schemas import PostIn
from haloop.subscriptions import service as subscriptions
from haloop.subscriptions.schemas import SubscriptionIn

HELPER_TRIAL = ("visitor2025@haloop.io", "Visitor2025")
HOST_TRIAL = ("hostvisitor2025@haloop.io", "hostVisitor2025")
TRIALS = {"visitor": HELPER_TRIAL, "trial-host": HOST_TRIAL}

FOUNDED = timedelta(days=60)  # before today: the first hosts
SUBSCRIBED = timedelta(days=9)  # before today: helpers subscribe, so that later posts are told to them

Progress = Callable[[int, int], None]  # done, of how many


@dataclass(frozen=True, slots=True)
class _SeededHost:
    reader: Reader
    content: content.Host
    photos: dict[str, UUID]  # by print


class _StoryClock(Clock):
    """Stands where the story stands."""

    def __init__(self, timezone: str, now: datetime) -> None:
        self.instant = now
        super().__init__(timezone, lambda: self.instant)


async def seed(settings: Settings, now: datetime, progress: Progress) -> list[UUID]:
    """Fills an empty database and media folder as of `now`; answers the ids of the posts."""
    clock = _StoryClock(settings.timezone, now - FOUNDED)
    haloop = build(settings, clock)
    await migrations.upgrade(haloop.engines.database)
    story = _Story(haloop, clock, now)
    try:
        return await story.play(progress)
    finally:
        haloop.engines.passwords.close()
        await haloop.engines.database.close()


class _Story:
    def __init__(self, haloop: Haloop, clock: _StoryClock, now: datetime) -> None:
        self._haloop = haloop
        self._engines = haloop.engines
        self._clock = clock
        self._now = now
        self._today = Clock(str(clock.zone), lambda: now).today()

    async def play(self, progress: Progress) -> list[UUID]:
        """Hosts first, then their posts in the order of publishing, with the helpers' subscriptions in between."""
        people = content.helpers()
        hosts = content.hosts()
        offers = sorted(
            ((offer.published_days_ago, host.key, offer) for host in hosts for offer in host.offers),
            key=lambda o: -o[0],
        )
        of_how_many = len(hosts) + len(people) + len(offers)
        passwords = await self._passwords()
        seeded: dict[str, _SeededHost] = {}
        for host in hosts:
            seeded[host.key] = await self._add_host(host, passwords)
            progress(len(seeded), of_how_many)
        made: list[UUID] = []
        titles: dict[str, UUID] = {}
        readers: dict[str, Reader] = {}
        waiting = list(people)
        for days_ago, key, offer in offers:
            if waiting and days_ago < SUBSCRIBED.days:
                await self._haloop.jobs.run_until_empty()
                readers = await self._add_helpers(waiting, passwords)
                waiting = []
            self._clock.instant = self._now - timedelta(days=days_ago)
            made.append(await self._publish(seeded[key], offer))
            titles[offer.title] = made[-1]
            if not waiting:  # until then there is nobody to tell, and all is handled in one go
                await self._haloop.jobs.run_until_empty()
            progress(len(hosts) + len(people) - len(waiting) + len(made), of_how_many)
        for talk in content.talks():
            await self._talk(talk, readers[talk.helper], seeded[talk.host].reader, titles[talk.post])
        self._clock.instant = self._now
        await self._haloop.jobs.run_until_empty()
        await self._read_some()
        return made

    async def _passwords(self) -> dict[str, str]:
        """Hashes by the content's key; whoever is no trial account has a password that nobody knows."""
        hashed = {key: await self._engines.passwords.hash(password) for key, (_, password) in TRIALS.items()}
        return {"": await self._engines.passwords.hash(secrets.token_urlsafe(32)), **hashed}

    async def _register(
        self, work: UnitOfWork, key: str, name: str, language: str, passwords: dict[str, str], **profile: object
    ) -> UUID:
        email, _ = TRIALS.get(key, (f"{key}@demo.invalid", ""))
        body = Register.model_validate({"email": email, "password": "-" * 8, "name": name[:50], **profile})
        place = None if body.host is None else await accounts.find_place(self._engines.geocoder, body.host)
        prepared = accounts.PreparedAccount(body, passwords.get(key, passwords[""]), place)
        locale: Locale = "zh-TW" if language == "zh-TW" else "en"
        return await accounts.register(work, prepared, locale, is_trial=key in TRIALS)

    async def _add_host(self, host: content.Host, passwords: dict[str, str]) -> _SeededHost:
        profile = HostIn(
            name=host.name,
            description=host.description,
            address=host.address,
            locality=host.locality,
            region=host.region,
            point=PointIn(latitude=host.latitude, longitude=host.longitude),
        )
        prints = dict.fromkeys([host.portrait, *(name for offer in host.offers for name in offer.pictures)])
        async with self._engines.units.begin() as work:
            account_id = await self._register(work, host.key, host.name, host.language, passwords, host=profile)
            pictures = {name: await self._add_photo(work, account_id, name, host.language) for name in prints}
            (portrait,) = await photos.use(work, account_id, [pictures[host.portrait]])
            row = await accounts.host_row(work.session, account_id)
            row.photo = portrait.to_json()
            reader = reader_of(account_id, work.now, host_id=row.id)
        return _SeededHost(reader, host, pictures)

    async def _add_photo(self, work: UnitOfWork, account_id: UUID, print_name: str, language: str) -> UUID:
        """Copies a ready print in its three sizes; nothing is drawn or encoded."""
        width, height = content.print_size(print_name)
        picture = Picture(new_id(), secrets.token_hex(16), width, height, content.alt(print_name, language))
        if not isinstance(self._engines.media, MediaFolder):
            raise TypeError("the demo keeps its photos in a folder")
        for size, side in zip(content.SIZES, LONGEST_SIDES, strict=True):
            target = self._engines.media.path(file_name(picture.key, side))
            target.parent.mkdir(parents=True, exist_ok=True)
            with as_file(content.print_path(print_name, size)) as source:
                shutil.copyfile(source, target)
        await photos.add(work, account_id, picture)
        return picture.id

    async def _add_helpers(self, helpers: list[content.Helper], passwords: dict[str, str]) -> dict[str, Reader]:
        self._clock.instant = self._now - SUBSCRIBED
        readers: dict[str, Reader] = {}
        for helper in helpers:
            async with self._engines.units.begin() as work:
                profile = HelperIn(bio=helper.bio)
                account_id = await self._register(
                    work, helper.key, helper.name, helper.language, passwords, helper=profile
                )
                for wish in helper.subscriptions:
                    body = SubscriptionIn(name=wish.name, filter=Filter.model_validate(self._dated(wish.filter)))
                    await subscriptions.create(work, reader_of(account_id, work.now), body)
                readers[helper.key] = reader_of(account_id, work.now)
        return readers

    def _dated(self, wanted: Mapping[str, object]) -> dict[str, object]:
        """The content counts days from today."""
        dated: dict[str, object] = {}
        for name, value in wanted.items():
            if name.endswith("_in_days") and isinstance(value, int):
                dated[name.removesuffix("_in_days")] = self._today + timedelta(days=value)
            else:
                dated[name] = value
        return dated

    async def _publish(self, host: _SeededHost, offer: content.Offer) -> UUID:
        starts_on = self._today + timedelta(days=offer.starts_in_days)
        body = PostIn(
            title=offer.title,
            description=offer.description,
            benefits=offer.benefits,
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=offer.lasts_days),
            places=offer.places,
            hours_per_day=offer.hours_per_day,
            days_per_week=offer.days_per_week,
            min_stay_days=offer.min_stay_days,
            photos=[host.photos[name] for name in offer.pictures],
            status="published",
            **{name: list(getattr(offer, name)) for name in OPTION_LISTS},
        )
        async with self._engines.units.begin() as work:
            return await posts.create(work, self._engines.limits, host.reader, body)

    async def _talk(self, talk: content.Talk, helper: Reader, host: Reader, post_id: UUID) -> None:
        """Both sides write in turn, and have read all but what the content says."""
        sides = {"helper": helper.account_id, "host": host.account_id}
        writer = MessageWriter(self._engines)
        self._clock.instant = self._now - timedelta(hours=talk.messages[0].hours_ago)
        async with self._engines.units.begin() as work:
            conversation_id, _ = await chat.start(work, self._engines.limits, helper, ConversationIn(post_id=post_id))
        for said in talk.messages:
            self._clock.instant = self._now - timedelta(hours=said.hours_ago)
            body = MessageIn(body=said.body, post_id=post_id if said.asks else None)
            await writer.send(sides[said.side], conversation_id, body)
        for side, account_id in sides.items():
            seen = len(talk.messages) - talk.unread_by.get(side, 0)
            await writer.read(account_id, conversation_id, seen)

    async def _read_some(self) -> None:
        """The trial helper has read what is older than two days, so that the bell shows a few and not dozens."""
        email = accounts.email_key(HELPER_TRIAL[0])
        async with self._engines.units.begin() as work:
            account_id = await work.session.scalar(sa.select(AccountRow.id).where(AccountRow.email_key == email))
            if account_id is not None:
                await notifications.mark_read(
                    work, reader_of(account_id, work.now), MarkRead(all=True, before=work.now - timedelta(days=2))
                )


def reader_of(account_id: UUID, now: datetime, host_id: UUID | None = None) -> Reader:
    """A reader for the services: somebody who acts in the story without having signed in."""
    return Reader(
        account_id=account_id,
        session_id=new_id(),
        name="",
        locale="en",
        is_helper=host_id is None,
        host_id=host_id,
        is_trial=False,
        used_at=now,
    )
