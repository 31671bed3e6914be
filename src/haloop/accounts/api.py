"""HTTP of accounts: /api/auth/…, /api/account… and /api/hosts/{id}."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request, Response

from haloop.accounts import limits, service, sessions, views
from haloop.accounts.dependencies import COOKIE, SignedInReader, path_id
from haloop.accounts.portraits import Portraits
from haloop.accounts.schemas import (
    Account,
    AccountChange,
    HelperIn,
    Host,
    HostReplace,
    Locale,
    Login,
    Register,
    SignedIn,
)
from haloop.core.errors import NotSignedIn
from haloop.core.http import client_network, reader_language
from haloop.core.messages import msg
from haloop.core.reads import SessionRows
from haloop.core.unit_of_work import UnitOfWork
from haloop.engines.dependencies import EnginesOf, RowsOf
from haloop.engines.limits.protocol import LOGIN, LOGIN_ADDRESS, REGISTER
from haloop.matching.facts import day_number

router = APIRouter(prefix="/api", tags=["accounts"])


async def _portraits(request: Request) -> Portraits:
    return cast("Portraits", request.app.state.portraits)


PortraitsOf = Annotated[Portraits, Depends(_portraits)]


def _set_cookie(request: Request, response: Response, token: str) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(limits.SESSION_ABSOLUTE.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


async def _account(work: UnitOfWork, engines: EnginesOf, reader: sessions.Reader) -> Account:
    await work.session.flush()
    return await views.get_account(SessionRows(work.session), engines.media, reader.account_id, day_number(work.today))


@router.post("/auth/register", status_code=201, summary="Make an account and sign in")
async def register(body: Register, request: Request, response: Response, engines: EnginesOf) -> Account:
    await engines.limits.hit(REGISTER, client_network(request))
    service.check_registration(body)
    password_hash = await engines.passwords.hash(body.password)
    place = None if body.host is None else await service.find_place(engines.geocoder, body.host)
    prepared = service.PreparedAccount(body, password_hash, place)
    locale = cast("Locale", reader_language(request))
    async with engines.units.begin() as work:
        account_id = await service.register(work, prepared, locale)
        token = sessions.open_session(work, engines.tokens, account_id)
        await sessions.note_seen(work, account_id)
        account = await views.get_account(SessionRows(work.session), engines.media, account_id, day_number(work.today))
    _set_cookie(request, response, token)
    return account


@router.post("/auth/login", summary="Sign in")
async def login(body: Login, request: Request, response: Response, engines: EnginesOf) -> SignedIn:
    network = client_network(request)
    await engines.limits.hit(LOGIN_ADDRESS, network)
    await engines.limits.hit(LOGIN, f"{network} {service.email_key(body.email)}")
    async with engines.database.reading() as session:
        found = await service.sign_in_data(session, body.email)
    if not await engines.passwords.verify(body.password, found[1] if found else None) or found is None:
        raise NotSignedIn(msg("E-mail or password is not right."))
    async with engines.units.begin() as work:
        token = sessions.open_session(work, engines.tokens, found[0])
        await sessions.note_seen(work, found[0])
        account = await views.get_account(SessionRows(work.session), engines.media, found[0], day_number(work.today))
    _set_cookie(request, response, token)
    return SignedIn(token=token, account=account)


@router.post("/auth/logout", status_code=204, summary="End this session")
async def logout(response: Response, reader: SignedInReader, engines: EnginesOf) -> None:
    async with engines.units.begin() as work:
        await sessions.end_session(work, reader.session_id)
    response.delete_cookie(COOKIE, path="/")


@router.get("/auth/me", summary="The signed-in account")
async def me(reader: SignedInReader, engines: EnginesOf, rows: RowsOf) -> Account:
    return await views.get_account(rows, engines.media, reader.account_id, day_number(engines.clock.today()))


@router.patch("/account", summary="Change name, language or photo")
async def change_account(
    body: AccountChange, reader: SignedInReader, engines: EnginesOf, portraits: PortraitsOf
) -> Account:
    async with engines.units.begin() as work:
        await service.change_account(work, portraits, reader, body)
        return await _account(work, engines, reader)


@router.put("/account/helper", summary="Make or replace the helper profile")
async def put_helper(body: HelperIn, reader: SignedInReader, engines: EnginesOf) -> Account:
    async with engines.units.begin() as work:
        await service.put_helper(work, reader, body)
        return await _account(work, engines, reader)


@router.delete("/account/helper", summary="Remove the helper profile, its subscriptions and notifications")
async def delete_helper(reader: SignedInReader, engines: EnginesOf) -> Account:
    async with engines.units.begin() as work:
        await service.delete_helper(work, reader)
        return await _account(work, engines, reader)


@router.put("/account/host", summary="Make or replace the host profile")
async def put_host(body: HostReplace, reader: SignedInReader, engines: EnginesOf, portraits: PortraitsOf) -> Account:
    place = await service.find_place(engines.geocoder, body)
    async with engines.units.begin() as work:
        await service.put_host(work, portraits, reader, body, place)
        return await _account(work, engines, reader)


@router.delete("/account/host", summary="Remove the host profile")
async def delete_host(reader: SignedInReader, engines: EnginesOf, portraits: PortraitsOf) -> Account:
    async with engines.units.begin() as work:
        await service.delete_host(work, portraits, reader)
        return await _account(work, engines, reader)


@router.get("/hosts/{host_id}", summary="A host, as everyone sees it")
async def get_host(host_id: str, engines: EnginesOf, rows: RowsOf) -> Host:
    return await views.get_host(rows, engines.media, path_id(host_id), day_number(engines.clock.today()))
