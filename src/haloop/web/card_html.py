"""Cards as HTML, made once for each version of a post, language and day: a list of twenty is mostly cards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from markupsafe import Markup

from haloop.core.reads import Rows
from haloop.core.translations import Translator
from haloop.matching.sql import Hit
from haloop.posts.views import Viewer, summaries
from haloop.web.cards import Today, card
from haloop.web.rendering import environment


async def card_html(
    rows: Rows, viewer: Viewer, texts: Translator, today: Today, hits: Sequence[Hit], *, level: int, eager: int
) -> list[Markup]:
    """The cards of what a search found; `level` of their headings, `eager` of the first pictures are not lazy.
    A card looks the same to everyone."""
    keys = [
        ("card", texts.language, level, place < eager, hit.post_id, hit.version, hit.host_version, today.date)
        for place, hit in enumerate(hits)
    ]
    made = [cast("Markup | None", viewer.rendered.get(key)) for key in keys]
    missing = [hits[place].post_id for place, html in enumerate(made) if html is None]
    if missing:
        found = {post.id: post for post in await summaries(rows, viewer, missing)}
        template = environment(texts.language).get_template("parts/cards.html")
        for place, hit in enumerate(hits):
            post = found.get(hit.post_id)
            if made[place] is None and post is not None:
                one = template.render(list=[card(post, texts, today)], level=level, eager=int(place < eager))
                made[place] = Markup(one)  # noqa: S704  # a template's own output, escaped by it
                viewer.rendered.put(keys[place], made[place])
    return [html for html in made if html is not None]
