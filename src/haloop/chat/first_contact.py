"""Whether a first message of a new account deserves a warning: it leads elsewhere, or speaks of money."""

from __future__ import annotations

import re
from datetime import timedelta

NEW_FOR = timedelta(days=7)  # an account

_SIGNS = re.compile(
    r"https?://|www\.|\b[\w-]+\.(?:com|net|org|tw|io|me|app|link|shop)\b"  # a link
    r"|[^\s@]+@[^\s@]+\.[^\s@]+"  # an e-mail address
    r"|(?:\+|\b0)\d(?:[\s().-]?\d){6,}"  # a phone number
    r"|\b(?:pay(?:ment|pal|ing)?|deposit|bank|transfer|wire|western union|crypto|bitcoin|gift cards?)\b"
    r"|匯款|轉帳|訂金|押金|付款|付費|銀行|比特幣|加密貨幣|禮物卡|加\s*line|賴我",
    re.IGNORECASE,
)


def has_signs(text: str) -> bool:
    """Whether the text leads elsewhere, or speaks of money."""
    return _SIGNS.search(text) is not None
