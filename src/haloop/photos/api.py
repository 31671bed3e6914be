"""HTTP of photos: POST /api/photos."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, UploadFile

from haloop.accounts.dependencies import SignedInReader
from haloop.core.api_types import Text
from haloop.core.errors import TooLarge
from haloop.core.messages import msg
from haloop.engines.dependencies import EnginesOf
from haloop.engines.limits.protocol import PHOTOS
from haloop.engines.media.photo import Photo
from haloop.photos import service
from haloop.photos.models import ALT
from haloop.photos.pipeline import FILE_MOST

router = APIRouter(prefix="/api", tags=["photos"])


@router.post("/photos", status_code=201, summary="Upload a photo (JPEG, PNG or WebP, at most 8 MB)")
async def upload(
    reader: SignedInReader,
    engines: EnginesOf,
    file: Annotated[UploadFile, File()],
    alt: Annotated[Annotated[str, Text(0, ALT)], Form()] = "",
    purpose: Annotated[Literal["public", "message"], Form()] = "public",
) -> Photo:
    await engines.limits.hit(PHOTOS, str(reader.account_id))
    data = await file.read(FILE_MOST + 1)
    if len(data) > FILE_MOST:
        raise TooLarge(msg("This file is larger than 8 MB. Choose a smaller one."))
    return await service.take_in(engines, reader.account_id, data, alt, private=purpose == "message")
