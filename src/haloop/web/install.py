"""What a phone needs to install Haloop: the web app manifest."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from haloop.web.static_files import static_url
from haloop.web.visits import AnyVisit

ICON_SIZES = (192, 512)

router = APIRouter(include_in_schema=False)


@router.get("/manifest.webmanifest")
async def manifest(visit: AnyVisit) -> Response:
    texts = visit.texts
    icons = [
        {"src": static_url(f"icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in ICON_SIZES
        for purpose in ("any", "maskable")
    ]
    return JSONResponse(
        {
            "id": "/",
            "name": "Haloop",
            "short_name": "Haloop",
            "description": texts.t("A few hours of help a day for a bed, meals and experiences in Taiwan."),
            "lang": texts.language,
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": "#f7f9f5",
            "theme_color": "#0f3a30",
            "icons": icons,
        },
        headers={"Cache-Control": "private, no-cache", "Vary": "Cookie, Accept-Language"},
        media_type="application/manifest+json",
    )
