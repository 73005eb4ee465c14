"""Address rules of a webhook: which callers may knock at all."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from engine.base.errors import AddressRefused

Network = IPv4Network | IPv6Network


def network(text: str) -> Network:
    """An address or a CIDR block; raises :class:`ValueError` telling what to write."""
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError as error:
        raise ValueError(f"{text!r} is no IP address or CIDR block, such as 192.0.2.0/24") from error


def check_address(address: str, allow: Sequence[str], deny: Sequence[str]) -> None:
    """Raise :class:`AddressRefused` for an address that is denied, or not among those allowed (where any
    are named). An IPv4 address inside IPv6 (``::ffff:192.0.2.7``) counts as the IPv4 address."""
    if not allow and not deny:
        return
    try:
        given = ip_address(address)
    except ValueError as error:
        raise AddressRefused("the caller's address is not known, and this webhook asks for it") from error
    if isinstance(given, IPv6Address) and given.ipv4_mapped is not None:
        given = given.ipv4_mapped
    denied = any(given in network(text) for text in deny)
    if denied or (allow and not any(given in network(text) for text in allow)):
        raise AddressRefused(f"calls from {given} are not accepted by this webhook")


def client_address(peer: str, forwarded_for: str, trusted: Sequence[str]) -> str:
    """The caller's address behind trusted proxies.

    ``X-Forwarded-For`` (each proxy appends whom it heard from) is read from its end, as far as trusted
    proxies wrote it; what a caller puts in front is never believed.
    """
    chain = [part.strip() for part in forwarded_for.split(",") if part.strip()]
    address = peer
    while chain and _is_in(address, trusted):
        address = chain.pop()
    return address


def _is_in(address: str, networks: Sequence[str]) -> bool:
    try:
        given = ip_address(address)
    except ValueError:
        return False
    return any(given in network(text) for text in networks)
