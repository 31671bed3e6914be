"""Whether a first message of a new account deserves a warning: it leads elsewhere, or speaks of money."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

NEW_FOR = timedelta(days=7)  # an account

# Words stand between ASCII borders: to \b a Chinese character is a letter, and 請看evil.com謝謝 one word.
_START, _END = r"(?<![a-z0-9_])", r"(?![a-z0-9_])"

# Endings that are no words, so that "yesterday.It was late" stays a sentence; before a slash any ending will do.
_ENDINGS = (
    "com|net|org|info|biz|xyz|top|online|site|store|shop|club|vip|pro|dev|app|link|page|live|chat|click|ai|co|cc|tv|io|me|ly|gl|gg"
    "|tw|hk|cn|jp|kr|sg|th|vn|ph|id|au|nz|ca|uk|eu|de|fr|es|nl|pl|pt|ch|cz|se|dk|fi|ru|ua|br|mx"
)  # fmt: skip
_LINK = (
    r"https?://|www\."
    rf"|(?<![a-z0-9_.-])(?:[a-z0-9](?:[a-z0-9-]{{0,61}}[a-z0-9])?\.){{1,5}}"
    rf"(?:(?:{_ENDINGS})(?![a-z0-9_-]|\.[a-z0-9])|[a-z]{{2,24}}/[a-z0-9])"
)
_E_MAIL = r"[^\s@]{1,64}@[^\s@]+\.[^\s@]+"
_PHONE = r"(?<![\d.,])(?:\+(?:[ \t().-]{0,3}\d){7}|\(?0(?:[ \t().-]{0,3}\d){8})"
_MESSENGER = rf"{_START}(?:whatsapp|wechat|telegram|line\s*id){_END}|加\s*(?:我\s*)?(?:的\s*)?line|賴我|加我?賴|微信"
_MONEY = (
    rf"{_START}(?:pay(?:ment|pal|ing)?|paid|deposit|cash|money|western union|crypto|bitcoin|gift cards?"
    r"|(?<!river )bank(?!\s+of\s+(?:the|an?)\s)|(?<!airport )transfer(?!\s+(?:students?|at|from)\b)"
    rf"|wire\s+(?:me|us|it|the|transfer)){_END}"
    "|匯款|匯錢|轉帳|轉賬|訂金|定金|押金|保證金|付款|付費|付錢|先付|銀行|現金|支付寶|比特幣|加密貨幣|虛擬貨幣|禮物卡"
)
_SIGNS = re.compile("|".join((_LINK, _E_MAIL, _PHONE, _MESSENGER, _MONEY)), re.IGNORECASE)

_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_DATES_AND_HOURS = re.compile(
    rf"(?<!\d)(?:{_DAY}([./-]){_DAY}\1(?:19|20)\d\d|(?:19|20)\d\d([./-]){_DAY}\2{_DAY}|[012]\d[0-5]0-[012]\d[0-5]0)(?!\d)"
)


def has_signs(text: str) -> bool:
    """Whether the text leads elsewhere, or speaks of money. Digits and letters count in every width."""
    plain = unicodedata.normalize("NFKC", text)
    return _SIGNS.search(_DATES_AND_HOURS.sub("…", plain)) is not None
