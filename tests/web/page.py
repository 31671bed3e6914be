"""Looks at a page as a reader would: its texts, links, forms and what must never be in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx2

from tests.world import Person, World

VOID = {"meta", "link", "img", "input", "br", "hr", "source"}


@dataclass
class Element:
    name: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Page:
    response: httpx2.Response
    elements: list[Element] = field(default_factory=list)

    @property
    def html(self) -> str:
        return self.response.text

    def all(self, tag: str, /, **attributes: str) -> list[Element]:
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
        return [
            element
            for element in self.elements
            if element.name == tag and all(element.attributes.get(key) == value for key, value in wanted.items())
        ]

    def one(self, tag: str, /, **attributes: str) -> Element:
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} of <{tag} {attributes}>"
        return found[0]

    def links(self) -> list[str]:
        return [element.attributes.get("href", "") for element in self.all("a")]

    def meta(self, name: str) -> str | None:
        found = [*self.all("meta", name=name), *self.all("meta", property=name)]
        return found[0].attributes["content"] if found else None


class _Reader(HTMLParser):
    def __init__(self, elements: list[Element]) -> None:
        super().__init__(convert_charrefs=True)
        self._elements = elements
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {key: value or "" for key, value in attrs})
        self._elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._elements.append(Element(tag, {key: value or "" for key, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            if self._open.pop().name == tag:
                break

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data


async def see(world: World, path: str, person: Person | None = None, **headers: str) -> Page:
    """Asks for a page as a browser does."""
    sent = {"Accept": "text/html", **headers, **(person.headers if person else {})}
    world.client.cookies.clear()
    response = await world.client.get(path, headers=sent)
    page = Page(response)
    _Reader(page.elements).feed(response.text)
    return page


def assert_sound(page: Page, language: str) -> None:
    """What holds for every page: language, one h1, title, no inline script or style, no foreign address, unique ids."""
    assert page.response.headers["content-type"].startswith("text/html")
    assert page.one("html").attributes["lang"] == language
    assert len(page.all("h1")) == 1
    assert page.all("title")[0].text.endswith("· Haloop")
    assert page.meta("description")
    for element in page.elements:
        handlers = [name for name in element.attributes if name == "style" or name.startswith("on")]
        assert not handlers, f"{element.name}: {handlers}"
        if element.name == "script":
            inline = "src" not in element.attributes
            assert not inline or element.attributes["type"] in ("application/json", "application/ld+json")
        if element.name == "img":
            assert "alt" in element.attributes
        for name in ("src", "srcset"):
            assert "//" not in element.attributes.get(name, "")
    assert not page.all("style")
    ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids)), sorted(name for name in ids if ids.count(name) > 1)
    places = re.findall(r"\{[a-z_]+\}", re.sub(r"<script.*?</script>", "", page.html, flags=re.DOTALL))
    assert not places, f"unfilled places: {places}"
