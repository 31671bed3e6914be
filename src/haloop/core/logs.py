"""How this process logs, whichever library speaks: JSON lines for machines, short coloured ones for people."""

from __future__ import annotations

import logging
import sys
import time
from typing import Literal

import structlog
from structlog.tracebacks import ExceptionDictTransformer

# Libraries whose errors quote what a client sent, such as a query's session id, unless they are exceptions.
QUOTING = ("engineio.server", "socketio.server")
IS_SAID = "_haloop_is_said"  # of an exception: one of our lines has it


def set_up_logs(style: Literal["json", "console"], level: int = logging.INFO) -> None:
    """Call once, in a process's entry. Other libraries' warnings and errors come out in the same way, but for
    exceptions that one of our own lines has said already."""
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
        processors=[*shared, _note_exception, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    others = logging.StreamHandler(sys.stderr)
    others.addFilter(_is_news)
    others.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.root.addHandler(others)
    logging.root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    for name in QUOTING:
        logging.getLogger(name).setLevel(logging.ERROR)  # without a level they would add a handler of their own


def _note_exception(
    _logger: structlog.typing.WrappedLogger, _name: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    found = event.get("exc_info")
    error = found if isinstance(found, BaseException) else sys.exc_info()[1] if found else None
    if error is not None:
        vars(error)[IS_SAID] = True  # on the exception itself: it is not kept longer for that
    return event


def _is_news(record: logging.LogRecord) -> bool:
    """Whether another library's record is to be written."""
    error = record.exc_info[1] if record.exc_info else None
    if error is not None and IS_SAID in vars(error):
        return False  # an unexpected one goes on to uvicorn when it is said and answered
    return record.name not in QUOTING or (error is not None and bool(_quoting.times()))


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


_quoting = Seldom(1)  # what is sent in long polling and is no packet is an exception there
