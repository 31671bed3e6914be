"""How accounts and hosts are shown: to themselves, and to everyone else."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from haloop.accounts.models import AccountRow, HelperRow, HostRow
from haloop.accounts.places import DEGREE
from haloop.accounts.schemas import Account, Helper, Host, Locale, Location, OwnHost, Point
from haloop.core.errors import NotFound
from haloop.core.reads import Query, Rows
from haloop.engines.media.photo import Photo, picture_from_json, show
from haloop.engines.media.protocol import Media
from haloop.matching import sql as matching
from haloop.matching.filter import Filter

StoredPhoto = dict[str, object] | None


class _AccountFields(NamedTuple):
    """The columns of _ACCOUNT."""

    id: UUID
    email: str
    email_verified_at: datetime | None
    name: str
    locale: Locale
    photo: StoredPhoto
    is_trial: bool
    created_at: datetime
    helper_id: UUID | None
    bio: str | None
    host_id: UUID | None


class _HostFields(NamedTuple):
    """The columns of _HOST."""

    id: UUID
    account_id: UUID | None
    name: str
    description: str
    address: str
    locality: str | None
    region: str
    exact_latitude: int | None
    exact_longitude: int | None
    public_latitude: int
    public_longitude: int
    photo: StoredPhoto
    suspended_at: datetime | None
    deleted_at: datetime | None
    created_at: datetime


_ACCOUNT = Query(
    sa.select(
        AccountRow.id,
        AccountRow.email,
        AccountRow.email_verified_at,
        AccountRow.name,
        AccountRow.locale,
        AccountRow.photo,
        AccountRow.is_trial,
        AccountRow.created_at,
        HelperRow.account_id,
        HelperRow.bio,
        HostRow.id,
    )
    .outerjoin(HelperRow, HelperRow.account_id == AccountRow.id)
    .outerjoin(HostRow, HostRow.account_id == AccountRow.id)
    .where(AccountRow.id == sa.bindparam("account_id"))
)
_HOST = Query(
    sa.select(*(getattr(HostRow, name) for name in _HostFields._fields)).where(HostRow.id == sa.bindparam("host_id"))
)


async def get_account(rows: Rows, media: Media, account_id: UUID, today_day: int) -> Account:
    """The account for itself, with its address and exact point."""
    found = await rows.by_key(_ACCOUNT, {"account_id": account_id})
    if not found:
        raise NotFound
    account = _AccountFields._make(found[0])
    return Account(
        id=account.id,
        email=account.email,
        email_verified=account.email_verified_at is not None,
        name=account.name,
        locale=account.locale,
        photo=stored_photo(account.photo, media),
        helper=None if account.helper_id is None else Helper(bio=account.bio or None),
        host=None if account.host_id is None else await _own_host(rows, media, account.host_id, today_day),
        is_trial=account.is_trial,
        created_at=account.created_at,
    )


async def get_host(rows: Rows, media: Media, host_id: UUID, today_day: int) -> Host:
    """The public side of a host; raises NotFound also for one that is deleted or suspended."""
    host = await _host(rows, host_id)
    if host.deleted_at is not None or host.suspended_at is not None:
        raise NotFound
    return Host(**await _shown(rows, media, host, today_day))


def location(public_latitude: int, public_longitude: int, *, exact_is_known: bool) -> Location:
    """The public point (degrees x 100,000), never the exact one."""
    return Location(
        latitude=public_latitude / DEGREE,
        longitude=public_longitude / DEGREE,
        precision="area" if exact_is_known else "region",
    )


def stored_photo(stored: StoredPhoto, media: Media) -> Photo | None:
    return None if stored is None else show(picture_from_json(stored), media)


async def count_open_posts(rows: Rows, host_id: UUID, today_day: int) -> int:
    counted = await matching.count(rows, Filter(), today_day, host_id=host_id)
    return counted.total


async def _host(rows: Rows, host_id: UUID) -> _HostFields:
    found = await rows.by_key(_HOST, {"host_id": host_id})
    if not found:
        raise NotFound
    return _HostFields._make(found[0])


async def _own_host(rows: Rows, media: Media, host_id: UUID, today_day: int) -> OwnHost:
    host = await _host(rows, host_id)
    exact = None
    if host.exact_latitude is not None and host.exact_longitude is not None:
        exact = Point(latitude=host.exact_latitude / DEGREE, longitude=host.exact_longitude / DEGREE)
    return OwnHost(**await _shown(rows, media, host, today_day), address=host.address, point=exact)


async def _shown(rows: Rows, media: Media, host: _HostFields, today_day: int) -> dict[str, object]:
    """The fields of a Host."""
    if host.account_id is None:
        raise NotFound
    return {
        "id": host.id,
        "name": host.name,
        "locality": host.locality,
        "region": host.region,
        "photo": stored_photo(host.photo, media),
        "description": host.description or None,
        "location": location(
            host.public_latitude, host.public_longitude, exact_is_known=host.exact_latitude is not None
        ),
        "open_posts": await count_open_posts(rows, host.id, today_day),
        "member_since": host.created_at.strftime("%Y-%m"),
        "account_id": host.account_id,
    }
