"""What the egress policy allows and refuses, in every spelling an attacker can think of."""

# ruff: noqa: RUF001 -- look-alike characters are the attack
from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import EgressDenied, InvalidInput, PolicyViolation
from engine.ports.policy import EgressPolicy
from engine.validation.egress import check_address, check_host, normalise_host
from engine.validation.egress_addresses import classify
from engine.validation.egress_entries import parse_entry, problems_of_entries

OPEN = EgressPolicy()

LOOPBACK_SPELLINGS = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0X7F000001",
    "0x7f.1",
    "0x7f.0x0.0x0.0x1",
    "0177.1",
    "0177.0.0.01",
    "017700000001",
    "00000177.0.0.1",
    "127.0.0.1.",
    "127.255.255.254",
    "127。0。0。1",
    "127．0．0．1",
    "127｡0｡0｡1",
    "１２７.0.0.1",
    "①②⑦.0.0.①",
    "𝟏𝟐𝟕.𝟎.𝟎.𝟏",
    "127.0.0.%31",
    "%31%32%37.0.0.1",
    "127%2e0%2e0%2e1",
    "%09127.0.0.1",
    " 127.0.0.1 ",
    "[::1]",
    "::1",
    "0:0:0:0:0:0:0:1",
    "0000:0000:0000:0000:0000:0000:0000:0001",
    "[::1%25lo]",
    "::1%lo",
    "::ffff:127.0.0.1",
    "[::FFFF:7F00:1]",
    "::ffff:0:127.0.0.1",
    "::127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "2001:4860::5efe:7f00:1",
    "2001:4860::200:5efe:127.0.0.1",
]

SPECIAL_ADDRESSES = [
    "0.0.0.0",
    "0",
    "0x0",
    "0.1.2.3",
    "10.0.0.1",
    "10.1",
    "167772161",
    "012.1",
    "100.64.0.1",
    "100.127.255.255",
    "169.254.1.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1",
    "192.168.0.1",
    "0xc0a80001",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "[::]",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "fc00::1",
    "fd12:3456:789a::1",
    "ff02::1",
    "100::1",
    "2001:db8::1",
    "2001:2::1",
    "2001:10::1",
    "3fff::1",
    "5f00::1",
    "4000::1",
    "64:ff9b:1::a00:1",
    "64:ff9b::10.0.0.1",
    "2002:808:808::1",
    "2001:0:808:808::1",
    "::ffff:192.168.0.1",
    "::8.8.8.8",
]

METADATA_SPELLINGS = [
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "169.254.43518",
    "169.16689662",
    "169.254.169.254.",
    "169。254。169。254",
    "::ffff:169.254.169.254",
    "::ffff:a9fe:a9fe",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::",
    "168.63.129.16",
    "100.100.100.200",
    "169.254.170.2",
    "fd00:ec2::254",
    "FD00:0EC2:0:0:0:0:0:254",
    "fd20:ce::254",
]

UNREADABLE = [
    "",
    ".",
    "..",
    "a..b",
    "-a.example",
    "exa mple.com",
    "good.example@127.0.0.1",
    "good.example\\@127.0.0.1",
    "127.0.0.1#good.example",
    "127.0.0.1/good.example",
    "127.0.0.1?x",
    "127.0.0.1%00.good.example",
    "127.0.0.1\ngood.example",
    "%2531%2532%2537.0.0.1",
    "%ff%fe",
    "256.1.1.1",
    "1.2.3.4.5",
    "127.0.0.08",
    "127.0.0.0xg",
    "99999999999",
    "1.16777216",
    "[::1",
    "::1::",
    "[::1]extra",
    "[127.0.0.1]",
    "a:b",
    "x" * 64 + ".example",
    "x." * 127 + "example",
    "9" * 5000,
]


@pytest.mark.parametrize("host", [*LOOPBACK_SPELLINGS, *SPECIAL_ADDRESSES, *METADATA_SPELLINGS])
def test_a_special_address_is_refused_in_every_spelling(host: str) -> None:
    with pytest.raises(EgressDenied) as caught:
        check_host(OPEN, host, 80)
    assert caught.value.details["rule"]
    assert caught.value.details["address"]


@pytest.mark.parametrize("host", UNREADABLE)
def test_a_host_that_two_readers_could_take_for_two_is_refused(host: str) -> None:
    with pytest.raises(EgressDenied, match="neither a host name nor an address"):
        check_host(OPEN, host, 80)


@pytest.mark.parametrize("address", [*SPECIAL_ADDRESSES, *METADATA_SPELLINGS])
def test_a_name_that_resolves_to_a_special_address_is_refused(address: str) -> None:
    answer = str(normalise_host(address).address)
    with pytest.raises(EgressDenied):
        check_address(OPEN, "innocent.example", answer, 443)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "192.0.1.1", "2606:4700::1111", "64:ff9b::8.8.8.8"],
)
def test_a_public_address_is_allowed(address: str) -> None:
    check_host(OPEN, address, 443)
    check_address(OPEN, "public.example", address, 443)


