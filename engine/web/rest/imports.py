"""REST: workflows of other systems, in and out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from engine.usecases.export_flow import export_flow
from engine.usecases.import_flows import Arrival, import_flows
from engine.web.rest import flow_models as m
from engine.web.rest.calls import call
from engine.web.rest.models import Name
from engine.web.route_cache import routes_changed

router = Router(tags=["flows"])

Json = dict[str, Any]


@router.post("/import/n8n", response=m.ImportShown, openapi_extra=m.EXPORT_BODY)
async def import_n8n(
    request: HttpRequest,
    name: Name = "workflow",
    dry_run: bool = Query(False, alias="dryRun"),
    publish: bool = False,
) -> Json:
    """Make flows of any export of n8n, or with ``dryRun`` tell what would become of it; ``name`` is the
    file's. A flow that was imported before gets a new version, and ``diff`` says what changed."""
    arrivals = await call(request, import_flows, request.body, name, dry_run=dry_run, publish=publish)
    if publish and not dry_run:
        routes_changed()
    return import_shown(arrivals)


def import_shown(arrivals: Sequence[Arrival]) -> Json:
    """An ``ImportShown``."""
    return {
        "nodes": sum(arrival.imported.nodes for arrival in arrivals),
        "runnable": sum(arrival.imported.runnable for arrival in arrivals),
        "workflows": [_shown(arrival) for arrival in arrivals],
    }


def _shown(arrival: Arrival) -> Json:
    imported = arrival.imported
    return {
        "flowId": imported.flow.id,
        "name": imported.flow.name,
        "version": imported.flow.version,
        "action": arrival.action,
        "active": imported.active,
        "published": arrival.published,
        "nodes": imported.nodes,
        "runnable": imported.runnable,
        "issues": [dict(issue) for issue in imported.issues],
        "credentials": list(imported.flow.extra.get("credentials", ())),
        "diff": arrival.diff.as_json() if arrival.diff is not None else None,
    }


@router.get("/flows/{flow_id}/export/n8n", response=m.ExportShown)
async def export_n8n(request: HttpRequest, flow_id: Name) -> Json:
    """A flow that came from n8n as a workflow again, and what could not go back."""
    exported = await call(request, export_flow, flow_id)
    return {"workflow": exported.document, "issues": [dict(issue) for issue in exported.issues]}
