"""Forms for a change of members, policy, limits and budget: what stands in their fields, and the change that
a filled-in form says. A form begins with what the DAO decided so far and a change of that, which may be
empty."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

from engine.api import InvalidInput, Problem, World
from engine.api.governing import EgressPolicy, problems_of_entries
from engine.api.node import UNLIMITED, limit_meanings
from governance.change_words import ANOMALIES, CODE_MODES, FLOW_MODES, amount, label_of
from governance.domain.limits import NAME_CHARACTERS_MAX, WEIGHT_MAX
from governance.domain.members import Member, member_of
from governance.domain.state import Dao
from governance.domain.words import Role

ENTRIES_MAX = 1_000
"""Of one list in a form."""

USUAL_LIMITS = (
    "step_timeout_ms", "execution_timeout_ms", "executions_running_max", "executions_pending_max",
    "executions_per_day_max", "steps_per_minute_max", "retention_days", "stored_bytes_max", "flows_max",
    "tokens_max",
)  # fmt: skip
"""The limits that stand first."""

BUDGET_PARTS = ("executions", "steps", "cpuSeconds", "egressBytes")
_POLICY_PARTS = frozenset({"code", "flows", "egress", "stepTypesDenied", "anomalies"})
_EGRESS_PARTS = frozenset({"allow", "deny", "onlyAllowed"})


class Form(Protocol):
    """What a page sends: the last value of a field, and all of them."""

    def get(self, name: str, default: str = "", /) -> str | None: ...
    def getlist(self, name: str, /) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Number:
    """A field for a whole number up to ``most``; ``value`` is empty where the policy says nothing, ``now``
    what holds then."""

    name: str
    label: str
    unit: str
    note: str
    value: str
    now: str
    most: str
    used: str = ""


def wrong(problems: Iterable[Problem]) -> InvalidInput:
    """The form is not filled in right."""
    return InvalidInput("the form is not filled in right", list(problems))


# --- limits and budget ------------------------------------------------------------------------------


def limit_fields(world: World, dao: Dao, change: Mapping[str, Any], typed: Form | None) -> list[Number]:
    """A field for each limit that a policy can lower, the usual ones first."""
    said, node, notes = dao.policy.get("limits", {}), asdict(world.limits), limit_meanings()
    names = [*USUAL_LIMITS, *(name for name in node if name not in USUAL_LIMITS)]
    shown = {**said, **change}
    return [
        _number(name, shown.get(name), typed, notes.get(name, ""), said.get(name), node[name])
        for name in names
    ]


def _number(
    name: str, value: Any, typed: Form | None, note: str, said: int | None, node: int | None
) -> Number:
    label, unit = label_of(name)
    shown = "" if value is None else str(value)
    now = min(said, node) if said is not None and node is not None else (node if said is None else said)
    most = UNLIMITED if node is None else node
    text = shown if typed is None else (typed.get(name) or "")
    return Number(name, label, unit, note, text, amount(now, unit), amount(most, unit))


def limits_change(world: World, dao: Dao, form: Form) -> dict[str, int | None]:
    """The limits that a form makes different; None for one that is left to the node again."""
    return _numbers_change(asdict(world.limits), dao.policy.get("limits", {}), form)


def budget_fields(
    dao: Dao, change: Mapping[str, Any], typed: Form | None, used: Mapping[str, Any]
) -> list[Number]:
    """A field for each part of the day's budget, beside what was ``used`` of it today."""
    said = dao.policy.get("budget", {})
    return [
        replace(
            _number(name, change.get(name, said.get(name)), typed, "", said.get(name), None),
            used=amount(round(used[name]["used"])),
        )
        for name in BUDGET_PARTS
    ]


def budget_change(dao: Dao, form: Form) -> dict[str, int | None]:
    """The parts of the budget that a form makes different; None for no bound any more."""
    return _numbers_change(dict.fromkeys(BUDGET_PARTS, UNLIMITED), dao.policy.get("budget", {}), form)


