"""Checks of what is proposed: is it what its CIDs say, what does it reach, do its tests pass."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from engine.api import (
    InvalidInput,
    Principal,
    QflowError,
    World,
    WrongState,
    cid_of,
    from_canonical,
    validate_module,
)
from engine.api.governing import check_policy_document, codes_of, try_code
from governance.domain.policy import document_of, numbers_after
from governance.domain.state import Dao, Proposal
from governance.domain.template import cid_of_template, reach_of, template_of
from governance.domain.words import Kind

CASES_MAX = 100
CODE_LINES_MANY = 500
ENCODED_MANY = 2_000

_SUSPICIOUS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("it makes code while it runs", re.compile(r"\beval\s*\(|\bnew\s+Function\b|\bexec\s*\(|\bcompile\s*\(")),
    ("it holds a long encoded text", re.compile(rf"[A-Za-z0-9+/=]{{{ENCODED_MANY},}}")),
    ("it holds signs that change the direction of text", re.compile("[\u202a-\u202e\u2066-\u2069]")),
)

CHECKS: Mapping[Kind, tuple[str, ...]] = {
    Kind.APPROVE: ("build", "scan", "tests"),
    Kind.UPDATE: ("build", "scan", "tests"),
    Kind.CHOOSE: ("build", "scan", "tests"),
    Kind.POLICY: ("document",),
    Kind.LIMITS: ("document",),
    Kind.BUDGET: ("document",),
}


def scan(world: World, actor: Principal, template: Mapping[str, Any]) -> dict[str, Any]:
    """What can be said of a template without running it: sizes, what it reaches, and findings."""
    sources = _sources(world, template)
    findings = [
        {"code": cid, "what": what}
        for cid, source in sources.items()
        for what, pattern in _SUSPICIOUS
        if pattern.search(source)
    ]
    findings += [
        {"code": cid, "what": f"it has more than {CODE_LINES_MANY} lines"}
        for cid, source in sources.items()
        if source.count("\n") >= CODE_LINES_MANY
    ]
    report: dict[str, Any] = {
        "lines": sum(source.count("\n") + 1 for source in sources.values()),
        "reach": reach_of(template),
        "findings": findings,
    }
    if template["type"] == "module":
        report["module"] = validate_module(world, actor, wasm=template["source"]).report.as_json()
    return report


def _sources(world: World, template: Mapping[str, Any]) -> dict[str, str]:
    """Every piece of code that people can read, by CID."""
    if template["type"] == "flow":
        found = codes_of(world, from_canonical(template["flow"]))
        return {cid: source for _, source, cid in found if source}
    return {template["codes"][0]: template["source"]} if template["type"] == "code" else {}


class OutOfTime(Exception):
    """The time that checks were given is over; nothing was found out."""


def _go_on() -> None:
    """Checks take the time that they take."""


def run_check(
    world: World, actor: Principal, dao: Dao, proposal: Proposal, name: str
) -> tuple[bool, dict[str, Any]]:
    """Whether a check passes, and its report."""
    if name != "document":
        return check_templates(world, actor, proposal.content["templates"], name)
    try:
        return True, _document(dao, proposal)
    except QflowError as error:
        return False, {"error": error.message}


def check_templates(
    world: World,
    actor: Principal,
    templates: Mapping[str, Mapping[str, Any]],
    name: str,
    go_on: Callable[[], None] = _go_on,
) -> tuple[bool, dict[str, Any]]:
    """Whether templates pass a check on this node, and its report; the same on every node, but for the
    node's name. ``go_on`` is called before each part of it, and may raise :class:`OutOfTime`."""
    try:
        reports = {one["name"]: _CHECKS[name](world, actor, one, go_on) for one in templates.values()}
    except QflowError as error:
        return False, {"error": error.message}
    return all(one.get("passed", True) for one in reports.values()), reports


def _document(dao: Dao, proposal: Proposal) -> dict[str, Any]:
    change = proposal.content["change"]
    if proposal.kind in (Kind.LIMITS, Kind.BUDGET):
        part = str(proposal.kind)
        change = {part: numbers_after(dao, part, change)}
    check_policy_document({**document_of(dao), **change})
    return {"parts": sorted(change)}


def _build(
    world: World, actor: Principal, template: Mapping[str, Any], go_on: Callable[[], None]
) -> dict[str, Any]:
    """Make the object anew from its source, and compare what comes of it."""
    go_on()
    again = template_of(template)
    if again["type"] == "flow":
        flow = from_canonical(again["flow"])
        codes = {cid for _, _, cid in codes_of(world, flow)} | {cid_of(again["flow"])}
        if sorted(codes) != again["codes"]:
            raise InvalidInput("the codes of the template are not those of its flow")
    if cid_of_template(again) != cid_of_template(template):
        raise InvalidInput("made anew, the template is another one")
    return {"passed": True, "cid": cid_of_template(again), "codes": again["codes"], "node": world.node}


def _scan(
    world: World, actor: Principal, template: Mapping[str, Any], go_on: Callable[[], None]
) -> dict[str, Any]:
    """The report, made anew: what an author wrote into a template is no evidence."""
    go_on()
    report = scan(world, actor, template)
    if len(report["findings"]) > len(template["scan"].get("findings") or ()):
        raise WrongState("the scan finds more than the proposal says; make it anew from its flow")
    refused = report.get("module", {}).get("risk") == "refused"
    return {"passed": not refused, **report}


def _tests(
    world: World, actor: Principal, template: Mapping[str, Any], go_on: Callable[[], None]
) -> dict[str, Any]:
    """Run the template's own cases in the sandbox: ``{"cases": [{"name", "items", "expect"}]}``, each item
    as its JSON."""
    cases = template["tests"].get("cases") or []
    if cases and template["type"] != "code":
        raise InvalidInput("only templates of code carry tests; a flow is tested where it is drawn")
    if not isinstance(cases, list) or len(cases) > CASES_MAX:
        raise InvalidInput(f"tests are a list of at most {CASES_MAX} cases")
    results = []
    for case in cases:
        go_on()
        results.append(_case(world, actor, template, case))
    return {"passed": all(one["passed"] for one in results), "cases": results}


def _case(world: World, actor: Principal, template: Mapping[str, Any], case: Any) -> dict[str, Any]:
    if not isinstance(case, dict) or set(case) != {"name", "items", "expect"}:
        raise InvalidInput("a test has a name, items and what is expected of them")
    items = [{"json": dict(one)} for one in case["items"]]
    try:
        made = try_code(world, actor, template["language"], template["source"], items)
    except QflowError as error:
        return {"name": case["name"], "passed": False, "error": error.message}
    got = [item.get("json") for item in made]
    return {"name": case["name"], "passed": got == case["expect"], "got": got}


_CHECKS = {"build": _build, "scan": _scan, "tests": _tests}
