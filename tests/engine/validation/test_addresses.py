"""Address rules of webhooks."""

from __future__ import annotations

import pytest

from engine.base.errors import AddressRefused
from engine.validation.addresses import check_address, client_address, network


@pytest.mark.parametrize("address", ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8::1"])
def test_those_allowed_may_call(address):
    check_address(address, ["192.0.2.0/24", "2001:db8::/32"], [])


@pytest.mark.parametrize(
    ("address", "allow", "deny"),
    [
        ("198.51.100.1", ["192.0.2.0/24"], []),
        ("192.0.2.7", [], ["192.0.2.7"]),
        ("192.0.2.7", ["192.0.2.0/24"], ["192.0.2.7"]),
        ("::ffff:192.0.2.7", [], ["192.0.2.0/24"]),
        ("", ["0.0.0.0/0"], []),
        ("unix", [], ["192.0.2.7"]),
    ],
)
def test_others_may_not(address, allow, deny):
    with pytest.raises(AddressRefused):
        check_address(address, allow, deny)


def test_without_rules_even_an_unknown_address_may_call():
    check_address("", [], [])


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "wanted"),
    [
        ("10.0.0.1", "203.0.113.9", (), "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9", ("10.0.0.0/8",), "203.0.113.9"),
        ("10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.2", ("10.0.0.0/8",), "203.0.113.9"),
        ("203.0.113.9", "1.1.1.1", ("10.0.0.0/8",), "203.0.113.9"),
        ("10.0.0.1", "", ("10.0.0.0/8",), "10.0.0.1"),
        ("10.0.0.1", "1.1.1.1, nonsense", ("10.0.0.0/8",), "nonsense"),
    ],
)
def test_only_what_trusted_proxies_wrote_is_believed(peer, forwarded, trusted, wanted):
    assert client_address(peer, forwarded, trusted) == wanted


def test_what_is_no_network_is_told_with_an_example():
    with pytest.raises(ValueError, match=r"192\.0\.2\.0/24"):
        network("example.com")
