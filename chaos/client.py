"""HTTP as a patient client speaks it: asks again until it is answered, and notes every answer."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx2

from chaos.history import Span, moment

GIVES_UP_AFTER = 90.0  # seconds without an answer
ASKS_AGAIN_AFTER = 0.1
LOST = 0.1  # of the answers to requests that carry a key: the line breaks before they arrive


@dataclass(slots=True)
class Answer:
    """The answer at last; `repeated`: an earlier attempt went unanswered and may have had its effect."""

    status: int
    body: Any  # Any: JSON, or None
    since: Span
    repeated: bool

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300


@dataclass(slots=True)
class Notes:
    """Counts of what was answered, and what must not be."""

    statuses: Counter[int] = field(default_factory=Counter)
    unanswered: int = 0
    lost: int = 0  # answers
    wrong: list[str] = field(default_factory=list)
    slowest: float = 0.0  # seconds of an answered attempt


class Client:
    """Asks the platform, through its restarts."""

    def __init__(self, address: str, rng: Random) -> None:
        self.notes = Notes()
        self._rng = rng
        limits = httpx2.Limits(max_connections=200, max_keepalive_connections=50)
        self._http = httpx2.AsyncClient(base_url=address, timeout=30, limits=limits)

    async def ask(self, method: str, path: str, headers: dict[str, str], **how: Any) -> Answer:  # Any: httpx's own
        """Asks until there is an answer other than 5xx and 429; raises TimeoutError when there is none for too long."""
        asked, repeated = moment(), False
        async with asyncio.timeout(GIVES_UP_AFTER):
            while True:
                begun = moment()
                try:
                    response = await self._http.request(method, path, headers=headers, **how)
                except httpx2.TransportError:
                    self.notes.unanswered += 1
                else:
                    self._note(method, path, response, moment() - begun)
                    if not repeated and "Idempotency-Key" in headers and self._rng.random() < LOST:
                        self.notes.lost += 1
                    elif response.status_code < 500 and response.status_code != 429:
                        return Answer(response.status_code, _json(response), Span(asked, moment()), repeated)
                repeated = True
                await asyncio.sleep(ASKS_AGAIN_AFTER)

    def _note(self, method: str, path: str, response: httpx2.Response, seconds: float) -> None:
        status = response.status_code
        self.notes.statuses[status] += 1
        self.notes.slowest = max(self.notes.slowest, seconds)
        if status == 503 or status == 429:
            if "retry-after" not in response.headers:
                self.notes.wrong.append(f"{status} without Retry-After: {method} {path}")
            if response.headers.get("content-type") != "application/problem+json":
                self.notes.wrong.append(f"{status} is no problem+json: {method} {path}: {response.text[:100]}")
        elif status >= 500:
            self.notes.wrong.append(f"{status}: {method} {path}: {response.text[:200]}")

    async def close(self) -> None:
        await self._http.aclose()


def _json(response: httpx2.Response) -> Any:  # Any: JSON
    return response.json() if response.content and "json" in response.headers.get("content-type", "") else None
