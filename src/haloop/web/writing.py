"""The button that starts a conversation with a host."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote
from uuid import UUID

from haloop.web.rendering import Visit
from haloop.web.visits import login_path, own_address

Kind = Literal["post", "host"]


@dataclass(frozen=True, slots=True)
class Writing:
    """About which post, or to which host. `ready` when a press starts it; else `href` leads to what is missing, and
    back: the script keeps the wish meanwhile."""

    kind: Kind
    id: UUID
    ready: bool
    href: str = ""
    lacks_profile: bool = False


def writing(visit: Visit, kind: Kind, id_: UUID) -> Writing:
    back = own_address(visit.request)
    if visit.reader is None:
        return Writing(kind, id_, ready=False, href=login_path(back))
    if not visit.reader.is_helper:
        href = f"/account?next={quote(back, safe='')}#helper"
        return Writing(kind, id_, ready=False, href=href, lacks_profile=True)
    return Writing(kind, id_, ready=True)
