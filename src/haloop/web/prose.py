"""What people write, as safe HTML: escaped, paragraphs and line breaks kept, web addresses made links."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_ADDRESS = re.compile(r"https?://[^\s<>\"'，。、；：！？（）「」]+", re.IGNORECASE)
_STOPS = ".,;:!?"
_PAIRS = ((")", "("), ("]", "["), ("}", "{"))


def prose(text: str) -> Markup:
    """Paragraphs at empty lines, `<br>` at single ones."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return Markup("").join(Markup("<p>{}</p>").format(_lines(paragraph)) for paragraph in paragraphs if paragraph)


def _lines(paragraph: str) -> Markup:
    return Markup("<br>").join(linked(line) for line in paragraph.split("\n"))


def linked(line: str) -> Markup:
    """Only http and https become links; nothing of the text is taken as HTML."""
    parts: list[Markup] = []
    end = 0
    for found in _ADDRESS.finditer(line):
        address = _without_end(found.group())
        parts.append(escape(line[end : found.start()]))
        parts.append(Markup('<a href="{0}" rel="nofollow ugc noopener">{0}</a>').format(address))
        end = found.start() + len(address)
    parts.append(escape(line[end:]))
    return Markup("").join(parts)


def _without_end(address: str) -> str:
    """The address without the stop of its sentence, and without the bracket around it; its own pairs stay."""
    surplus = {closing: address.count(closing) - address.count(opening) for closing, opening in _PAIRS}
    end = len(address)
    while end and (surplus.get(address[end - 1], 0) > 0 or address[end - 1] in _STOPS):
        end -= 1
        if address[end] in surplus:
            surplus[address[end]] -= 1
    return address[:end]