def test_the_refusal_names_host_address_rule_and_remedy() -> None:
    with pytest.raises(PolicyViolation) as caught:
        check_address(OPEN, "Intranet.Example.", "10.1.2.3", 8443)
    message = str(caught.value)
    assert "intranet.example (10.1.2.3) on port 8443" in message
    assert "a private address" in message
    assert "QFLOW_EGRESS_ALLOW" in message
    assert "intranet.example:8443" in message
    assert caught.value.code == "egress_denied"
    assert not caught.value.retryable


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("EXAMPLE.com", "example.com"),
        ("example.com.", "example.com"),
        ("example。com", "example.com"),
        ("ｅxample.com", "example.com"),
        ("exa%6Dple.com", "example.com"),
        ("Bücher.example", "xn--bcher-kva.example"),
        ("bu\u0308cher.example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("a_b.example", "a_b.example"),
        ("[2606:4700:0:0::1111]", "2606:4700::1111"),
        ("0x08.0x08.2056", "8.8.8.8"),
    ],
)
def test_every_spelling_of_a_host_is_brought_to_one(spelling: str, name: str) -> None:
    assert normalise_host(spelling).name == name


ALLOWED = [
    (("10.0.0.0/8",), "10.9.8.7", 80),
    (("10.9.8.7",), "10.9.8.7", 80),
    (("10.9.8.7:80",), "10.9.8.7", 80),
    (("10.0.0.0/8:80",), "10.9.8.7", 80),
    (("10.9.8.7/8",), "10.1.1.1", 80),
    (("0x0a.0x09.8.7",), "10.9.8.7", 80),
    (("127.0.0.0/8",), "2130706433", 80),
    (("127.0.0.1",), "::ffff:127.0.0.1", 80),
    (("::ffff:10.0.0.0/104",), "10.9.8.7", 80),
    (("::1",), "::1", 80),
    (("[::1]",), "::1", 80),
    (("[::1]:80",), "::1", 80),
    (("fd00::/8",), "fd12::1", 80),
    (("[fd00::/8]:80",), "fd12::1", 80),
    (("169.254.169.254",), "169.254.169.254", 80),
    (("169.254.169.254/32",), "0xa9fea9fe", 80),
]


@pytest.mark.parametrize(("allow", "host", "port"), ALLOWED)
def test_an_entry_allows_what_it_names(allow: tuple[str, ...], host: str, port: int) -> None:
    check_host(EgressPolicy(allow=allow), host, port)


NOT_ALLOWED = [
    (("10.0.0.0/8:80",), "10.9.8.7", 81),
    (("10.9.8.7:80",), "10.9.8.7", 443),
    (("10.9.8.6",), "10.9.8.7", 80),
    (("[::1]:80",), "::1", 81),
    (("::/0",), "10.0.0.1", 80),
    (("0.0.0.0/0",), "::1", 80),
    (("10.0.0.0/8",), "64:ff9b::10.0.0.1", 80),
    (("169.254.0.0/16",), "169.254.169.254", 80),
    (("0.0.0.0/0",), "168.63.129.16", 80),
    (("*",), "169.254.169.254", 80),
]


@pytest.mark.parametrize(("allow", "host", "port"), NOT_ALLOWED)
def test_an_entry_allows_nothing_else(allow: tuple[str, ...], host: str, port: int) -> None:
    with pytest.raises(EgressDenied):
        check_host(EgressPolicy(allow=allow), host, port)


@pytest.mark.parametrize(
    ("entry", "host", "allowed"),
    [
        ("intranet.example", "intranet.example", True),
        ("Intranet.Example.", "INTRANET.example", True),
        ("intranet.example:443", "intranet.example", True),
        ("intranet.example:80", "intranet.example", False),
        ("intranet.example", "evil-intranet.example", False),
        ("intranet.example", "a.intranet.example", False),
        ("*.intranet.example", "a.intranet.example", True),
        ("*.intranet.example", "a.b.intranet.example", True),
        ("*.intranet.example", "intranet.example", False),
        ("*.intranet.example", "evilintranet.example", False),
        ("*.intranet.example:443", "a.intranet.example", True),
        ("*.bücher.example", "a.xn--bcher-kva.example", True),
        ("localhost", "localhost", True),
        ("*", "anything.example", True),
        ("*:443", "anything.example", True),
        ("*:80", "anything.example", False),
    ],
)
def test_a_host_entry_opens_the_private_addresses_of_that_host(entry: str, host: str, allowed: bool) -> None:
    policy = EgressPolicy(allow=(entry,))
    check_host(policy, host, 443)
    if allowed:
        check_address(policy, host, "10.0.0.1", 443)
    else:
        with pytest.raises(EgressDenied):
            check_address(policy, host, "10.0.0.1", 443)


def test_a_host_entry_does_not_open_cloud_metadata() -> None:
    policy = EgressPolicy(allow=("metadata.example", "*"))
    with pytest.raises(EgressDenied, match=r"169\.254\.169\.254:80"):
        check_address(policy, "metadata.example", "169.254.169.254", 80)


