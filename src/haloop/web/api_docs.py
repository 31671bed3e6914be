"""The API's documentation for people: the OpenAPI document as a page, with nothing from another site."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from haloop.web.rendering import Head, render
from haloop.web.visits import AnyVisit

METHODS = ("get", "post", "put", "patch", "delete")

router = APIRouter(include_in_schema=False)

Json = dict[str, Any]  # Any: OpenAPI's JSON


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: str
    required: bool


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    path: str
    summary: str
    parameters: list[Field]
    body: list[Field]
    answer: str  # the status and the name of what comes back

    @property
    def anchor(self) -> str:
        return f"{self.method}{self.path}".replace("/", "-").replace("{", "").replace("}", "")


@dataclass(frozen=True, slots=True)
class Schema:
    name: str
    description: str
    fields: list[Field]


@router.get("/api/docs")
async def api_docs(request: Request, visit: AnyVisit) -> Response:
    document = request.app.openapi()
    rooms = defaultdict[str, list[Call]](list)
    for tag, call in _calls(document):
        rooms[tag].append(call)
    texts = visit.texts
    head = Head(texts.t("The API"), texts.t("Every call of Haloop's API, with its fields."))
    return render(visit, "pages/api_docs.html", head, rooms=rooms, schemas=list(_schemas(document)))


def _calls(document: Json) -> Iterator[tuple[str, Call]]:
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method not in methods:
                continue
            operation = methods[method]
            tag = operation.get("tags", ["other"])[0]
            parameters = [
                Field(found["name"], f"{found['in']}, {_type(found['schema'])}", found.get("required", False))
                for found in operation.get("parameters", [])
            ]
            yield tag, Call(method.upper(), path, operation.get("summary", ""), parameters, _body(document, operation),
                            _answer(operation))  # fmt: skip


def _body(document: Json, operation: Json) -> list[Field]:
    content = operation.get("requestBody", {}).get("content", {})
    for media in content.values():
        return _fields(_resolved(document, media["schema"]))
    return []


def _answer(operation: Json) -> str:
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            media = response.get("content", {}).get("application/json", {})
            return f"{status} {_type(media['schema']) if media.get('schema') else ''}".strip()
    return ""


def _schemas(document: Json) -> Iterator[Schema]:
    for name, schema in sorted(document["components"]["schemas"].items()):
        if "properties" in schema:
            yield Schema(name, schema.get("description", ""), _fields(schema))


def _fields(schema: Json) -> list[Field]:
    required = schema.get("required", [])
    return [Field(name, _type(found), name in required) for name, found in schema.get("properties", {}).items()]


def _resolved(document: Json, schema: Json) -> Json:
    if "$ref" in schema:
        found: Json = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        return found
    return schema


def _type(schema: Json) -> str:
    """A schema in a few words: "string, 1 to 100", "list of PostSummary", "integer or null"."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " or ".join(_type(part) for part in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    name = str(schema.get("format") or schema.get("type") or "JSON")
    low = schema.get("minLength", schema.get("minimum"))
    high = schema.get("maxLength", schema.get("maximum"))
    if high is not None:
        name += f", {low} to {high}" if low is not None else f", at most {high}"
    return name
