"""Templates taken out of flows: everything filled in, so that a step can be proposed as it stands."""

from __future__ import annotations

import re
from typing import Any

from engine.api import Flow, InvalidInput, Principal, UnknownObject, World, cid_of, get_flow, to_canonical
from engine.api.governing import codes_of
from governance.domain.template import template_of
from governance.scanning import scan

SLUG_CHARACTERS_MAX, MARK_CHARACTERS = 40, 8
_OTHER = re.compile(r"[^a-z0-9_-]+")

LANGUAGES = {"code.javascript": "javascript", "code.python": "python"}


def template_from(
    world: World, actor: Principal, flow: str, *, version: str = "draft", step: str = ""
) -> dict[str, Any]:
    """The template of a flow's version, or of the code of one of its steps; raises :class:`UnknownObject`."""
    view = get_flow(world, actor, flow, version)
    cid = cid_of(to_canonical(view.flow))
    provenance = {"flow": flow, "version": cid, "author": actor.identity, "step": step}
    draft = _of_step(view.flow, step) if step else _of_flow(world, view.flow, cid)
    draft |= {"provenance": provenance}
    return template_of(draft | {"scan": scan(world, actor, template_of(draft))})


def _of_step(flow: Flow, id: str) -> dict[str, Any]:
    step = flow.by_id.get(id)
    if step is None:
        raise UnknownObject(f"flow {flow.id!r} has no step {id!r}", step=id)
    if step.type not in LANGUAGES:
        raise InvalidInput(f"step {id!r} is of type {step.type}, which runs no code of its own to approve")
    return {
        "name": name_of(flow.id, id),
        "type": "code",
        "language": LANGUAGES[step.type],
        "source": str(step.parameters.get("code", "")),
        "manifest": {"summary": f"The code of step {step.name or id} of {flow.name}"[:300]},
        "capabilities": list(step.parameters.get("capabilities") or ()),
    }


def _of_flow(world: World, flow: Flow, cid: str) -> dict[str, Any]:
    codes = {code for _, _, code in codes_of(world, flow)}
    capabilities: list[Any] = []
    for step in flow.steps:
        asked = step.parameters.get("capabilities")
        capabilities += [one for one in asked or () if one not in capabilities]
    return {
        "name": name_of(flow.id),
        "release": flow.label,
        "type": "flow",
        "flow": to_canonical(flow),
        "codes": sorted(codes | {cid}),
        "manifest": {"summary": flow.name[:300], "readme": flow.description},
        "capabilities": capabilities,
        "dependencies": sorted(code for _, source, code in codes_of(world, flow) if not source),
        "tests": {},
    }


def name_of(*ids: str) -> str:
    """The name of the template of a flow, or of a flow's step: different ones have different names."""
    return ".".join(_slug(id) for id in ids)


def _slug(id: str) -> str:
    """The id as a name may hold it; an id that must be changed for that keeps a mark of what it was."""
    slug = _OTHER.sub("-", id.lower()).strip("-_")
    if slug == id and len(slug) <= SLUG_CHARACTERS_MAX:
        return slug
    return f"{slug[:SLUG_CHARACTERS_MAX]}-{cid_of(id)[-MARK_CHARACTERS:]}".lstrip("-")