@pytest.mark.parametrize(
    ("deny", "host", "address"),
    [
        ("evil.example", "evil.example", "8.8.8.8"),
        ("evil.example", "EVIL.example.", "8.8.8.8"),
        ("*.evil.example", "a.evil.example", "8.8.8.8"),
        ("8.8.8.8", "good.example", "8.8.8.8"),
        ("8.8.0.0/16", "good.example", "8.8.8.8"),
        ("8.8.8.8", "good.example", "::ffff:8.8.8.8"),
        ("8.8.8.8", "good.example", "64:ff9b::8.8.8.8"),
        ("2606:4700::/32", "good.example", "2606:4700::1111"),
        ("good.example:443", "good.example", "8.8.8.8"),
        ("*", "good.example", "8.8.8.8"),
    ],
)
def test_deny_wins_over_allow(deny: str, host: str, address: str) -> None:
    policy = EgressPolicy(allow=("*", "0.0.0.0/0", "::/0", host, address), deny=(deny,))
    with pytest.raises(EgressDenied, match="the policy denies"):
        check_host(policy, host, 443)
        check_address(policy, host, address, 443)


def test_only_allowed_refuses_public_hosts_before_they_are_looked_up() -> None:
    policy = EgressPolicy(allow=("api.example:443",), only_allowed=True)
    check_host(policy, "api.example", 443)
    check_address(policy, "api.example", "8.8.8.8", 443)
    for host, port in (("other.example", 443), ("api.example", 80), ("8.8.8.8", 443)):
        with pytest.raises(EgressDenied, match="only the hosts it names"):
            check_host(policy, host, port)


def test_only_allowed_with_a_range_decides_by_the_answers() -> None:
    policy = EgressPolicy(allow=("8.8.0.0/16",), only_allowed=True)
    check_host(policy, "dns.example", 443)
    check_address(policy, "dns.example", "8.8.4.4", 443)
    with pytest.raises(EgressDenied, match="only the hosts it names"):
        check_address(policy, "dns.example", "9.9.9.9", 443)


@pytest.mark.parametrize(
    "entry", ["", ":80", "*.10.0.0.1", "10.0.0.0/33", "a b", "host:0", "host:99999", "*.*", "::/200", "a@b"]
)
def test_an_entry_that_cannot_be_read_is_reported_not_passed_over(entry: str) -> None:
    with pytest.raises(InvalidInput):
        parse_entry(entry)
    policy = EgressPolicy(allow=("ok.example",), deny=(entry,))
    assert [problem.path for problem in problems_of_entries(policy)] == ["egress.deny[0]"]
    with pytest.raises(InvalidInput):
        check_host(policy, "ok.example", 80)


@given(st.integers(0, 2**32 - 1))
def test_every_ipv4_spelling_the_system_reads_is_read_the_same_way(value: int) -> None:
    a, b, c, d = value.to_bytes(4, "big")
    spellings = [
        str(value),
        hex(value),
        f"0{value:o}",
        f"{a}.{value & 0xFFFFFF}",
        f"{a}.{b}.{value & 0xFFFF}",
        f"0x{a:x}.0{b:o}.{c}.{d}",
    ]
    for text in spellings:
        assert normalise_host(text).address == IPv4Address(value)
        assert socket.inet_aton(text) == value.to_bytes(4, "big")


@given(st.text(alphabet="0123456789abcdefx.ABCDEFX", min_size=1, max_size=20))
def test_what_the_system_takes_for_an_address_is_never_taken_for_a_name(text: str) -> None:
    try:
        seen = socket.inet_aton(text)
    except OSError:
        return
    try:
        host = normalise_host(text)
    except EgressDenied:
        return
    assert host.address is not None
    assert host.address.packed == seen


@given(st.ip_addresses(v=4))
def test_python_and_the_policy_agree_on_which_ipv4_addresses_are_public(address: IPv4Address) -> None:
    if classify(address) is None:
        assert address.is_global


@given(st.ip_addresses(v=6))
def test_no_ipv6_address_is_public_for_the_policy_and_special_for_python(address: IPv6Address) -> None:
    if classify(address) is None:
        assert address.is_global


@given(st.ip_addresses(v=4))
def test_mapping_into_ipv6_changes_no_decision(address: IPv4Address) -> None:
    def refused(text: str) -> bool:
        try:
            check_address(OPEN, "host.example", text, 80)
        except EgressDenied:
            return True
        return False

    assert refused(str(address)) == refused(f"::ffff:{address}")


@given(st.text(max_size=40))
def test_normalising_is_stable(text: str) -> None:
    try:
        once = normalise_host(text)
    except EgressDenied:
        return
    assert normalise_host(once.name) == once


@pytest.mark.parametrize("ip", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1"])
def test_a_subnet_that_is_not_the_nodes_own_never_reaches_private_networks(ip: str) -> None:
    policy = EgressPolicy(allow=(ip, "inside.example", "0.0.0.0/0", "::/0"), public_only=True)
    with pytest.raises(EgressDenied, match="own subnet"):
        check_address(policy, "inside.example", ip, 80)
    check_address(policy, "outside.example", "93.184.216.34", 80)
