"""Tokens: one spelling for all, words whole, CJK in pairs."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from haloop.matching.tokens import post_tokens, query_tokens

texts = st.text(st.characters(exclude_categories=()), max_size=40) | st.text(
    st.sampled_from("aéİßŉſǰ ﬁ臺台東𠮷かがカｶﾞ゙゚한국ᄒ각ㄅㄆ々〇ー・_'1٣²Ⅷ🏄️\u0301\u0345\u200d"), max_size=20
)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Coffee and Surf", {"coffee", "and", "surf"}),
        ("Café CAFÉ cafe\u0301", {"cafe"}),
        ("ＣＡＦＥ　４２", {"cafe", "42"}),
        ("Straße", {"strasse"}),
        ("ﬁsh", {"fish"}),
        ("İstanbul", {"istanbul"}),
        ("ΣΊΣΥΦΟΣ σίσυφος", {"σισυφοσ"}),
        ("臺東", {"台東"}),
        ("海", {"海"}),
        ("海邊咖啡", {"海邊", "邊咖", "咖啡"}),
        ("abc咖啡def", {"abc", "咖啡", "def"}),
        ("2人房", {"2", "人房"}),
        ("𠮷野家", {"𠮷野", "野家"}),
        ("\U00031350\U0002ebf0", {"\U00031350\U0002ebf0"}),  # extensions H and I, newer than Python 3.11
        ("々〇", {"々〇"}),
        ("がくせい", {"がく", "くせ", "せい"}),
        ("か\u3099く", {"がく"}),
        ("ｶﾞｸ", {"ガク"}),
        ("あ\u3099い", {"あ\u3099", "\u3099い"}),  # no such kana: the mark stays
        ("コーヒー", {"コー", "ーヒ", "ヒー"}),
        ("한국어", {"한국", "국어"}),
        ("\u1112\u1161\u11ab\u1100\u116e\u11a8", {"한국"}),
        ("ㄅㄆㄇ", {"ㄅㄆ", "ㄆㄇ"}),
        ("don't snake_case", {"don", "t", "snake", "case"}),
        ("surf🏄board", {"surf", "board"}),
        ("👩‍🌾🏄🏽", set()),
        ("1️⃣", {"1"}),
        ("海・山", {"海", "山"}),
        ("", set()),
        (" _ ' — ！", set()),
    ],
)
def test_a_filter_asks_for_whole_words_and_pairs_of_cjk(text: str, tokens: set[str]) -> None:
    assert query_tokens(text) == tokens


def test_a_post_also_offers_each_single_cjk_character() -> None:
    assert post_tokens("abc咖啡") == {"abc", "咖啡", "咖", "啡"}


def test_no_pair_spans_two_texts() -> None:
    assert post_tokens("海", "邊") == {"海", "邊"}


def test_a_word_is_cut_at_64_characters_and_still_found() -> None:
    assert query_tokens("X" * 70) == {"x" * 64}
    assert query_tokens("x" * 64) <= post_tokens("x" * 70)
    assert not query_tokens("x" * 63) <= post_tokens("x" * 70)


def test_a_word_is_found_only_whole() -> None:
    assert not query_tokens("surf") <= post_tokens("surfing")


def test_cjk_is_found_anywhere_in_a_run() -> None:
    assert query_tokens("邊咖") <= post_tokens("海邊咖啡")
    assert not query_tokens("海咖") <= post_tokens("海邊咖啡")


@pytest.mark.parametrize(
    ("one", "other"),
    [("臺灣", "台灣"), ("Ｗｉ－Ｆｉ", "wi-fi"), ("ｺｰﾋｰ", "コーヒー"), ("ÀÉÎ", "aei"), ("㈱", "(株)"), ("⼭", "山")],
)
def test_spellings_of_one_text_are_one(one: str, other: str) -> None:
    assert query_tokens(one) == query_tokens(other)
    assert post_tokens(one) == post_tokens(other)


def test_kana_with_and_without_voice_mark_differ() -> None:
    assert query_tokens("かき") != query_tokens("がき")
    assert not query_tokens("は") <= post_tokens("ぱ")


@given(texts)
def test_tokens_of_a_token_are_itself(text: str) -> None:
    for token in query_tokens(text):
        assert query_tokens(token) == {token}


@given(texts)
def test_a_post_offers_what_its_own_text_asks_for(text: str) -> None:
    assert query_tokens(text) <= post_tokens(text)


@given(texts)
def test_the_form_of_the_text_changes_nothing(text: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert query_tokens(unicodedata.normalize(form, text)) == query_tokens(text)


@given(texts)
def test_the_case_of_the_text_changes_nothing(text: str) -> None:
    assume("\u0345" not in unicodedata.normalize("NFKD", text))  # a Greek accent that is a letter in another case
    assert query_tokens(text.casefold()) == query_tokens(text)


@given(texts, texts)
def test_a_separator_parts_texts(one: str, other: str) -> None:
    assert query_tokens(f"{one} , {other}") == query_tokens(one) | query_tokens(other)
    assert post_tokens(f"{one} , {other}") == post_tokens(one, other)


@given(texts)
def test_tokens_are_short_folded_and_made_of_letters_and_digits(text: str) -> None:
    for token in post_tokens(text):
        assert 1 <= len(token) <= 64
        assert all(c.isalnum() or c in "\u3099\u309a" or ord(c) >= 0x20000 for c in token)
        assert unicodedata.is_normalized("NFC", token)


def test_every_character_folds_to_a_spelling_that_stays() -> None:
    for number in range(sys.maxunicode + 1):
        tokens = query_tokens(chr(number))
        assert all(query_tokens(token) == {token} for token in tokens), hex(number)
