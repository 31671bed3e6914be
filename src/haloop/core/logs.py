"""How this process logs: JSON lines for machines, short coloured ones for people."""

from __future__ import annotations

import logging
import sys
import time
from typing import Literal

import structlog
from structlog.tracebacks import ExceptionDictTransformer


def set_up_logs(style: Literal["json", "console"], level: int = logging.INFO) -> None:
    """Call once, in a process's entry. Other libraries' warnings come out in the same way."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if style == "json":
        last: list[structlog.typing.Processor] = [
            # Without locals: they hold what people wrote, their e-mail and their password.
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(),
        ]
    else:
        last = [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")


class Seldom:
    """For a line that clients can cause at will: it is said at once, and then no more than once in `pause` seconds."""

    def __init__(self, pause: float) -> None:
        self._pause = pause
        self._times = 0
        self._next = 0.0

    def times(self) -> int:
        """Notes one time more; how many there were since the line was last said, or 0 while it is not to be said."""
        self._times += 1
        now = time.monotonic()
        if now < self._next:
            return 0
        times, self._times, self._next = self._times, 0, now + self._pause
        return times
