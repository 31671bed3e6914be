"""The OpenAPI document: what FastAPI says, with problems as they are really answered."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

PROBLEM = {
    "type": "object",
    "description": "RFC 9457; `errors` is there for validation.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "examples": ["/problems/not_found"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["loc", "msg", "type"],
                "properties": {
                    "loc": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}},
                    "msg": {"type": "string"},
                    "type": {"type": "string"},
                },
            },
        },
    },
}
_DESCRIPTIONS = {
    401: "Not signed in",
    403: "A profile is missing, or the request came from another site",
    404: "Unknown, or not yours",
    405: "This path has no such method",
    409: "Not possible as it stands",
    412: "Changed in the meantime",
    413: "Too large",
    415: "Not supported",
    422: "Invalid input",
    429: "Too many requests; see Retry-After",
    500: "Our mistake",
    503: "A dependency does not answer",
}
RESPONSES: dict[int | str, dict[str, Any]] = {  # Any: OpenAPI's JSON, as FastAPI takes it
    status: {
        "description": text,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status, text in _DESCRIPTIONS.items()
}


def use_openapi(app: FastAPI) -> None:
    """Makes `app.openapi()` the true document, made once."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title="Haloop",
                version=app.version,
                description=app.description,
                routes=app.routes,
                servers=[{"url": "/"}],
            )
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            schemas["Problem"] = PROBLEM
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document
