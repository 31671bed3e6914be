"""The one function that turns text into tokens, for posts and for filters alike (design.md, section 2)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

TOKEN_LENGTH = 64  # a longer word is cut here

_VOICE_MARKS = "\u3099\u309a"  # they make another kana (か が), so they are no accents

# Han with all extensions (planes 2 and 3 whole, so that a newer Unicode changes nothing), kana, bopomofo, hangul.
_CJK = (
    "々〇〡-〩〱-〵〸-〼\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
    "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\U0001aff0-\U0001afff\U0001b000-\U0001b16f"
    "\u3105-\u312f\u31a0-\u31bf"
    "\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7fb"
    f"{_VOICE_MARKS}"
)
_RUNS = re.compile(rf"(?P<cjk>[{_CJK}]+)|(?P<word>[^\W_{_CJK}]+)")


def query_tokens(text: str) -> frozenset[str]:
    """What a filter's text asks for: whole words, pairs of CJK neighbours, a lone CJK character itself."""
    return frozenset(_query_tokens(text))


def post_tokens(*texts: str) -> frozenset[str]:
    """What a post's texts offer: the tokens of each, and every single CJK character. No token spans two texts."""
    tokens: set[str] = set()
    for text in texts:
        for run, is_cjk in _runs(text):
            tokens.update(_pairs(run) if is_cjk else (run[:TOKEN_LENGTH],))
            if is_cjk:
                tokens.update(run)
    return frozenset(tokens)


def _query_tokens(text: str) -> Iterator[str]:
    for run, is_cjk in _runs(text):
        if is_cjk:
            yield from _pairs(run)
        else:
            yield run[:TOKEN_LENGTH]


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(len(run) - 1)] or [run]


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    """Runs of CJK (True) and of other letters and digits (False); everything else separates."""
    for match in _RUNS.finditer(_folded(text)):
        yield match[0], match.lastgroup == "cjk"


def _folded(text: str) -> str:
    """One spelling for all: folding again changes nothing (a case fold can leave what NFKC would still change)."""
    while (folded := _folded_once(text)) != text:
        text = folded
    return text


def _folded_once(text: str) -> str:
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    kept = (c for c in apart if unicodedata.category(c) != "Mn" or c in _VOICE_MARKS)
    return unicodedata.normalize("NFC", "".join(kept)).replace("臺", "台")
