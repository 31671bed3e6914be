"""What went wrong, as a page: a print, one sentence, one way back."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from starlette.responses import Response

from haloop.core.errors import Problem
from haloop.core.messages import Message, msg
from haloop.web.rendering import Head, Visit, render


@dataclass(frozen=True, slots=True)
class Poster:
    """A picture and a title for an error; `detail` replaces the problem's own where that speaks of the API."""

    scene: str
    title: Message
    detail: Message | None = None


POSTERS = {
    404: Poster(
        "mountains-mist.webp", msg("This path ends in the mist"), msg("There is nothing here, or not any more.")
    ),
    422: Poster("valley-train.webp", msg("This address is not quite right")),
    429: Poster("lake.webp", msg("A short rest")),
    503: Poster("lake.webp", msg("A short rest")),
}
OTHER = Poster(
    "harbour-golden.webp", msg("Something went wrong on our side"), msg("We have noted it. Try again in a moment.")
)


def error_page(request: Request, problem: Problem) -> Response:
    """The problem as a page in the reader's language, with its status and headers."""
    visit: Visit = getattr(request.state, "visit", None) or Visit(request, known=False)
    texts = visit.texts
    poster = POSTERS.get(problem.status, OTHER if problem.status >= 500 else Poster("lake.webp", problem.title))
    title = texts.message(poster.title)
    detail = texts.message(poster.detail or problem.detail)
    response = render(
        visit, "pages/error.html", Head(title, detail, index=False), status=problem.status,
        title=title, detail=detail, scene=poster.scene, passing=problem.status == 429 or problem.status >= 500,
    )  # fmt: skip
    response.headers.update(problem.headers())
    return response