def _numbers_change(most: Mapping[str, int], said: Mapping[str, Any], form: Form) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    problems = []
    for name in most:
        text = (form.get(name) or "").strip()
        if text == str(said.get(name, "")) or (not text and said.get(name) is None):
            continue
        value = int(text) if text.isascii() and text.isdigit() and len(text) <= 16 else None
        if text and (value is None or value > most[name]):
            told = f"a whole number from 0 to {amount(most[name])}, or nothing"
            problems.append(Problem(name, told if most[name] < UNLIMITED else "a whole number, or nothing"))
        found[name] = value
    if problems:
        raise wrong(problems)
    return found


# --- policy -----------------------------------------------------------------------------------------


def policy_fields(world: World, dao: Dao, change: Mapping[str, Any], typed: Form | None) -> dict[str, Any]:
    """What stands in the form of the policy: modes to choose from, lists, and the step types by group."""
    now = {"code": "approved-only", **dao.policy, **change}
    denied = now.get("stepTypesDenied") or []
    allow, deny, only = _egress_shown(now.get("egress") or {})
    code, flows, anomalies = (now.get(part) or "" for part in ("code", "flows", "anomalies"))
    if typed is not None:
        code, flows, anomalies = (typed.get(part) or "" for part in ("code", "flows", "anomalies"))
        allow, deny, only = typed.get("allow") or "", typed.get("deny") or "", bool(typed.get("onlyAllowed"))
        denied = typed.getlist("denied")
    return {
        "codes": _choices(CODE_MODES, code or "any"),
        "flows": _choices(FLOW_MODES, flows or "any"),
        "anomalies": _choices(ANOMALIES, anomalies or "alert"),
        "allow": allow,
        "deny": deny,
        "only": only,
        "groups": _step_types(world, denied),
    }


def _egress_shown(egress: Mapping[str, Any]) -> tuple[str, str, bool]:
    lists = ("\n".join(map(str, egress.get(part) or ())) for part in ("allow", "deny"))
    allow, deny = lists
    return allow, deny, bool(egress.get("onlyAllowed"))


def _choices(words: Mapping[str, str], chosen: str) -> list[dict[str, Any]]:
    return [{"value": value, "text": text, "on": value == chosen} for value, text in words.items()]


def _step_types(world: World, denied: Collection[str]) -> list[dict[str, Any]]:
    """The catalogue by group; types that this node does not know and that are denied stand at the end."""
    groups: dict[str, list[dict[str, Any]]] = {}
    known = set()
    for name in world.catalogue.names():
        manifest = world.catalogue.get(name).manifest
        known.add(name)
        row = {"type": name, "label": manifest.label, "summary": manifest.summary, "on": name in denied}
        groups.setdefault(manifest.group, []).append(row)
    rest = [one for one in denied if one not in known]
    if rest:
        groups["not known to this node"] = [
            {"type": name, "label": name, "summary": "", "on": True} for name in rest
        ]
    return [
        {"name": name, "rows": rows, "denied": sum(row["on"] for row in rows)}
        for name, rows in sorted(groups.items())
    ]


def policy_change(dao: Dao, form: Form) -> dict[str, Any]:
    """The parts of the policy that a form makes different."""
    said = {"code": "approved-only", "flows": "any", "anomalies": "alert", **dao.policy}
    modes = {"code": CODE_MODES, "flows": FLOW_MODES, "anomalies": ANOMALIES}
    problems = [
        Problem(part, "choose one of these") for part, words in modes.items() if form.get(part) not in words
    ]
    egress = {"allow": _entries(form, "allow"), "deny": _entries(form, "deny")}
    problems += [
        Problem(one.path.removeprefix("egress.").partition("[")[0], one.message)
        for one in problems_of_entries(EgressPolicy(tuple(egress["allow"]), tuple(egress["deny"])))
    ]
    if problems:
        raise wrong(problems)
    wanted: dict[str, Any] = {part: form.get(part) for part in modes}
    wanted["egress"] = {**egress, "onlyAllowed": bool(form.get("onlyAllowed"))}
    wanted["stepTypesDenied"] = sorted(set(form.getlist("denied")))
    return {part: value for part, value in wanted.items() if value != _same_form(part, said.get(part))}


