"""The Datalog of capability tokens: facts of grants, facts of a use, the policies that match them, and
the checks of an attenuation. docs/capabilities.md explains every word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from biscuit_auth import AuthorizerBuilder, Check, Fact, Policy, Rule

from engine.base.errors import InvalidInput
from engine.base.limits import CAPABILITY_USES_DEFAULT, DATALOG_FACTS_MAX
from engine.ports.capabilities import Holder
from engine.ports.grants import (
    ANY,
    Capability,
    HttpCapability,
    KvCapability,
    ModuleCapability,
    SecretCapability,
)
from engine.sandbox.capabilities.hosts import read_pattern
from engine.sandbox.capabilities.meets import Granted, directory

DATALOG_TIME = timedelta(seconds=2)
"""How long one evaluation may take; it takes microseconds, but the machine may be busy."""


UNBOUNDED = 2**53
"""More than any count or size there is; Datalog's integers have 64 bits."""

_HOLDER = "holder({subnet}, {flow}, {execution}, {step}, {run}, {attempt})"
_TERMS = {
    "http": "$host, $methods, $prefix",
    "kv": "$actions, $prefix",
    "secret": "$name, $host",
    "module": "$module, $actions",
}
_FITS = {
    "http": 'host($host), method($m), $methods.contains($m) || $methods.contains("*"), '
    "path($p), $p.starts_with($prefix)",
    "kv": 'action($a), $actions.contains($a) || $actions.contains("*"), key($k), $k.starts_with($prefix)',
    "secret": "name($name), host($host)",
    "module": 'called($module), action($a), $actions.contains($a) || $actions.contains("*")',
}
_BOUNDS = (
    "bytes($b), $b <= $size, now($t), $t < $until, used($grant, $n), $n < $uses, "
    "budget($ceiling, $all), spent($ceiling, $s), $s < $all"
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The node's own bounds, where a grant has none: bytes, and when the token ends (microseconds)."""

    size: int
    until_us: int
    now_us: int


def holder_check(holder: Holder) -> Check:
    """The token is for this attempt alone."""
    return Check(f"check if {_HOLDER}", _holder(holder))


def _holder(holder: Holder) -> dict[str, Any]:
    return {name: getattr(holder, name) for name in holder.__dataclass_fields__}


def grant_fact(number: int, granted: Granted, bounds: Bounds) -> Fact:
    """``http(GRANT, CEILING, ...what..., SIZE, USES, UNTIL)``, and so for the other operations."""
    capability = granted.capability
    arguments = _what(capability)
    asked = getattr(capability, "bytes_max", None)
    seconds = capability.seconds_max
    until = bounds.until_us if seconds is None else bounds.now_us + seconds * 1_000_000
    tail = {
        "grant": number,
        "ceiling": granted.ceiling,
        "size": bounds.size if asked is None else min(asked, bounds.size),
        "uses": CAPABILITY_USES_DEFAULT if capability.uses_max is None else capability.uses_max,
        "until": min(until, bounds.until_us),
    }
    names = ["grant", "ceiling", *arguments, "size", "uses", "until"]
    holes = ", ".join(f"{{{name}}}" for name in names)
    return Fact(f"{capability.operation}({holes})", {**arguments, **tail})


def budget_fact(place: int, ceiling: Capability) -> Fact:
    """How often all grants under one ceiling may be used together."""
    uses = UNBOUNDED if ceiling.uses_max is None else ceiling.uses_max
    return Fact("budget({place}, {uses})", {"place": place, "uses": uses})


def _what(capability: Capability) -> dict[str, Any]:
    match capability:
        case HttpCapability(host=host, methods=methods, path=path):
            return {
                "host": str(read_pattern(host)),
                "methods": set(methods),
                "prefix": directory(path),
            }
        case KvCapability(actions=actions, prefix=prefix):
            return {"actions": set(actions), "prefix": prefix}
        case SecretCapability(name=name, host=host):
            return {"name": name, "host": str(read_pattern(host))}
        case ModuleCapability(module=module, actions=actions):
            return {"module": module, "actions": set(actions)}


def asking(
    operation: str, facts: Sequence[tuple[str, str | int]], holder: Holder, now_us: int
) -> AuthorizerBuilder:
    """An authorizer that knows what is asked, who asks and when; counts and size are still to come."""
    builder = AuthorizerBuilder()
    limits = builder.limits()  # type: ignore[attr-defined]  # its stubs lack them
    limits.max_time, limits.max_facts = DATALOG_TIME, DATALOG_FACTS_MAX
    builder.set_limits(limits)  # type: ignore[attr-defined]
    builder.add_fact(Fact("operation({name})", {"name": operation}))
    builder.add_fact(Fact(_HOLDER, _holder(holder)))
    builder.add_fact(Fact("now({now})", {"now": now_us}))
    for predicate, value in facts:
        builder.add_fact(Fact(f"{predicate}({{value}})", {"value": value}))
    builder.add_policy(Policy(f"allow if {_matching(operation)}"))
    return builder


def _matching(operation: str) -> str:
    grant = f"{operation}($grant, $ceiling, {_TERMS[operation]}, $size, $uses, $until)"
    return f"{grant}, {_FITS[operation]}, {_BOUNDS}"


def matches(operation: str) -> Rule:
    """The grants that allow what is asked, with their ceilings and ends."""
    return Rule(f"fits($grant, $ceiling, $until) <- {_matching(operation)}")


def counted(predicate: str, place: int, count: int) -> Fact:
    """``used(GRANT, N)``, ``spent(CEILING, N)`` or ``through(BLOCK, N)``: uses so far."""
    return Fact(f"{predicate}({{place}}, {{count}})", {"place": place, "count": count})


def size_fact(size: int) -> Fact:
    """How many bytes may flow."""
    return Fact("bytes({size})", {"size": size})


_NARROW = {
    ("http", "host"): "host(HOLE)",
    ("http", "methods"): "method($m), HOLE.contains($m)",
    ("http", "prefix"): "path($p), $p.starts_with(HOLE)",
    ("kv", "actions"): "action($a), HOLE.contains($a)",
    ("kv", "prefix"): "key($k), $k.starts_with(HOLE)",
    ("secret", "name"): "name(HOLE)",
    ("secret", "host"): "host(HOLE)",
    ("module", "module"): "called(HOLE)",
    ("module", "actions"): "action($a), HOLE.contains($a)",
}
"""How a check words each argument of a capability."""


# attenuation ----------------------------------------------------------------------------------------
def narrowing(capabilities: Sequence[Capability], block: int) -> Check:
    """What remains allowed: at least one of these, as checked in the block of this number."""
    alternatives, values = [], {}
    for number, capability in enumerate(capabilities):
        text, given = _alternative(number, capability, block)
        alternatives.append(text)
        values.update(given)
    text = " or ".join(alternatives) or 'operation("none")'
    return Check(f"check if {text}", values)


def _alternative(number: int, capability: Capability, block: int) -> tuple[str, dict[str, Any]]:
    """One capability as the body of a check. Its uses are counted together with all that go through the
    block, which can only allow less."""
    if capability.seconds_max is not None:
        raise InvalidInput("an attenuation has no time of minting; give its end as expires_us")
    parts, values = [f'operation("{capability.operation}")'], {}
    for name, value in _what(capability).items():
        if isinstance(value, set) and ANY in value:
            continue
        hole = f"{name}{number}"
        parts.append(_NARROW[capability.operation, name].replace("HOLE", f"{{{hole}}}"))
        values[hole] = value
    size = getattr(capability, "bytes_max", None)
    if size is not None:
        parts.append(f"bytes($b), $b <= {int(size)}")
    if capability.uses_max is not None:
        parts.append(uses_left(block, capability.uses_max))
    return ", ".join(parts), values


def uses_left(block: int, uses: int) -> str:
    """Fewer than so many uses have gone through the block."""
    return f"through({block}, $u), $u < {int(uses)}"


def bounds_checks(block: int, uses_max: int | None, expires_us: int | None) -> Mapping[str, Check]:
    """Checks for all uses through a block."""
    checks = {}
    if uses_max is not None:
        checks["uses"] = Check(f"check if {uses_left(block, uses_max)}")
    if expires_us is not None:
        checks["time"] = Check("check if now($t), $t < {until}", {"until": expires_us})
    return checks
