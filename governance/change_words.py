"""What a proposed change makes different, in plain words: pairs of what happens and to what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.api.node import UNLIMITED
from governance.comparing import document_changes
from governance.domain.members import member_of
from governance.domain.state import Dao
from governance.domain.words import Kind, Role

Change = tuple[str, str]

CODE_MODES = {
    "any": "any code may run",
    "approved-only": "only approved code may run",
    "none": "no code may run",
}
FLOW_MODES = {"any": "any flow may start", "approved-only": "only approved flows may start"}
ANOMALIES = {"alert": "raises an alert", "halt": "is halted"}

_UNITS = {"ms": "ms", "bytes": "bytes", "days": "days", "percent": "%"}
_LABELS = {
    "step_timeout_ms": ("Time of one step", "ms"),
    "execution_timeout_ms": ("Time of one execution", "ms"),
    "executions_running_max": ("Executions that run at a time", ""),
    "executions_pending_max": ("Executions that wait", ""),
    "executions_per_day_max": ("Executions begun on a day", ""),
    "steps_per_minute_max": ("Attempts of steps in a minute", ""),
    "retention_days": ("Executions are kept for", "days"),
    "stored_bytes_max": ("Stored data", "bytes"),
    "tokens_max": ("API tokens in force", ""),
    "executions": ("Executions a day", ""),
    "steps": ("Steps a day", ""),
    "cpuSeconds": ("Processor time a day", "s"),
    "egressBytes": ("Network traffic a day", "bytes"),
}


def label_of(name: str) -> tuple[str, str]:
    """What a limit or a part of the budget is called, and its unit, which is last in the names of limits."""
    if name in _LABELS:
        return _LABELS[name]
    words = name.removesuffix("_max").split("_")
    unit = _UNITS.get(words[-1], "")
    said = words[:-1] if unit and len(words) > 1 else words
    return " ".join(said).capitalize().replace("Http", "HTTP"), unit


def amount(number: int | None, unit: str = "", none: str = "no bound") -> str:
    """A number as people read it."""
    if number is None:
        return none
    if number >= UNLIMITED:
        return "no limit"
    return f"{number:,} {unit}".replace(",", " ").strip()


def change_in_words(dao: Dao, kind: Kind, change: Mapping[str, Any]) -> list[Change]:
    """What a change makes different from what the DAO decided so far; empty where nothing is."""
    told = _TOLD.get(kind)
    return list(told(dao, change)) if told and change else []


def _membership(dao: Dao, change: Mapping[str, Any]) -> Iterator[Change]:
    if "remove" in change:
        gone = dao.members.get(change["remove"])
        if gone is not None:
            yield "removed", f"{gone.name} is a member no more, and votes no more"
        return
    new = member_of(change["add"])
    old = dao.members.get(new.identity)
    roles = sorted(new.roles - {Role.MEMBER})
    if old is None:
        beside = f", with the roles {', '.join(roles)}" if roles else ""
        yield "added", f"{new.name} is a member, of weight {new.weight}{beside}"
        return
    if old.name != new.name:
        yield "changed", f"{old.name} is called {new.name}"
    if old.weight != new.weight:
        yield "changed", f"{new.name}: weight {old.weight} → {new.weight}"
    yield from (("added", f"{new.name} is a {role}") for role in sorted(new.roles - old.roles))
    yield from (("removed", f"{new.name} is a {role} no more") for role in sorted(old.roles - new.roles))


def _numbers(part: str, none: str) -> Callable[[Dao, Mapping[str, Any]], Iterator[Change]]:
    def told(dao: Dao, change: Mapping[str, Any]) -> Iterator[Change]:
        before = dao.policy.get(part, {})
        for name, new in sorted(change.items()):
            label, unit = label_of(name)
            old = before.get(name)
            if old != new:
                yield "changed", f"{label}: {_number(old, unit, none)} → {_number(new, unit, none)}"

    return told


def _number(value: Any, unit: str, none: str) -> str:
    return amount(value, unit, none) if value is None or type(value) is int else str(value)[:100]


def _policy(dao: Dao, change: Mapping[str, Any]) -> Iterator[Change]:
    before = {"code": "approved-only", **dao.policy}
    for part in sorted(change):
        old, new = before.get(part), change[part]
        told = _PARTS.get(part)
        try:
            found = list(told(old, new)) if told else None
        except (TypeError, AttributeError, KeyError, ValueError):  # it says what no policy can say
            found = None
        yield from document_changes({part: old}, {part: new}, {}) if found is None else found


def _modes(modes: Mapping[str, str], usual: str) -> Callable[[Any, Any], Iterator[Change]]:
    def told(old: Any, new: Any) -> Iterator[Change]:
        if (old or usual) != new:
            yield "changed", f"{modes[old or usual]} → {modes[new]}"

    return told


def _anomalies(old: Any, new: Any) -> Iterator[Change]:
    if (old or "alert") != new:
        yield "changed", f"an execution that is unusual {ANOMALIES[old or 'alert']} → {ANOMALIES[new]}"


def _egress(old: Any, new: Any) -> Iterator[Change]:
    old = old or {}
    for entry, gone in _entries(old.get("allow"), new.get("allow")):
        verb = "removed" if gone else "added"
        yield verb, f"steps may connect to {entry}{', as listed, no more' if gone else ''}"
    for entry, gone in _entries(old.get("deny"), new.get("deny")):
        verb = "removed" if gone else "added"
        yield verb, f"steps are kept from {entry}{' no more' if gone else ''}"
    if bool(old.get("onlyAllowed")) != bool(new.get("onlyAllowed")):
        yes = "steps may connect to what is listed only"
        yield ("added", yes) if new.get("onlyAllowed") else ("removed", f"{yes}, no more")


def _denied(old: Any, new: Any) -> Iterator[Change]:
    for type, gone in _entries(old, new):
        if gone:
            yield "removed", f"steps of type {type} are denied no more"
        else:
            yield "added", f"steps of type {type} are denied"


def _entries(old: Any, new: Any) -> Iterator[tuple[str, bool]]:
    """What went from a list, and what came to it; the second part tells which."""
    yield from ((str(one), True) for one in old or () if one not in (new or ()))
    yield from ((str(one), False) for one in new or () if one not in (old or ()))


_PARTS: Mapping[str, Callable[[Any, Any], Iterator[Change]]] = {
    "code": _modes(CODE_MODES, "any"),
    "flows": _modes(FLOW_MODES, "any"),
    "anomalies": _anomalies,
    "egress": _egress,
    "stepTypesDenied": _denied,
}


def _validators(dao: Dao, change: Mapping[str, Any]) -> Iterator[Change]:
    yield from document_changes(dao.validators.plain(), change, {})


def _rules(dao: Dao, change: Mapping[str, Any]) -> Iterator[Change]:
    before = dao.charter.plain()
    rules, told = before.pop("rules"), {**change}
    yield from document_changes(rules, told.pop("rules", rules), {})
    yield from document_changes(before, told, {})


_TOLD: Mapping[Kind, Callable[[Dao, Mapping[str, Any]], Iterator[Change]]] = {
    Kind.MEMBERSHIP: _membership,
    Kind.LIMITS: _numbers("limits", "what the node gives"),
    Kind.BUDGET: _numbers("budget", "no bound"),
    Kind.POLICY: _policy,
    Kind.VALIDATORS: _validators,
    Kind.RULES: _rules,
}
