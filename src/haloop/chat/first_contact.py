"""Whether a first message of a new account deserves a warning: it leads elsewhere, or speaks of money."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

NEW_FOR = timedelta(days=7)

_SIGNS = re.compile(
    r"https?://|www\.|\b[\w-]+\.(?:com|net|org|tw|io|me|app|link|shop)\b"  # a link
    r"|[^\s@]+@[^\s@]+\.[^\s@]+"  # an e-mail address
    r"|(?:\+|\b0)\d(?:[\s().-]?\d){6,}"  # a phone number
    r"|\b(?:pay(?:ment|pal|ing)?|deposit|bank|transfer|wire|western union|crypto|bitcoin|gift cards?)\b"
    r"|匯款|轉帳|訂金|押金|付款|付費|銀行|比特幣|加密貨幣|禮物卡|加\s*line|賴我",
    re.IGNORECASE,
)


def needs_warning(body: str, *, is_first: bool, member_since: datetime, now: datetime) -> bool:
    """For the first message of its sender in a conversation, in the account's first seven days."""
    return is_first and now - member_since < NEW_FOR and _SIGNS.search(body) is not None
