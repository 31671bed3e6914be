"""The domain's errors: each knows its HTTP status and slug, and says what the reader can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from haloop.core.messages import Message, msg


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that does not hold; `loc` as FastAPI writes it, such as ("body", "starts_on")."""

    loc: tuple[str | int, ...]
    message: Message
    type: str = "value_error"


class Problem(Exception):  # noqa: N818  # named after RFC 9457
    """Base of all errors that are answered as problem+json (RFC 9457); `slug` ends its `type`, and `advice` is its
    detail where nothing better is said."""

    status: ClassVar[int] = 500
    slug: str = "unexpected"
    title: ClassVar[Message] = msg("Something went wrong")
    advice: ClassVar[Message] = msg("This is our mistake, and it was noted. Try again in a moment.")

    def __init__(
        self, detail: Message | None = None, *, slug: str | None = None, errors: Sequence[FieldError] = ()
    ) -> None:
        self.detail = detail or self.advice
        super().__init__(str(self.detail))
        self.errors = tuple(errors)
        if slug is not None:
            self.slug = slug

    def headers(self) -> dict[str, str]:
        return {}


class NotSignedIn(Problem):
    status = 401
    slug = "not_signed_in"
    title = msg("Not signed in")
    advice = msg("Sign in to go on.")

    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class NotAllowed(Problem):
    """A missing profile, an unverified e-mail or a cross-site request; what is not yours is NotFound instead."""

    status = 403
    slug = "not_allowed"
    title = msg("Not allowed")


class NotFound(Problem):
    """Unknown, or not yours: the two are not told apart."""

    status = 404
    slug = "not_found"
    title = msg("Not found")
    advice = msg("There is nothing here, or it is not yours.")


class Conflict(Problem):
    """The state does not allow it; the slug says which."""

    status = 409
    slug = "conflict"
    title = msg("Not possible as it stands")


class VersionMismatch(Problem):
    status = 412
    slug = "version_mismatch"
    title = msg("Changed in the meantime")

    def __init__(self, version: int) -> None:
        super().__init__(
            msg("This was changed in the meantime (it is at version {version} now). Load it again, then change it.",
                version=version)
        )  # fmt: skip


class TooLarge(Problem):
    status = 413
    slug = "too_large"
    title = msg("Too large")


class UnsupportedType(Problem):
    status = 415
    slug = "unsupported_media_type"
    title = msg("This kind of file or content is not supported")


class Invalid(Problem):
    """Bad input; `errors` names every field at fault."""

    status = 422
    slug = "validation"
    title = msg("Some of this needs mending")
    advice = msg("Look at the fields named here.")

    @classmethod
    def field(cls, message: Message, *loc: str | int, kind: str = "value_error", slug: str | None = None) -> Invalid:
        return cls(message, slug=slug, errors=[FieldError(loc, message, kind)])


class RateLimited(Problem):
    status = 429
    slug = "rate_limited"
    title = msg("Too many requests")

    def __init__(self, retry_after: int) -> None:
        """`retry_after` in whole seconds."""
        super().__init__(_wait(retry_after))
        self.retry_after = retry_after

    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.retry_after)}


def _wait(seconds: int) -> Message:
    """How long to wait, in the unit people would name, rounded up."""
    if seconds <= 90:
        return msg("That was too often. Wait {count} s, then try again.", count=seconds)
    if seconds <= 90 * 60:
        return msg("That was too often. Wait {count} min, then try again.", count=-(-seconds // 60))
    return msg("That was too often. Wait {count} h, then try again.", count=-(-seconds // 3600))


class Unavailable(Problem):
    """Something that this needs does not answer now."""

    status = 503
    slug = "unavailable"
    title = msg("Not available right now")
    advice = msg("Try again in a moment.")

    def headers(self) -> dict[str, str]:
        return {"Retry-After": "2"}
