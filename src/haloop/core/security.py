"""Passwords (Argon2id, off the event loop) and the signed tokens of sessions."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import jwt
from pwdlib.hashers.argon2 import Argon2Hasher

from haloop.core.ids import parse_id


class Passwords:
    """Argon2id with OWASP's parameters (19 MiB, t=2, p=1), on threads of its own so that others need not wait."""

    def __init__(self) -> None:
        self._hasher = Argon2Hasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)
        threads = max(1, min(2, (os.cpu_count() or 2) - 1))
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._nobody = self._hasher.hash("the password of nobody")

    async def hash(self, password: str) -> str:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._hasher.hash, password)

    async def verify(self, password: str, hashed: str | None) -> bool:
        """False for a wrong password, and after the same time when there is no hash (an unknown e-mail)."""
        known = hashed if hashed is not None else self._nobody
        verify = self._hasher.verify
        right = await asyncio.get_running_loop().run_in_executor(self._threads, verify, password, known)
        return right and hashed is not None

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says; whether its session still lives is for the database to say."""

    account_id: UUID
    session_id: UUID


class Tokens:
    """JSON Web Tokens `{sub, sid, iat, exp}`, HS256 (RFC 7519)."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def sign(self, account_id: UUID, session_id: UUID, now: datetime, expires_at: datetime) -> str:
        claims = {"sub": str(account_id), "sid": str(session_id), "iat": now, "exp": expires_at}
        return jwt.encode(claims, self._secret, algorithm="HS256")

    def read(self, token: str, now: datetime) -> Claims | None:
        """The claims of a token that this key signed and that has not run out by `now`, else None."""
        try:
            # The expiry is judged by the clock that is passed in, not by PyJWT's own.
            claims = jwt.decode(
                token, self._secret, algorithms=["HS256"], options={"require": ["exp"], "verify_exp": False,
                "verify_iat": False},
            )  # fmt: skip
            expires_at = datetime.fromtimestamp(float(claims["exp"]), UTC)
            account_id, session_id = parse_id(str(claims["sub"])), parse_id(str(claims["sid"]))
        except (jwt.PyJWTError, KeyError, ValueError, TypeError, OverflowError):
            return None
        if account_id is None or session_id is None or expires_at <= now:
            return None
        return Claims(account_id, session_id)