def _entries(form: Form, name: str) -> list[str]:
    """The lines of a list, each once."""
    lines = [line.strip() for line in (form.get(name) or "").splitlines()]
    found = list(dict.fromkeys(filter(None, lines)))
    if len(found) > ENTRIES_MAX:
        raise wrong([Problem(name, f"at most {ENTRIES_MAX} lines")])
    return found


def _same_form(part: str, value: Any) -> Any:
    """What the policy says of a part, as the form would say it."""
    if part == "egress":
        given = value or {}
        lists = {name: list(given.get(name) or ()) for name in ("allow", "deny")}
        return {**lists, "onlyAllowed": bool(given.get("onlyAllowed"))}
    return sorted(value or ()) if part == "stepTypesDenied" else value


# --- members ----------------------------------------------------------------------------------------


def member_fields(known: Member | None, name: str, change: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the form of a member, or of somebody who shall be one."""
    now = known.plain() if known else {"name": name[:NAME_CHARACTERS_MAX], "roles": [], "weight": 1}
    now = {**now, **(change.get("add") or {})}
    roles = [
        {"name": str(role), "text": text, "on": str(role) in now["roles"]} for role, text in ROLES.items()
    ]
    return {"name": now["name"], "weight": now["weight"], "roles": roles, "most": amount(WEIGHT_MAX)}


ROLES = {
    Role.REVIEWER: "reviews what is proposed, and tells of weaknesses",
    Role.GUARDIAN: "can stop a template at once",
    Role.VALIDATOR: "reports what its node found when it made checks anew",
}
"""What each role beside voting lets a member do."""


def member_change(dao: Dao, identity: str, form: Form) -> dict[str, Any]:
    """The change that a form says of a person: taken in, changed, or removed."""
    known = dao.members.get(identity)
    if form.get("remove"):
        return {"remove": identity}
    weight = (form.get("weight") or "").strip()
    plain = weight.isascii() and weight.isdigit() and len(weight) <= 12
    if not plain or not 1 <= int(weight) <= WEIGHT_MAX:
        raise wrong([Problem("weight", f"a whole number from 1 to {amount(WEIGHT_MAX)}")])
    unknown = set(form.getlist("roles")) - set(ROLES)
    if unknown:
        raise wrong([Problem("roles", f"one of {', '.join(ROLES)}")])
    new = {"identity": identity, "name": (form.get("name") or "").strip(), "roles": form.getlist("roles")}
    proof = known.proof if known else ""
    try:
        wanted = member_of({**new, "weight": int(weight), "proof": proof})
    except InvalidInput as error:
        raise wrong([Problem("name", error.message)]) from error
    return {} if wanted == known else {"add": wanted.plain()}


def holds(kind: str, change: Mapping[str, Any], world: World) -> bool:
    """Whether a form can show all of a change."""
    if kind == "membership":
        return set(change) == {"remove"} or (set(change) == {"add"} and _is_member(change["add"]))
    if kind in ("limits", "budget"):
        names = BUDGET_PARTS if kind == "budget" else asdict(world.limits)
        return all(name in names and (value is None or type(value) is int) for name, value in change.items())
    egress = change.get("egress", {})
    if kind != "policy" or not set(change) <= _POLICY_PARTS or not isinstance(egress, Mapping):
        return False
    lists = [egress.get("allow", []), egress.get("deny", []), change.get("stepTypesDenied", [])]
    return set(egress) <= _EGRESS_PARTS and all(isinstance(one, list) for one in lists)


def _is_member(value: Any) -> bool:
    try:
        return bool(member_of(value))
    except (InvalidInput, TypeError, ValueError):
        return False
