"""The map of the regions: ornament for the pointer, the chosen ones drawn last so that their outline is whole."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache
from importlib.resources import files

from markupsafe import Markup

SHADES = 4  # data-share 0 to 4

_REGION = re.compile(r'<g class="region" data-region="([A-Z-]+)">(.*?)</g>', re.DOTALL)


@cache
def _drawing() -> tuple[str, dict[str, str]]:
    """The opening tag of the map, and what is drawn of each region."""
    source = files("haloop.web").joinpath("region-map.svg").read_text("utf-8")
    return source[: source.index(">") + 1], dict(_REGION.findall(source))


def region_map(chosen: Collection[str] = (), counts: Mapping[str, int] | None = None) -> Markup:
    """The drawing with the chosen regions marked; with `counts` of posts each region is shaded by its number."""
    opening, regions = _drawing()
    most = max((counts or {}).values(), default=0)
    drawn: list[str] = []
    for code, body in sorted(regions.items(), key=lambda region: region[0] in chosen):
        mark = "region chosen" if code in chosen else "region"
        shade = f' data-share="{_shade((counts or {}).get(code, 0), most)}"' if counts is not None else ""
        drawn.append(f'<g class="{mark}" data-region="{code}"{shade}>{body}</g>')
    return Markup(f"{opening}{''.join(drawn)}</svg>")  # noqa: S704  # a file of the package and codes of the vocabulary


def _shade(count: int, most: int) -> int:
    return 0 if count == 0 else max(1, round(count * SHADES / most))
