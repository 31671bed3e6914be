"""What accounts do: register, sign in and out, keep profiles, show hosts."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from haloop.accounts.models import AccountRow, HelperRow, HostRow
from haloop.accounts.places import Place, locate
from haloop.accounts.portraits import Portraits
from haloop.accounts.schemas import (
    AccountChange,
    HelperIn,
    HostIn,
    HostReplace,
    Locale,
    Register,
)
from haloop.accounts.sessions import Reader
from haloop.accounts.views import count_open_posts
from haloop.core.errors import Conflict, FieldError, Invalid, NotFound
from haloop.core.ids import new_id
from haloop.core.messages import msg
from haloop.core.reads import SessionRows
from haloop.core.unit_of_work import UnitOfWork
from haloop.engines.geocoding.protocol import Geocoder
from haloop.engines.geocoding.protocol import Point as ExactPoint
from haloop.engines.jobs.outbox import add_job
from haloop.engines.media.photo import picture_from_json
from haloop.matching.facts import day_number


def email_key(email: str) -> str:
    """What makes an e-mail unique: NFKC, casefold."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", email).casefold())


@dataclass(frozen=True, slots=True)
class PreparedAccount:
    """A registration whose slow parts are done: the password's hash and the host's place."""

    body: Register
    password_hash: str
    place: Place | None


def check_registration(body: Register) -> None:
    if body.helper is None and body.host is None:
        message = msg("Say whether you want to help, to host, or both.")
        raise Invalid(errors=[FieldError(("body", side), message, "missing") for side in ("helper", "host")])


async def find_place(geocoder: Geocoder, host: HostIn) -> Place:
    given = None if host.point is None else ExactPoint(host.point.latitude, host.point.longitude)
    return await locate(geocoder, host.address, host.region, given)


async def register(work: UnitOfWork, prepared: PreparedAccount, locale: Locale, *, is_trial: bool = False) -> UUID:
    """A new account; answers its id. Raises Conflict `email_taken`."""
    body = prepared.body
    row = AccountRow(
        id=new_id(),
        email=body.email,
        email_key=email_key(body.email),
        password_hash=prepared.password_hash,
        name=body.name,
        locale=locale,
        photo=None,
        email_verified_at=None,
        is_trial=is_trial,
        created_at=work.now,
    )
    work.session.add(row)
    try:
        await work.session.flush()
    except IntegrityError as error:
        raise Conflict(
            msg("There is an account with this e-mail already. Sign in instead."), slug="email_taken"
        ) from error
    if body.helper is not None:
        work.session.add(HelperRow(account_id=row.id, bio=body.helper.bio, created_at=work.now))
    if body.host is not None and prepared.place is not None:
        work.session.add(_new_host(work, row.id, body.host, prepared.place))
    await work.session.flush()
    return row.id


async def sign_in_data(session: AsyncSession, email: str) -> tuple[UUID, str] | None:
    """The id and password hash of the account with this e-mail."""
    found = await session.execute(
        sa.select(AccountRow.id, AccountRow.password_hash).where(AccountRow.email_key == email_key(email))
    )
    row = found.first()
    return None if row is None else (row[0], row[1])


async def change_account(work: UnitOfWork, portraits: Portraits, reader: Reader, change: AccountChange) -> None:
    row = await work.session.get_one(AccountRow, reader.account_id, with_for_update=True)
    if change.name is not None:
        row.name = change.name
    if change.locale is not None:
        row.locale = change.locale
    if change.has("photo_id"):
        row.photo = await _exchange_photo(work, portraits, reader.account_id, row.photo, change.photo_id)


async def put_helper(work: UnitOfWork, reader: Reader, body: HelperIn) -> None:
    await _lock(work, reader)
    row = await work.session.get(HelperRow, reader.account_id, with_for_update=True)
    if row is None:
        work.session.add(HelperRow(account_id=reader.account_id, bio=body.bio, created_at=work.now))
    else:
        row.bio = body.bio


async def delete_helper(work: UnitOfWork, reader: Reader) -> None:
    """Takes subscriptions and notifications with it (by the database); a missing profile changes nothing."""
    if not reader.is_helper:
        return
    await _keep_one_profile(work, reader)
    await work.session.execute(sa.delete(HelperRow).where(HelperRow.account_id == reader.account_id))


