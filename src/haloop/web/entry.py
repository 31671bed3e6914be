"""Signing in and joining."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from haloop.accounts import limits
from haloop.web.filter_panel import region_choices
from haloop.web.rendering import Head, render
from haloop.web.visits import AnyVisit, Elsewhere, own_path

router = APIRouter(include_in_schema=False)


@router.get("/login")
async def login(visit: AnyVisit) -> Response:
    texts, back_to = visit.texts, own_path(visit.request.query_params.get("next"))
    if visit.reader is not None:
        raise Elsewhere(back_to)
    head = Head(texts.t("Sign in"), texts.t("Sign in to Haloop."), index=False)
    return render(visit, "pages/login.html", head, back_to=back_to, limits=limits)


@router.get("/register")
async def register(visit: AnyVisit) -> Response:
    texts, back_to = visit.texts, own_path(visit.request.query_params.get("next"))
    if visit.reader is not None:
        raise Elsewhere(back_to)
    head = Head(texts.t("Join"), texts.t("Join Haloop as a helper, as a host, or both."), canonical="/register")
    return render(
        visit,
        "pages/register.html",
        head,
        back_to=back_to,
        limits=limits,
        regions=region_choices(texts),
        hosting=back_to.startswith("/host/"),
    )
