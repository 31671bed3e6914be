"""How many files and connections this process may have open, and how they are shared out.

Without shares whatever comes first takes all: sockets that nobody signed in on left none for the database."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

try:
    import resource
except ImportError:  # Windows: there is no such limit
    resource = None  # type: ignore[assignment]  # its absence

SOCKETS_MOST = 12_000  # WebSockets, some 40 kB each
KEPT_MOST = 1_024  # for the database (three a connection), the log, the listening socket and what libraries open
HTTP_MOST = 3_400  # connections: what core/overload.py and long polling have in hand at most, and some that rest
HTTP_EACH = 2  # a connection, and the file that is sent or received on it
PLENTY = KEPT_MOST + HTTP_EACH * HTTP_MOST + SOCKETS_MOST


@dataclass(frozen=True, slots=True)
class Shares:
    """At most so many open WebSockets, and so many other connections."""

    sockets: int
    http: int


def raise_limit() -> int:
    """Takes as many descriptors as this process may have (the soft limit of the usual shell is 1,024); how many."""
    if resource is None:
        return PLENTY
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with contextlib.suppress(ValueError, OSError):  # macOS calls it unlimited, and has a limit beside it
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return PLENTY if soft == resource.RLIM_INFINITY else soft


def share_out(limit: int) -> Shares:
    """A quarter is kept for files, what remains is divided between HTTP and WebSockets; each has its most."""
    rest = limit - min(limit // 4, KEPT_MOST)
    http = min(rest // (2 * HTTP_EACH), HTTP_MOST)
    return Shares(sockets=min(rest - HTTP_EACH * http, SOCKETS_MOST), http=http)
