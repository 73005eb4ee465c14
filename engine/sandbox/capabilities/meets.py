"""What a request and a ceiling have in common: the most that may be granted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.ports.grants import (
    ANY,
    Capability,
    HttpCapability,
    KvCapability,
    ModuleCapability,
    SecretCapability,
)
from engine.sandbox.capabilities.hosts import common, read_pattern


@dataclass(frozen=True, slots=True)
class Granted:
    """One grant: the ceiling it is under (its place in the policy) and what is granted."""

    ceiling: int
    capability: Capability


def grants_of(requested: Sequence[Capability], ceilings: Sequence[Capability]) -> list[Granted]:
    """Every request under every ceiling, without repetitions; raises :class:`InvalidInput` where a host
    cannot be read."""
    found = [
        Granted(place, both)
        for wanted in requested
        for place, ceiling in enumerate(ceilings)
        if (both := meet(wanted, ceiling)) is not None
    ]
    return list(dict.fromkeys(found))


def meet(first: Capability, second: Capability) -> Capability | None:
    """The capability that allows exactly what both allow, if there is anything."""
    fields = _fields(first, second)
    if fields is None:
        return None
    for bound in ("uses_max", "seconds_max", "bytes_max"):
        if hasattr(first, bound):
            given = [value for one in (first, second) if (value := getattr(one, bound)) is not None]
            fields[bound] = min(given, default=None)
    return type(first)(**fields)


def _fields(first: Capability, second: Capability) -> dict[str, Any] | None:
    match first, second:
        case HttpCapability(), HttpCapability():
            fields = {
                "host": _host(first.host, second.host),
                "methods": _words(first.methods, second.methods),
                "path": longer_prefix(directory(first.path), directory(second.path)),
            }
        case KvCapability(), KvCapability():
            actions = _words(first.actions, second.actions)
            fields = {"actions": actions, "prefix": longer_prefix(first.prefix, second.prefix)}
        case SecretCapability(), SecretCapability():
            fields = {
                "name": _word(first.name, second.name),
                "host": _host(first.host, second.host),
            }
        case ModuleCapability(), ModuleCapability():
            actions = _words(first.actions, second.actions)
            fields = {"module": _word(first.module, second.module), "actions": actions}
        case _:
            return None
    return None if any(value is None for value in fields.values()) else fields


def directory(path: str) -> str:
    """A path prefix as it is compared: with its last segment closed."""
    return path if path.endswith("/") else path + "/"


def longer_prefix(first: str, second: str) -> str | None:
    """The prefix of what begins with both."""
    short, long = sorted((first, second), key=len)
    return long if long.startswith(short) else None


def _host(first: str, second: str) -> str | None:
    found = common(read_pattern(first), read_pattern(second))
    return None if found is None else str(found)


def _word(first: str, second: str) -> str | None:
    if ANY in (first, second):
        return second if first == ANY else first
    return first if first == second else None


def _words(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...] | None:
    if ANY in first:
        return tuple(sorted(set(second)))
    both = set(first) if ANY in second else set(first) & set(second)
    return tuple(sorted(both)) or None
