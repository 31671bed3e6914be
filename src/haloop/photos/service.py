"""What photos do: take one in, be used and released, go when nobody uses them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from haloop.accounts.models import AccountRow
from haloop.core.errors import Conflict, Invalid
from haloop.core.ids import new_id
from haloop.core.messages import msg
from haloop.core.unit_of_work import UnitOfWork
from haloop.engines.box import Engines
from haloop.engines.media.photo import PRIVATE, Photo, Picture, file_name, file_names, key_of, show
from haloop.photos.models import PER_ACCOUNT, PhotoRow
from haloop.photos.pipeline import clean_picture

UNUSED_FOR = timedelta(hours=24)
SWEPT_AT_ONCE = 500  # names


async def check_room(session: AsyncSession, account_id: UUID) -> None:
    """Raises Conflict `too_many_photos` when the account's shelf is full."""
    held = await session.scalar(sa.select(sa.func.count()).where(PhotoRow.account_id == account_id))
    if (held or 0) >= PER_ACCOUNT:
        message = msg("You have {count} photos. Those that no post uses go after a day.", count=PER_ACCOUNT)
        raise Conflict(message, slug="too_many_photos")


async def take_in(engines: Engines, account_id: UUID, data: bytes, alt: str, *, private: bool = False) -> Photo:
    """Cleans, stores and records a photo; on any failure nothing is left in the folder. A private one has no public
    address."""
    async with engines.database.reading() as session:
        await check_room(session, account_id)
    clean = await clean_picture(data)
    key = (PRIVATE if private else "") + secrets.token_hex(16)
    try:
        await engines.media.save({file_name(key, side): file for side, file in clean.files.items()})
        async with engines.units.begin() as work:
            picture = await add(work, account_id, Picture(new_id(), key, clean.width, clean.height, alt))
    except BaseException:
        await engines.media.delete(file_names(key))
        raise
    return show(picture, engines.media)


async def add(work: UnitOfWork, account_id: UUID, picture: Picture) -> Picture:
    """Records a photo whose files are stored."""
    await work.session.get(AccountRow, account_id, with_for_update=True)  # two uploads at once count one another
    await check_room(work.session, account_id)
    work.session.add(
        PhotoRow(
            id=picture.id,
            account_id=account_id,
            key=picture.key,
            width=picture.width,
            height=picture.height,
            alt=picture.alt,
            uses=0,
            unused_since=work.now,
            created_at=work.now,
        )
    )
    await work.session.flush()
    return picture


def picture_of(row: PhotoRow) -> Picture:
    return Picture(row.id, row.key, row.width, row.height, row.alt)


async def use(work: UnitOfWork, account_id: UUID, photo_ids: Sequence[UUID], *loc: str) -> list[Picture]:
    """Counts one more use of each of the account's own public photos, in the given order; raises Invalid
    `unknown_photo`."""
    found = await work.session.scalars(
        sa.select(PhotoRow)
        .where(PhotoRow.id.in_(photo_ids), PhotoRow.account_id == account_id, PhotoRow.key.not_like(f"{PRIVATE}%"))
        .with_for_update()
    )
    by_id = {row.id: row for row in found}
    if len(by_id) < len(set(photo_ids)):
        raise Invalid.field(msg("There is no such photo of yours."), *loc, kind="unknown_photo", slug="unknown_photo")
    for row in by_id.values():
        row.uses += 1
    return [picture_of(by_id[photo_id]) for photo_id in photo_ids]


async def release(work: UnitOfWork, photo_ids: Sequence[UUID]) -> None:
    """Takes one use of each back."""
    if photo_ids:
        await work.session.execute(
            sa.update(PhotoRow)
            .where(PhotoRow.id.in_(photo_ids), PhotoRow.uses > 0)
            .values(uses=PhotoRow.uses - 1, unused_since=work.now)
        )


async def forget_unused(engines: Engines, most: int = 200) -> int:
    """Deletes photos that nobody has used for a day, rows first; answers how many."""
    async with engines.units.begin() as work:
        rows = (
            await work.session.execute(
                sa.select(PhotoRow.id, PhotoRow.key)
                .where(PhotoRow.uses == 0, PhotoRow.unused_since < work.now - UNUSED_FOR)
                .limit(most)
                .with_for_update(skip_locked=True)
            )
        ).all()
        await work.session.execute(sa.delete(PhotoRow).where(PhotoRow.id.in_([row.id for row in rows])))
    await engines.media.delete([name for row in rows for name in file_names(row.key)])
    return len(rows)


async def sweep(engines: Engines) -> int:
    """Deletes files older than a day that no row names; answers how many. A process that dies between storing files and
    recording them leaves such behind."""
    swept = 0
    async for names in engines.media.stored_before(engines.clock.now() - UNUSED_FOR):
        for start in range(0, len(names), SWEPT_AT_ONCE):
            some = names[start : start + SWEPT_AT_ONCE]
            async with engines.database.reading() as session:
                known = set(await session.scalars(sa.select(PhotoRow.key).where(PhotoRow.key.in_(map(key_of, some)))))
            orphans = [name for name in some if key_of(name) not in known]
            await engines.media.delete(orphans)
            swept += len(orphans)
    return swept


class PhotoPortraits:
    """accounts.portraits.Portraits, from the shelf of photos."""

    async def use(self, work: UnitOfWork, account_id: UUID, photo_id: UUID) -> Picture:
        (picture,) = await use(work, account_id, [photo_id], "body", "photo_id")
        return picture

    async def release(self, work: UnitOfWork, photo_id: UUID) -> None:
        await release(work, [photo_id])
