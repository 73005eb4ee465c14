"""What kind of address an IP address is, and which other addresses it carries inside."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# https://www.iana.org/assignments/iana-ipv4-special-registry (RFC 6890)
_SPECIAL_V4 = tuple(
    (IPv4Network(network), reason)
    for network, reason in (
        ("0.0.0.0/8", "an unspecified address"),
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "a carrier-grade NAT address"),
        ("127.0.0.0/8", "a loopback address"),
        ("169.254.0.0/16", "a link-local address"),
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "a reserved address"),
        ("192.0.2.0/24", "a documentation address"),
        ("192.88.99.0/24", "a 6to4 relay address"),
        ("192.168.0.0/16", "a private address"),
        ("198.18.0.0/15", "a benchmarking address"),
        ("198.51.100.0/24", "a documentation address"),
        ("203.0.113.0/24", "a documentation address"),
        ("224.0.0.0/4", "a multicast address"),
        ("255.255.255.255/32", "the broadcast address"),
        ("240.0.0.0/4", "a reserved address"),
    )
)

# https://www.iana.org/assignments/iana-ipv6-special-registry (RFC 6890), first match wins
_SPECIAL_V6 = tuple(
    (IPv6Network(network), reason)
    for network, reason in (
        ("::/128", "an unspecified address"),
        ("::1/128", "a loopback address"),
        ("64:ff9b:1::/48", "a local NAT64 address"),
        ("2001::/32", "a Teredo address"),
        ("2001::/23", "a reserved address"),
        ("2001:db8::/32", "a documentation address"),
        ("2002::/16", "a 6to4 address"),
        ("3fff::/20", "a documentation address"),
        ("fc00::/7", "a private address"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a site-local address"),
        ("ff00::/8", "a multicast address"),
    )
)

_GLOBAL_V6 = IPv6Network("2000::/3")  # the only global unicast block, RFC 4291 section 2.4
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
_6TO4 = IPv6Network("2002::/16")  # RFC 3056
_TEREDO = IPv6Network("2001::/32")  # RFC 4380
_TRANSLATED = IPv6Network("::ffff:0:0:0/96")  # RFC 2765
_COMPATIBLE = IPv6Network("::/96")  # RFC 4291 section 2.5.5.1, deprecated
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214: the middle of the interface identifier

_METADATA: frozenset[Address] = frozenset(
    {
        *(
            IPv4Address(text)
            for text in (
                "169.254.169.254",  # AWS, Azure, Google, DigitalOcean, Oracle, OpenStack
                "169.254.170.2",  # AWS ECS task credentials
                "169.254.170.23",  # AWS EKS pod credentials
                "169.254.0.23",  # Tencent
                "169.254.42.42",  # Scaleway
                "100.100.100.200",  # Alibaba
                "168.63.129.16",  # Azure wire server: outside every special range
                "192.0.0.192",  # Oracle classic
            )
        ),
        IPv6Address("fd00:ec2::254"),  # AWS
        IPv6Address("fd00:ec2::23"),  # AWS EKS pod credentials
        IPv6Address("fd20:ce::254"),  # Google
        IPv6Address("fd00:42::42"),  # Scaleway
    }
)


def plain_address(address: Address) -> Address:
    """The IPv4 address for one that is mapped into IPv6 (``::ffff:127.0.0.1``), else the same."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def carried(address: Address) -> Iterator[IPv4Address]:
    """IPv4 addresses that a tunnel or translator would take out of an IPv6 address."""
    if isinstance(address, IPv4Address):
        return
    value = int(address)
    if address in _NAT64 or address in _TRANSLATED or address in _COMPATIBLE:
        yield IPv4Address(value & 0xFFFFFFFF)
    elif address in _6TO4:
        yield IPv4Address((value >> 80) & 0xFFFFFFFF)
    elif address in _TEREDO:
        yield IPv4Address((value >> 64) & 0xFFFFFFFF)
        yield IPv4Address(~value & 0xFFFFFFFF)
    if (value >> 32) & 0xFFFFFFFF in _ISATAP:
        yield IPv4Address(value & 0xFFFFFFFF)


def is_metadata(address: Address) -> bool:
    """Whether the address, or one it carries, hands out a cloud machine's credentials."""
    return any(found in _METADATA for found in (address, *carried(address)))


def classify(address: Address) -> str | None:
    """What makes an address special ("a private address"), or None for a public one.

    NAT64 addresses are what the IPv4 address in them is: on IPv6-only networks they stand for the
    public IPv4 internet. 6to4 and Teredo are refused whatever they carry.
    """
    if isinstance(address, IPv4Address):
        return next((reason for network, reason in _SPECIAL_V4 if address in network), None)
    reason = next((reason for network, reason in _SPECIAL_V6 if address in network), None)
    if reason is not None:
        return reason
    inner = next((found for found in map(classify, carried(address)) if found is not None), None)
    if inner is not None:
        return f"{inner} inside an IPv6 address"
    if address in _NAT64 or address in _GLOBAL_V6:
        return None
    return "a reserved address"
