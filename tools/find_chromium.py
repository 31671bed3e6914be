"""Finds a Chromium for the browser tests, or says how to get one."""

from __future__ import annotations

import os
import shutil
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def find() -> str | None:
    """The path of a Chromium: HALOOP_CHROMIUM, or the first of the usual names."""
    return os.environ.get("HALOOP_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


if __name__ == "__main__":
    if find() is None:
        print(
            "The browser tests need a Chromium. Install one (Debian and Ubuntu: apt-get install chromium "
            "fonts-noto-cjk), or name it in HALOOP_CHROMIUM.",
            file=sys.stderr,
        )
        sys.exit(1)
