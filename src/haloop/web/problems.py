"""Every error as an answer: a page for a person who asked for one, problem+json for programs."""

from __future__ import annotations

from typing import cast

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import compile_path

from haloop.core.errors import FieldError, Invalid, NotFound, Problem, UnsupportedType
from haloop.core.http import invalid, problem_json, reader_language
from haloop.core.messages import msg
from haloop.web.errors import error_page
from haloop.web.visits import note_visit

log = structlog.get_logger()


def answer(request: Request, problem: Problem) -> Response:
    """A problem as the client can read it: a page for a person who asked for one, problem+json for the rest."""
    if _is_for_people(request):
        return error_page(request, problem)
    return problem_json(problem, reader_language(request))


def _is_for_people(request: Request) -> bool:
    path = request.url.path
    for_programs = path.startswith(("/api/", "/socket.io", "/media/", "/static/")) or path in ("/healthz", "/readyz")
    return not for_programs and "text/html" in request.headers.get("accept", "")


def handle_errors(app: FastAPI) -> None:
    @app.exception_handler(Problem)
    async def problem(request: Request, error: Exception) -> Response:
        found = cast("Problem", error)
        if found.status >= 500:
            log.warning(found.slug, route=getattr(request.scope.get("route"), "path", None), exc_info=error)
        return answer(request, found)

    @app.exception_handler(RequestValidationError)
    async def validation(request: Request, error: Exception) -> Response:
        found = cast("RequestValidationError", error)
        is_other = "content-type" in request.headers and _is_of_another_type(found)
        return answer(request, UnsupportedType(msg("Send JSON.")) if is_other else invalid(found))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: Exception) -> Response:
        found = cast("HTTPException", error)
        if _is_for_people(request):
            await note_visit(request)
        response = answer(request, _as_problem(found))
        if found.status_code == 405:
            response.headers["Allow"] = ", ".join(sorted(_methods(request)))
        return response

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        log.error("unexpected_error", route=getattr(request.scope.get("route"), "path", None), exc_info=error)
        return answer(request, Problem())


def _is_of_another_type(error: RequestValidationError) -> bool:
    """Whether the body was not taken for JSON: FastAPI then hands its bytes over as they came."""
    return any(one["loc"] == ("body",) and isinstance(one["input"], bytes) for one in error.errors())


class _MethodNotAllowed(Problem):
    status = 405
    slug = "method_not_allowed"
    title = msg("Not possible here")


def _as_problem(error: HTTPException) -> Problem:
    """Starlette's own errors: an unknown path, another method, a body that cannot be read."""
    if error.status_code == 404:
        return NotFound()
    if error.status_code == 405:
        return _MethodNotAllowed(msg("This path has no such method."))
    if error.status_code == 415:
        return UnsupportedType(msg("Send JSON."))
    message = msg("The body cannot be read. Send it as the documentation says.")
    return Invalid(message, errors=[FieldError(("body",), message, "json_invalid")])


def _methods(request: Request) -> set[str]:
    """All methods of a path (Starlette names those of the first route alone): of routes that name just this path,
    else of those whose pattern it fits."""
    path = request.scope["path"]
    contexts = [context for context in iter_route_contexts(request.app.routes) if context.path and context.methods]
    exact = [context for context in contexts if context.path == path]
    fitting = exact or [context for context in contexts if compile_path(context.path or "")[0].match(path)]
    return {method for context in fitting for method in context.methods or ()}
