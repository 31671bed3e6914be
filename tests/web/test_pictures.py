"""What a browser is told of a photo's files: their true widths."""

from __future__ import annotations

from uuid import UUID

import pytest

from haloop.engines.media.photo import Photo
from haloop.web.pictures import srcset


@pytest.mark.parametrize(
    ("size", "widths"),
    [
        ((1200, 800), "t 480w, m 960w, u 1200w"),
        ((1000, 2000), "t 240w, m 480w, u 1000w"),
        ((900, 600), "t 480w, m 900w"),
        ((300, 200), "t 300w"),
        ((1, 5000), "t 1w"),
    ],
)
def test_widths_follow_the_orientation_and_no_file_is_named_twice(size: tuple[int, int], widths: str) -> None:
    width, height = size
    photo = Photo(id=UUID(int=1), url="u", medium_url="m", thumbnail_url="t", width=width, height=height, alt=None)
    assert srcset(photo, full=True) == widths
