"""Host patterns of capabilities: one spelling each, what two of them have in common, which match a host."""

from __future__ import annotations

from dataclasses import dataclass

from engine.base.errors import InvalidInput
from engine.validation.egress import normalise_host
from engine.validation.egress_entries import parse_entry


@dataclass(frozen=True, slots=True)
class HostPattern:
    """``name`` is a host or address in its one spelling, ``.suffix`` for what ends so, ``.`` for all."""

    name: str
    port: int | None = None

    def __str__(self) -> str:
        host = f"*{self.name}" if self.name.startswith(".") else self.name
        host = "*" if self.name == "." else f"[{host}]" if ":" in host else host
        return host if self.port is None else f"{host}:{self.port}"


def read_pattern(text: str) -> HostPattern:
    """Read ``host``, ``*.suffix`` or ``*``, with ``:port`` or without; raises :class:`InvalidInput`."""
    entry = parse_entry(text)
    if entry.network is None:
        return HostPattern(entry.name or entry.suffix, entry.port)
    if entry.network.num_addresses != 1:
        raise InvalidInput(f"{text!r} is a range; a capability names a host, *.suffix or one address")
    return HostPattern(str(entry.network.network_address), entry.port)


def common(first: HostPattern, second: HostPattern) -> HostPattern | None:
    """The pattern for the hosts that both match, if any."""
    if first.port is not None and second.port is not None and first.port != second.port:
        return None
    narrow = next((a for a, b in ((first, second), (second, first)) if _within(a.name, b.name)), None)
    if narrow is None:
        return None
    return HostPattern(narrow.name, first.port if first.port is not None else second.port)


def _within(name: str, other: str) -> bool:
    if other in (name, "."):
        return True
    return other.startswith(".") and name != "." and name.endswith(other)


def matching(host: str, port: int) -> list[str]:
    """Every pattern that matches a host and port, in its one spelling."""
    normal = normalise_host(host)
    labels = normal.name.split(".") if normal.address is None else []
    suffixes = ["." + ".".join(labels[place:]) for place in range(1, len(labels))]
    names = [normal.name, *suffixes, "."]
    return [str(HostPattern(name, wanted)) for name in names for wanted in (None, port)]
