"""What in a first message leads elsewhere or speaks of money, and what only looks like it."""

from __future__ import annotations

import pytest

from haloop.chat.first_contact import has_signs


@pytest.mark.parametrize(
    "text",
    [
        "See https://example.org",
        "www.example",
        "請看evil.com謝謝",
        "bit.ly/abc",
        "Look at bit.ly/abc.",
        "example.de",
        "My page is example.de.",
        "Sub.Example.CO.UK!",
        "look：example.it/rooms",
        "t.me/somebody",
        "me@example.org",
        "寫信到me@example.org喔",
        "我的電話0912345678，請打給我",
        "(02) 2345-6789",
        "02-2345-6789",
        "+1 (555) 123-4567",
        "+886912345678",
        "０９１２３４５６７８",
        "0912 345 678",
        "Call 03-834-5678 after 2026-12-01",
        "+49.171.1234567",
        "加我line",
        "加 LINE",
        "我的LINE ID是abc",
        "賴我",
        "whatsapp?",
        "微信",
        "支付寶",
        "請匯錢",
        "先付錢",
        "收現金",
        "保證金",
        "請pay我",
        "Pay me first",
        "send money",
        "in cash",
        "You get paid",
        "a deposit",
        "transfer it to my bank",
        "bank account",
        "wire me the rest",
        "付款",
        "轉帳",
        "訂金",
        "gift card",
    ],
)
def test_signs(text: str) -> None:
    assert has_signs(text)
    assert has_signs(f"Hello!\n{text}\nSee you")


@pytest.mark.parametrize(
    "text",
    [
        "01.10.2026 to 05.11.2026",
        "01.10.2026 - 05.11.2026",
        "2026-12-01",
        "2026-12-01 2027-01-05",
        "2026/12/01",
        "0800-1200 every day",
        "0800-1200 1300-1700",
        "08:00-12:00",
        "We are transfer students",
        "the bank of the river",
        "on the river bank",
        "the airport transfer",
        "e.g. in May, i.e. soon",
        "4.5 hours",
        "v1.2",
        "3.50",
        "10.000 steps",
        "I came yesterday.It was late",
        "Hello.How are you?",
        "You told me.Thanks",
        "at 7 a.m. or 2 p.m.",
        "wireless, a payload",
        "on line 3 of the bus",
        "20 people, 30 days, 5 hours",
        "早安，我叫小美，二十五歲",
        "Nr. 0012",
        "a barbed wire fence",
        "我會 3 種語言，可以住 30 天",
        "and/or",
        "a cashew tree",
        "the embankment",
    ],
)
def test_no_signs(text: str) -> None:
    assert not has_signs(text)
    assert not has_signs(f"Hello!\n{text}\nSee you")
