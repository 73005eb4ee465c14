"""Reads the entries of an egress policy: hosts, suffixes, addresses and ranges, with a port or without."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_network

from engine.base.errors import EgressDenied, InvalidInput, Problem
from engine.ports.policy import EgressPolicy
from engine.validation.egress_addresses import Address, Network
from engine.validation.egress_names import normalise_host

_PORT = re.compile(r"(?P<host>.*[^:]):(?P<port>\d{1,5})\Z")
_MAPPED_BITS = 96  # an IPv4 address mapped into IPv6 stands behind this many bits


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: a name, a suffix (``.example.com``, or ``.`` for every name) or a network."""

    text: str
    name: str = ""
    suffix: str = ""
    network: Network | None = None
    port: int | None = None

    def names(self, name: str, port: int) -> bool:
        """Whether the entry names this host by name."""
        if self.port not in (None, port) or self.network is not None:
            return False
        return name == self.name if self.name else name.endswith(self.suffix) or self.suffix == "."

    def holds(self, address: Address, port: int) -> bool:
        """Whether the address is in the entry's network."""
        if self.port not in (None, port) or self.network is None:
            return False
        return address.version == self.network.version and address in self.network

    def is_exactly(self, address: Address, port: int) -> bool:
        """Whether the entry names this one address and no other."""
        return self.network is not None and self.network.num_addresses == 1 and self.holds(address, port)


@lru_cache(maxsize=4096)
def parse_entry(text: str) -> Entry:
    """Read one entry: ``host``, ``*.suffix``, ``*``, ``10.1.2.3``, ``10.0.0.0/8``, ``[::1]``, ``fd00::/8``.

    Each may end in ``:port``; an IPv6 address then stands in brackets: ``[fd00::/8]:443`` or
    ``[::1]:8080``. Raises :class:`InvalidInput`: an entry that cannot be read must not be passed
    over, least of all one that denies.
    """
    host, port = _without_port(text.strip().lower())
    if not host or (port is not None and not 0 < port < 65536):
        raise _unreadable(text)
    if host == "*":
        return Entry(text, suffix=".", port=port)
    try:
        if host.startswith("*."):
            name = normalise_host(host[2:])
            if name.address is not None:
                raise _unreadable(text)
            return Entry(text, suffix="." + name.name, port=port)
        return _host_or_network(text, host, port)
    except (EgressDenied, ValueError) as error:
        raise _unreadable(text) from error


def problems_of_entries(policy: EgressPolicy) -> list[Problem]:
    """What is wrong with a policy's entries, for whoever is about to save it."""
    found = []
    for field in ("allow", "deny"):
        for index, text in enumerate(getattr(policy, field)):
            try:
                parse_entry(text)
            except InvalidInput as error:
                found.append(Problem(f"egress.{field}[{index}]", error.message, "invalid_egress_entry"))
    return found


def _without_port(text: str) -> tuple[str, int | None]:
    bracketed = text.startswith("[")
    match = _PORT.match(text)
    if match and (text.count(":") == 1 or (bracketed and "]:" in text)):
        return match["host"], int(match["port"])
    return text, None


def _host_or_network(text: str, host: str, port: int | None) -> Entry:
    if "/" in host:
        return Entry(text, network=_network(host), port=port)
    found = normalise_host(host)
    if found.address is None:
        return Entry(text, name=found.name, port=port)
    return Entry(text, network=ip_network(str(found.address)), port=port)


def _network(text: str) -> IPv4Network | IPv6Network:
    """A range; one of mapped IPv4 addresses becomes the IPv4 range it stands for."""
    inner, _, length = text.replace("[", "").replace("]", "").partition("/")
    network = ip_network(f"{inner}/{length}", strict=False)
    if isinstance(network, IPv6Network) and network.prefixlen >= _MAPPED_BITS:
        first = IPv6Address(int(network.network_address)).ipv4_mapped
        if first is not None:
            return IPv4Network((int(first), network.prefixlen - _MAPPED_BITS))
    return network


def _unreadable(text: str) -> InvalidInput:
    return InvalidInput(
        f"{text!r} is no entry of an egress policy; write host, *.suffix, address or range, "
        "with :port where only one port is meant (IPv6 in brackets)"
    )
