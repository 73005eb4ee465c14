"""Says whether a step may connect to a host and an address; pure policy, no look-ups.

A connection is allowed in three questions, each of which may refuse:

1. :func:`check_host` before anything is looked up: the name, or the address it spells;
2. :func:`check_address` for **every** address the name resolves to;
3. both again for every redirect, every page and every token endpoint.

The caller then connects to exactly an address that passed, without a second look-up.

=================  =============================================================================
what               is allowed
=================  =============================================================================
denied by policy   never; ``deny`` wins over ``allow``
public             yes, unless the policy is ``only_allowed``
special            only where ``allow`` names the host, the address or a range that holds it
cloud metadata     only where ``allow`` names that very address; ranges and names do not count
=================  =============================================================================
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from engine.base.errors import EgressDenied
from engine.ports.policy import EgressPolicy
from engine.validation.egress_addresses import Address, carried, classify, is_metadata, plain_address
from engine.validation.egress_entries import Entry, parse_entry
from engine.validation.egress_names import Host, normalise_host

__all__ = ["check_address", "check_host", "is_named", "normalise_host"]


_REMOVE = "to allow it, remove that entry from the egress policy of the subnet"


def check_host(policy: EgressPolicy, host: str, port: int) -> Host:
    """The host in its one normal spelling, if a connection to it may be attempted.

    ``host`` is a name or an address as it stands in a URL, in any spelling. An address is checked
    at once; a name is checked against ``deny`` and, where the policy names only hosts, ``allow``.
    Raises :class:`EgressDenied`.
    """
    normal = normalise_host(host)
    if normal.address is not None:
        check_address(policy, normal.name, str(normal.address), port)
        return normal
    rules = _rules(policy)
    _refuse_denied(rules.deny, normal.name, None, port)
    ranges = any(entry.network is not None for entry in rules.allow)
    if policy.only_allowed and not ranges and not _names(rules.allow, normal.name, port):
        raise _denied(normal.name, None, port, "the policy allows only the hosts it names")
    return normal


def check_address(policy: EgressPolicy, host: str, ip: str, port: int) -> None:
    """Refuse the connection to ``ip``, an answer for ``host``; raises :class:`EgressDenied`."""
    address = plain_address(ip_address(ip.partition("%")[0]))
    name = normalise_host(host).name
    rules = _rules(policy)
    _refuse_denied(rules.deny, name, address, port)
    reason = "a cloud metadata address" if is_metadata(address) else classify(address)
    if policy.public_only and reason is not None:
        rule = f"{reason}; only the node's own subnet may reach the networks of its machine"
        raise _denied(
            name, address, port, rule, remedy="an entry in the subnet's egress policy does not change that"
        )
    if is_metadata(address):
        if not any(entry.is_exactly(address, port) for entry in rules.allow):
            raise _denied(name, address, port, str(reason))
        return
    if _names(rules.allow, name, port) or _holds(rules.allow, address, port):
        return
    if reason is not None:
        raise _denied(name, address, port, reason)
    if policy.only_allowed:
        raise _denied(name, address, port, "the policy allows only the hosts it names")


def is_named(policy: EgressPolicy, host: str, port: int) -> bool:
    """Whether ``allow`` names the host by name; such a name may be left to a proxy to look up."""
    return _names(_rules(policy).allow, normalise_host(host).name, port)


class _Rules:
    """A policy with its entries parsed."""

    def __init__(self, policy: EgressPolicy) -> None:
        self.allow = tuple(parse_entry(text) for text in policy.allow)
        self.deny = tuple(parse_entry(text) for text in policy.deny)


@lru_cache(maxsize=1024)
def _rules(policy: EgressPolicy) -> _Rules:
    return _Rules(policy)


def _refuse_denied(deny: tuple[Entry, ...], name: str, address: Address | None, port: int) -> None:
    addresses = [] if address is None else [address, *carried(address)]
    for entry in deny:
        if entry.names(name, port) or any(entry.holds(found, port) for found in addresses):
            raise _denied(name, address, port, f"the policy denies {entry.text}", remedy=_REMOVE)


def _names(entries: tuple[Entry, ...], name: str, port: int) -> bool:
    return any(entry.names(name, port) for entry in entries)


def _holds(entries: tuple[Entry, ...], address: IPv4Address | IPv6Address, port: int) -> bool:
    return any(entry.holds(address, port) for entry in entries)


def _denied(name: str, address: Address | None, port: int, rule: str, *, remedy: str = "") -> EgressDenied:
    where = name if address is None or str(address) == name else f"{name} ({address})"
    exact = str(address) if address is not None and is_metadata(address) else name
    entry = f"[{exact}]:{port}" if ":" in exact else f"{exact}:{port}"
    remedy = remedy or (
        f"to allow it, add {entry} to the subnet's egress policy "
        "(QFLOW_EGRESS_ALLOW does so for the personal subnet)"
    )
    return EgressDenied(
        f"connecting to {where} on port {port} is refused: {rule}; {remedy}",
        host=name,
        address=None if address is None else str(address),
        port=port,
        rule=rule,
    )