async def put_host(work: UnitOfWork, portraits: Portraits, reader: Reader, body: HostReplace, place: Place) -> None:
    """Makes or replaces the host profile; a change that posts show is an edit of each open post (`host.changed`)."""
    await _lock(work, reader)
    row = await work.session.scalar(sa.select(HostRow).where(HostRow.account_id == reader.account_id).with_for_update())
    if row is None:
        row = _new_host(work, reader.account_id, body, place)
        row.photo = await _exchange_photo(work, portraits, reader.account_id, None, body.photo_id)
        work.session.add(row)
        return
    before = _seen_by_others(row)
    row.name, row.description, row.locality = body.name, body.description, body.locality
    row.address, row.region = body.address, body.region
    _set_place(row, place)
    row.photo = await _exchange_photo(work, portraits, reader.account_id, row.photo, body.photo_id)
    if _seen_by_others(row) != before:
        row.version += 1
        add_job(work, "host.changed", host_id=str(row.id))


async def delete_host(work: UnitOfWork, portraits: Portraits, reader: Reader) -> None:
    """Refused while posts are open; drafts and closed posts are deleted after it (`host.changed`)."""
    row = await work.session.scalar(sa.select(HostRow).where(HostRow.account_id == reader.account_id).with_for_update())
    if row is None:
        return
    await _keep_one_profile(work, reader)
    open_posts = await count_open_posts(SessionRows(work.session), row.id, day_number(work.today))
    if open_posts:
        raise Conflict(msg("Close your open posts first ({count} left).", count=open_posts), slug="open_posts")
    row.photo = await _exchange_photo(work, portraits, reader.account_id, row.photo, None)
    row.account_id, row.deleted_at = None, work.now
    row.address, row.description = "", ""
    row.exact_latitude = row.exact_longitude = None
    add_job(work, "host.changed", host_id=str(row.id))


async def host_row(session: AsyncSession, account_id: UUID) -> HostRow:
    """The host profile of an account; raises NotFound without one."""
    row = await session.scalar(sa.select(HostRow).where(HostRow.account_id == account_id))
    if row is None:
        raise NotFound
    return row


def _new_host(work: UnitOfWork, account_id: UUID, body: HostIn, place: Place) -> HostRow:
    row = HostRow(
        id=new_id(),
        account_id=account_id,
        name=body.name,
        description=body.description,
        address=body.address,
        locality=body.locality,
        region=body.region,
        photo=None,
        version=1,
        created_at=work.now,
    )
    _set_place(row, place)
    return row


def _set_place(row: HostRow, place: Place) -> None:
    row.exact_latitude, row.exact_longitude = place.exact or (None, None)
    row.public_latitude, row.public_longitude = place.public


def _seen_by_others(row: HostRow) -> tuple[object, ...]:
    return (
        row.name,
        row.description,
        row.locality,
        row.region,
        row.public_latitude,
        row.public_longitude,
        row.exact_latitude is None,
        row.photo,
    )


async def _lock(work: UnitOfWork, reader: Reader) -> None:
    """What an account does to its profiles comes one after the other, also where there is no row to lock yet."""
    await work.session.get_one(AccountRow, reader.account_id, with_for_update=True)


async def _keep_one_profile(work: UnitOfWork, reader: Reader) -> None:
    """Raises Conflict `last_profile` unless the account has both profiles; locks the account, so that two deletions
    at the same moment cannot both pass."""
    account_id = reader.account_id
    await _lock(work, reader)
    helper = await work.session.scalar(sa.select(HelperRow.account_id).where(HelperRow.account_id == account_id))
    host = await work.session.scalar(sa.select(HostRow.id).where(HostRow.account_id == account_id))
    if helper is None or host is None:
        raise Conflict(
            msg("An account needs a profile. Add the other one before you remove this."), slug="last_profile"
        )


async def _exchange_photo(
    work: UnitOfWork,
    portraits: Portraits,
    account_id: UUID,
    old: dict[str, object] | None,
    new_id_: UUID | None,
) -> dict[str, object] | None:
    """Uses the new photo and releases the old; answers what the row keeps."""
    old_id = None if old is None else picture_from_json(old).id
    if old_id == new_id_:
        return old
    new = None if new_id_ is None else (await portraits.use(work, account_id, new_id_)).to_json()
    if old_id is not None:
        await portraits.release(work, old_id)
    return new
