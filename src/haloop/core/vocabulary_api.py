"""HTTP of the vocabulary: GET /api/vocabulary, in the reader's language, with an ETag."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from haloop.core.translations import as_language, negotiate
from haloop.core.vocabulary import vocabulary

router = APIRouter(prefix="/api", tags=["vocabulary"])


class OptionOut(BaseModel):
    slug: str
    label: str


class RegionOut(BaseModel):
    """A region with its centre, in degrees."""

    code: str
    label: str
    latitude: float
    longitude: float


class VocabularyOut(BaseModel):
    job_types: list[OptionOut]
    accommodations: list[OptionOut]
    amenities: list[OptionOut]
    meals: list[OptionOut]
    experiences: list[OptionOut]
    environments: list[OptionOut]
    requirements: list[OptionOut]
    regions: list[RegionOut]


@cache
def _body(language: str) -> tuple[bytes, str]:
    """The answer and its ETag; two languages, so two entries."""
    known = vocabulary()
    data: dict[str, list[dict[str, object]]] = {
        name: [{"slug": option.slug, "label": option.labels[language]} for option in options]
        for name, options in known.options.items()
    }
    data["regions"] = [
        {"code": r.code, "label": r.labels[language], "latitude": r.latitude, "longitude": r.longitude}
        for r in known.regions
    ]
    body = orjson.dumps(data)
    return body, f'"{hashlib.sha256(body).hexdigest()[:16]}"'


@router.get(
    "/vocabulary",
    summary="The option lists with their labels",
    response_model=VocabularyOut,
    responses={304: {"description": "Not modified: If-None-Match names its ETag"}},
)
async def get_vocabulary(request: Request, lang: Annotated[str | None, Query()] = None) -> Response:
    language = as_language(lang) or negotiate(request.headers.get("accept-language", ""))
    body, etag = _body(language)
    headers = {
        "ETag": etag,
        "Cache-Control": "private, no-cache",
        "Content-Language": language,
        "Vary": "Accept-Language",
    }
    known = request.headers.get("if-none-match", "")
    if etag in known or known.strip() == "*":
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")
