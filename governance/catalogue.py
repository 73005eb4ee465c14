"""The catalogue at work: which flows use a template, what their authors should know, and templates that come
from other DAOs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.api import FlowRecord, Header, Principal, World, get_flow, list_flows
from engine.api.governing import NotGenuine, codes_of, uses_of
from governance import desk
from governance.domain.asking import template as template_in
from governance.domain.state import Dao, Template
from governance.domain.template import cid_of_template, template_of
from governance.shown import when

FORM = "qflow/template-bundle/1"
FLOWS_LOOKED_AT_MAX = 2_000
_PAGE = 200

_ADVICE = {
    "superseded": "a newer version was approved",
    "deprecated": "it should not be used anew",
    "stopped": "a guardian stopped it; it does not run until the members have voted",
    "revoked": "it was revoked and does not run any more",
}


def uses(world: World, actor: Principal, template: str) -> list[dict[str, Any]]:
    """The flows of the subnet whose newest version uses a template."""
    wanted = desk.look(world, actor, lambda dao: template_in(dao, template)).object["codes"]
    return [
        {"flow": record.id, "name": record.name, "version": record.revision, "steps": steps}
        for record, codes in _flows(world, actor)
        if (steps := [step for step, cid in codes if cid in wanted])
    ]


def receipts(world: World, actor: Principal, template: str) -> dict[str, Any]:
    """How often executions ran a flow version that is a template or names its code, and the last of them:
    ``{"executions", "all", "last"}``; ``all`` is false where only the newest ones were looked at."""
    wanted = desk.look(world, actor, lambda dao: template_in(dao, template)).object["codes"]
    found = uses_of(world, actor, wanted)
    return {"executions": found.count, "all": found.all, "last": _last(found.last)}


def _last(header: Header | None) -> dict[str, Any] | None:
    if header is None:
        return None
    return {
        "execution": header.id,
        "flow": header.flow,
        "version": header.version,
        "status": str(header.status),
        "at": when(header.created_us),
    }


def notices(world: World, actor: Principal, flow: str = "") -> list[dict[str, Any]]:
    """What authors of flows, or of one of them, should know: steps that use old, stopped or revoked
    templates, or ones with known weaknesses, and what to use instead."""
    known = desk.look(world, actor, _by_code)
    if not known:
        return []
    return [
        {"flow": record.id, "flowName": record.name, "step": step, **notice}
        for record, codes in (_one_flow(world, actor, flow) if flow else _flows(world, actor))
        for step, cid in codes
        for notice in known.get(cid, ())
    ]


def _by_code(dao: Dao) -> dict[str, list[dict[str, Any]]]:
    """What there is to say of each piece of code. Code that a template in force holds has nothing against
    it, whatever else held it once."""
    current = {cid for one in dao.templates.values() if one.status == "active" for cid in one.object["codes"]}
    found: dict[str, list[dict[str, Any]]] = {}
    for template in dao.templates.values():
        advisories = [each for _, each in dao.advisories if each.template == template.cid]
        for cid in template.object["codes"]:
            if template.status in _ADVICE and cid not in current:
                found.setdefault(cid, []).append(_notice(template, _ADVICE[template.status]))
            for one in advisories:
                said = _notice(template, one.text)
                found.setdefault(cid, []).append({**said, "severity": one.severity, "use": one.fixed_by})
    return found


def _notice(template: Template, what: str) -> dict[str, Any]:
    return {
        "template": template.cid,
        "name": template.object["name"],
        "status": template.status,
        "severity": "",
        "what": what,
        "use": template.replaced_by,
    }


def _flows(world: World, actor: Principal) -> Iterator[tuple[FlowRecord, list[tuple[str, str]]]]:
    """The flows of the subnet, with step and CID of their code; the version itself stands without a step."""
    after, seen = None, 0
    while seen < FLOWS_LOOKED_AT_MAX:
        page = list_flows(world, actor, limit=_PAGE, after=after)
        for record in page:
            yield from _one_flow(world, actor, record.id)
        seen += len(page)
        if len(page) < _PAGE:
            return
        after = page[-1].id


def _one_flow(world: World, actor: Principal, id: str) -> Iterator[tuple[FlowRecord, list[tuple[str, str]]]]:
    view = get_flow(world, actor, id)
    codes = [(step, cid) for step, _, cid in codes_of(world, view.flow)]
    yield view.record, [("", view.record.revision), *codes]


# --- between DAOs -----------------------------------------------------------------------------------


def export_template(world: World, actor: Principal, cid: str) -> dict[str, Any]:
    """A template as another DAO takes it in, with the vote that approved it here."""

    def bundle(dao: Dao) -> dict[str, Any]:
        one = template_in(dao, cid)
        counted = dao.proposals[one.proposal].counted
        vote = {} if counted is None else {"outcome": counted.outcome, "count": dict(counted.count)}
        origin = {"dao": dao.id, "proposal": one.proposal, "status": one.status, "vote": vote}
        return {"form": FORM, "cid": cid, "template": dict(one.object), "origin": origin}

    found: dict[str, Any] = desk.look(world, actor, bundle)
    return found


def import_template(world: World, actor: Principal, bundle: Mapping[str, Any], source: str = "") -> str:
    """Propose a template of another DAO, byte for byte as it was there; gives the draft's id. What was
    approved elsewhere is approved here by this DAO's own vote only. ``source`` says where it comes from.

    Raises :class:`NotGenuine` where the template is not the one that its CID names.
    """
    template = template_of(bundle.get("template") or {})
    if cid_of_template(template) != bundle.get("cid"):
        raise NotGenuine("the template is not the one that the CID of the bundle names")
    origin = bundle.get("origin")
    dao = origin.get("dao", "") if isinstance(origin, Mapping) else ""
    title = f"Approve {template['name']} of another DAO"[:100]
    text = source or f"It comes from DAO {dao}."[:2_000]
    return desk.propose(world, actor, {"kind": "approve", "title": title, "text": text, "template": template})
