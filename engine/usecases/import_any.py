"""Import a document whatever it is: a Qflow or JSONFlow definition, a bundle of them, or an n8n export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from engine.base.errors import InvalidInput, Problem, UnknownObject
from engine.base.limits import BUNDLE_FLOWS_MAX, Limits
from engine.flow.dump import definition_of
from engine.flow.model import Flow
from engine.flow.parse import Parsed
from engine.flow.reader import read_document
from engine.ports.access_store import Principal
from engine.ports.importer import Imported
from engine.usecases.get_flow import get_flow
from engine.usecases.import_flows import N8N, Arrival, take_in
from engine.usecases.permission import require
from engine.usecases.validate_flow import Definition, parsed
from engine.usecases.world import World

BUNDLE = "qflow-bundle"
"""The ``format`` of a bundle: ``{"format": "qflow-bundle", "flows": [DEFINITION, ...]}``."""


def import_any(
    world: World, actor: Principal, data: bytes, name: str = "", *, dry_run: bool = False
) -> list[Arrival]:
    """Store every flow of a document, as a draft: what it lacks to run is said in the issues.

    ``name`` is the file's name. A flow whose id is there gets a new version. Raises :class:`InvalidInput`
    where the document is none of what can be read, and :class:`WrongState` where a flow is archived.
    """
    require(world, actor, "flows:read" if dry_run else "flows:write")
    limits = world.policy.of(actor.subnet).limits
    return take_in(world, actor, _read(world, data, name, limits), dry_run=dry_run)


def bundle_of(world: World, actor: Principal, flows: Sequence[str]) -> dict[str, Any]:
    """The newest versions of flows in one document; raises :class:`UnknownObject`, and
    :class:`InvalidInput` for none or too many."""
    if not 0 < len(flows) <= BUNDLE_FLOWS_MAX:
        problem = Problem("pick", f"1 to {BUNDLE_FLOWS_MAX} flows", "count")
        raise InvalidInput("pick the flows to export", [problem])
    views = [get_flow(world, actor, one) for one in dict.fromkeys(flows)]
    made = [definition_of(replace(view.flow, format="qflow")) for view in views]
    return {"format": BUNDLE, "flows": made}


def _read(world: World, data: bytes, name: str, limits: Limits) -> Sequence[Imported]:
    with suppress(UnknownObject):  # a node without this importer
        importer = world.importer(N8N)
        if importer.reads(data, limits):
            return importer.read(data, name, world.catalogue, limits)
    bundled = _bundled(data, limits)
    if bundled is None:
        return [_imported(world, limits, data, PurePath(name).stem)]
    return [_imported(world, limits, one, "", f"flows[{index}]") for index, one in enumerate(bundled)]


def _bundled(data: bytes, limits: Limits) -> list[Mapping[str, Any]] | None:
    """The definitions of a bundle; None for a document that is none."""
    roomy = replace(limits, definition_bytes_max=limits.request_body_bytes_max)
    value = read_document(data, roomy).value
    if not isinstance(value, Mapping) or value.get("format") != BUNDLE:
        return None
    flows = value.get("flows")
    if not isinstance(flows, list) or not all(isinstance(one, Mapping) for one in flows):
        raise InvalidInput("the bundle has no flows", [Problem("flows", "must be a list of definitions")])
    if len(flows) > BUNDLE_FLOWS_MAX:
        problem = Problem("flows", f"at most {BUNDLE_FLOWS_MAX} flows", "too_many", hint="split the bundle")
        raise InvalidInput("the bundle is too large", [problem])
    ids = [one.get("id") for one in flows]
    if len({one for one in ids if isinstance(one, str)}) < len(ids):
        raise InvalidInput("the bundle is not valid", [Problem("flows", "each flow needs an id of its own")])
    return flows


def _imported(
    world: World, limits: Limits, definition: Definition, default_id: str, place: str = ""
) -> Imported:
    found = parsed(definition, world.catalogue, limits, default_id, draft=True)
    if found.flow is None:
        problems = [replace(one, path=".".join(filter(None, (place, one.path)))) for one in found.errors]
        raise InvalidInput(f"{len(problems)} things are wrong with the definition", problems)
    return Imported(found.flow, len(found.flow.steps), _runnable(found), _issues(found))


def _runnable(found: Parsed) -> int:
    """Steps without a problem."""
    flow = found.flow
    assert flow is not None
    wanting = {one.path.partition(".")[0] for one in found.problems if one.severity == "incomplete"}
    return sum(f"steps[{index}]" not in wanting for index in range(len(flow.steps)))


def _issues(found: Parsed) -> list[dict[str, str]]:
    assert found.flow is not None
    return [
        {
            "node": _step_at(found.flow, one.path),
            "type": one.path,
            "severity": one.severity,
            "message": one.message,
            "help": one.hint or "",
        }
        for one in found.problems
    ]


def _step_at(flow: Flow, path: str) -> str:
    """The id of the step that a path such as ``steps[2].params`` leads to; empty for none."""
    number = path.removeprefix("steps[").partition("]")[0] if path.startswith("steps[") else ""
    known = number.isascii() and number.isdigit() and int(number) < len(flow.steps)
    return flow.steps[int(number)].id if known else ""
