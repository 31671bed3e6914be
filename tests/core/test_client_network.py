"""Whom an address stands for, where people are told apart by nothing else."""

from __future__ import annotations

import pytest
from starlette.requests import HTTPConnection

from haloop.core.http import client_network


def network(host: str | None) -> str:
    return client_network(HTTPConnection({"type": "http", "client": host and (host, 1)}))


@pytest.mark.parametrize("host", ["2001:db8:0:7::1", "2001:db8:0:7:ffff:ffff:ffff:ffff", "2001:DB8::7:0:0:0:2"])
def test_the_addresses_of_one_customer_are_one(host: str) -> None:
    assert network(host) == "2001:db8:0:7::/64"


@pytest.mark.parametrize(("host", "expected"), [
    ("2001:db8:0:8::1", "2001:db8:0:8::/64"), ("192.0.2.1", "192.0.2.1"), ("192.0.2.2", "192.0.2.2"),
    ("::ffff:192.0.2.1", "192.0.2.1"), ("fe80::1%eth0", "fe80::/64"), ("nonsense", "nonsense"), (None, "unknown"),
])  # fmt: skip
def test_others_stay_apart(host: str | None, expected: str) -> None:
    assert network(host) == expected
