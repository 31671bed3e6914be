"""Renders a template in the reader's language, with what every page needs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from haloop.accounts.sessions import Reader
from haloop.core.clock import instant_text
from haloop.core.translations import Language, Translator, translator
from haloop.engines.dependencies import engines_of
from haloop.web.languages import page_language, remember_language
from haloop.web.line_breaks import phrase, unbroken
from haloop.web.pictures import srcset
from haloop.web.prose import linked, prose
from haloop.web.static_files import static_url

OTHER: dict[Language, Language] = {"en": "zh-TW", "zh-TW": "en"}
LANGUAGE_NAMES: dict[Language, str] = {"en": "English", "zh-TW": "中文"}


@dataclass(frozen=True, slots=True)
class Head:
    """What a page says of itself to search engines and to those who share it."""

    title: str
    description: str
    canonical: str = ""  # path with its query; empty: the page's own path
    index: bool = True
    image: str = ""  # a path or address; empty: the poster
    kind: str = "website"


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks at a page, in which language, how many notifications and messages are unread; not `known` where nobody
    has looked."""

    request: Request
    reader: Reader | None = None
    unread: int = 0
    messages: int = 0
    known: bool = True

    @property
    def texts(self) -> Translator:
        return translator(page_language(self.request))


def render(visit: Visit, template: str, head: Head, *, status: int = 200, **context: object) -> HTMLResponse:
    """The page as a response; `?lang=` is remembered. Pages depend on who asks, so nothing may keep them."""
    request, texts = visit.request, visit.texts
    page = environment(texts.language).get_template(template)
    html = page.render(
        visit=visit,
        head=head,
        path=request.url.path,
        origin=origin_of(request),
        now=instant_text(engines_of(request).clock.now()),
        language_link=_other_language(request, texts.language),
        **context,
    )
    response = HTMLResponse(html, status)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Cookie, Accept-Language"
    response.headers["Content-Language"] = texts.language
    remember_language(request, response)
    return response


def origin_of(request: Request) -> str:
    """Scheme and host under which people reach the platform."""
    return engines_of(request).public_url or str(request.base_url).rstrip("/")


@cache
def environment(language: Language) -> Environment:
    """The templates in one language: texts, labels and icons are there in every macro without handing them on."""
    texts = translator(language)
    made = Environment(
        loader=PackageLoader("haloop.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(
        texts=texts,
        t=texts.t,
        tn=texts.tn,
        static=static_url,
        icon=icon,
        srcset=srcset,
        rings=rings,
        phrase=phrase,
        gap="" if language == "zh-TW" else " ",  # between phrases: Chinese has none
        sprite=static_url("icons.svg"),
        other_language_name=LANGUAGE_NAMES[OTHER[language]],
        browser_texts=json_text(texts.browser_texts()),
    )
    made.filters["prose"] = prose
    made.filters["unbroken"] = unbroken
    made.filters["linked"] = linked
    made.filters["json_text"] = json_text
    return made


@cache
def icon(name: str) -> Markup:
    """A symbol of the sprite, for the eye alone."""
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>').format(
        static_url("icons.svg"), name
    )


@cache
def rings() -> Markup:
    """The two rings."""
    return Markup('<svg class="loop" viewBox="0 0 42 26" aria-hidden="true"><use href="{}#loop"/></svg>').format(
        static_url("icons.svg")
    )


def json_text(value: Any) -> Markup:  # Any: whatever JSON can hold
    """JSON for a `<script type="application/json">` or an attribute: nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    escaped = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e").replace("'", "\\u0027")
    return Markup(escaped)  # noqa: S704  # escaped just above


def _other_language(request: Request, language: Language) -> str:
    """This page in the other language, with its query."""
    query = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return f"{request.url.path}?{urlencode([*query, ('lang', OTHER[language])])}"
