"""REST: flow definitions, their versions and their publication."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from engine.base.errors import ErrorType, UnknownObject
from engine.base.limits import NOTE_CHARACTERS_MAX
from engine.flow.diff import FlowDiff
from engine.flow.dump import dump_flow
from engine.ports.access_store import Principal
from engine.usecases.archive_flow import archive_flow
from engine.usecases.create_flow import create_flow
from engine.usecases.delete_flow import delete_flow
from engine.usecases.diff_versions import diff_versions
from engine.usecases.flow_history import flow_history
from engine.usecases.get_flow import DRAFT, PUBLISHED, FlowView, get_flow, view
from engine.usecases.list_flows import list_flows as list_flow_records
from engine.usecases.publish_flow import publish_flow
from engine.usecases.rollback_flow import rollback_flow
from engine.usecases.tag_version import tag_version, untag_version
from engine.usecases.unpublish_flow import unpublish_flow
from engine.usecases.update_flow import update_flow
from engine.usecases.validate_flow import Definition, validate_flow
from engine.usecases.world import World
from engine.web.jsontext import read_json, write_json
from engine.web.problems import refuse
from engine.web.rest import flow_models as m
from engine.web.rest.calls import call, call_patiently
from engine.web.rest.flow_views import flow_of, record_of, version_of
from engine.web.rest.models import Name
from engine.web.route_cache import routes_changed

router = Router(tags=["flows"])

Json = dict[str, Any]

FROM, TO = Query(PUBLISHED, alias="from"), Query(DRAFT, alias="to")

OURS = frozenset({"revision", "message", "published", "archived", "format", "signature"})
"""Keys beside a definition: what the answers add, and what a save carries."""


OURS_IN_JSONFLOW = frozenset({"name", "createdAt", "updatedAt"})


# --- definitions ------------------------------------------------------------------------------------


@router.get("/flows", response=m.FlowPage)
async def list_flows(
    request: HttpRequest,
    tag: Name | None = None,
    text: Name | None = None,
    archived: bool = False,
    after: Name | None = None,
    limit: int = Query(50, ge=1, le=250),
) -> Json:
    """Flows of the token's subnet by id; ``after`` is the ``next`` of the page before."""
    options = {"tag": tag, "text": text, "archived": archived, "limit": limit, "after": after}
    records = await call(request, list_flow_records, **options)
    following = records[-1].id if len(records) == limit else None
    return {"flows": [record_of(record) for record in records], "next": following}


@router.post("/flows", response={201: m.FlowShown}, openapi_extra=m.DEFINITION_BODY)
async def create(request: HttpRequest, name: Name | None = None, message: Name | None = None) -> HttpResponse:
    """Store a definition (JSON or YAML) as a new flow; ``name`` is its file's name."""
    definition, beside = definition_in(request)
    told = message or str(beside.get("message") or "")
    shown = await call(request, _created, definition, told, name or "")
    response = _flow_response(request, shown, 201)
    response["Location"] = f"/api/v1/flows/{shown.record.id}"
    return response


@router.post("/flows/validate", response=m.Validation, openapi_extra=m.DEFINITION_BODY)
async def validate(request: HttpRequest, name: Name | None = None) -> Json:
    """All problems of a definition at once, without storing it."""
    definition, _ = definition_in(request)
    parsed = await call(request, validate_flow, definition, name=name or "")
    flow = parsed.flow
    return {
        "valid": flow is not None,
        "problems": [problem.as_json() for problem in parsed.problems],
        "flowId": flow.id if flow else None,
        "version": flow.version if flow else None,
        "steps": len(flow.steps) if flow else 0,
    }


@router.get("/flows/{flow_id}", response={200: m.FlowShown, 304: None}, openapi_extra=m.YAML_ANSWER)
async def show(request: HttpRequest, flow_id: Name) -> HttpResponse:
    """The newest version; with ``Accept: application/yaml`` its text."""
    return _flow_response(request, await call(request, get_flow, flow_id), 200)


@router.put("/flows/{flow_id}", response=m.FlowShown, openapi_extra=m.SAVE)
async def update(request: HttpRequest, flow_id: Name, message: Name | None = None) -> HttpResponse:
    """Save a definition on top of the revision in ``If-Match`` (or ``revision`` in the body)."""
    definition, beside = definition_in(request)
    revision = revision_in(request, beside)
    told = message or str(beside.get("message") or "")
    shown = await call(request, _updated, flow_id, definition, revision, told)
    routes_changed()
    return _flow_response(request, shown, 200)


@router.delete("/flows/{flow_id}", response={204: None})
async def delete(request: HttpRequest, flow_id: Name) -> Status[None]:
    """Delete a flow and take its triggers out of force; its executions stay."""
    await call(request, delete_flow, flow_id)
    routes_changed()
    return Status(204, None)


def _created(world: World, actor: Principal, definition: Definition, message: str, name: str) -> FlowView:
    record = create_flow(world, actor, definition, message, name=name)
    return view(world, actor.subnet, record.id)


def _updated(
    world: World, actor: Principal, flow_id: str, definition: Definition, revision: str, message: str
) -> FlowView:
    if revision == "*":
        revision = world.flows.record(actor.subnet, flow_id).revision
    record = update_flow(world, actor, flow_id, definition, revision, message)
    return view(world, actor.subnet, record.id)


# --- versions ---------------------------------------------------------------------------------------


@router.get("/flows/{flow_id}/versions", response=list[m.VersionShown])
async def versions(request: HttpRequest, flow_id: Name) -> list[Json]:
    """All versions that were ever saved, newest first."""
    return [version_of(entry) for entry in await call(request, flow_history, flow_id)]


@router.get(
    "/flows/{flow_id}/versions/{version}",
    response={200: m.FlowShown, 304: None},
    openapi_extra=m.YAML_ANSWER,
)
async def show_version(request: HttpRequest, flow_id: Name, version: Name) -> HttpResponse:
    """One version: a CID, a number, a tag, ``draft`` or ``published``."""
    return _flow_response(request, await call(request, get_flow, flow_id, version), 200)


@router.get("/flows/{flow_id}/diff", response=Json)
async def diff(
    request: HttpRequest,
    flow_id: Name,
    before: Name = FROM,
    after: Name = TO,
) -> Json:
    """What changed from one version to another."""
    found: FlowDiff = await call(request, diff_versions, flow_id, before, after)
    return found.as_json()


@router.post("/flows/{flow_id}/rollback", response=m.FlowShown)
async def rollback(request: HttpRequest, flow_id: Name, body: m.RollbackBody) -> HttpResponse:
    """Save an older version again, as the newest; nothing of the history is lost."""
    revision = revision_in(request, {"revision": body.revision})
    shown = await call(request, _rolled_back, flow_id, body.version, revision, body.message)
    return _flow_response(request, shown, 200)


def _rolled_back(
    world: World, actor: Principal, flow_id: str, version: str, revision: str, message: str
) -> FlowView:
    if revision == "*":
        revision = world.flows.record(actor.subnet, flow_id).revision
    rollback_flow(world, actor, flow_id, version, revision, message)
    return view(world, actor.subnet, flow_id)


@router.post("/flows/{flow_id}/tags", response={204: None})
async def tag_a_version(request: HttpRequest, flow_id: Name, body: m.TagBody) -> Status[None]:
    """Name a version; the name moves here if another version had it."""
    await call(request, tag_version, flow_id, body.version, body.tag)
    return Status(204, None)


@router.delete("/flows/{flow_id}/tags/{tag}", response={204: None})
async def untag_a_version(request: HttpRequest, flow_id: Name, tag: Name) -> Status[None]:
    """Take a name away from the version that has it; the version stays, and so does the record of both."""
    await call(request, untag_version, flow_id, tag)
    return Status(204, None)


# --- in and out of force ----------------------------------------------------------------------------


@router.post("/flows/{flow_id}/archive", response=m.FlowRecordShown)
async def archive(request: HttpRequest, flow_id: Name, body: m.ArchiveBody | None = None) -> Json:
    """Put a flow away, which takes its triggers out of force, or take it back out."""
    record = await call(request, archive_flow, flow_id, body.archived if body else True)
    routes_changed()
    return record_of(record)


@router.post("/flows/{flow_id}/publish", response=m.FlowRecordShown)
async def publish(request: HttpRequest, flow_id: Name, body: m.PublishBody | None = None) -> Json:
    """Make a version the one that triggers start; its routes answer from now on."""
    version = (body.version if body else None) or DRAFT
    patiently = await call(request, _tests_first, flow_id, version)
    record = await (call_patiently if patiently else call)(request, publish_flow, flow_id, version)
    routes_changed()
    return record_of(record)


def _tests_first(world: World, actor: Principal, flow_id: str, version: str) -> bool:
    """Whether publishing runs the flow's tests, which may take long; whoever may not know learns nothing."""
    try:
        return view(world, actor.subnet, flow_id, version).flow.settings.tests_must_pass
    except UnknownObject:
        return False


@router.post("/flows/{flow_id}/unpublish", response=m.FlowRecordShown)
async def unpublish(request: HttpRequest, flow_id: Name) -> Json:
    """No trigger starts the flow any more; running executions go on."""
    record = await call(request, unpublish_flow, flow_id)
    routes_changed()
    return record_of(record)


# --- bodies and answers -----------------------------------------------------------------------------


def definition_in(request: HttpRequest) -> tuple[Definition, Mapping[str, Any]]:
    """The definition in a body, and the keys beside it. Text stays text where it can, so that
    problems can name their line."""
    text = request.body
    if not text:
        raise refuse(400, "bad_definition", "the body must be a flow definition, in JSON or YAML")
    kind = str(request.headers.get("Content-Type", "")).partition(";")[0].strip().lower()
    if not text.lstrip().startswith(b"{") or kind.endswith("yaml"):
        return text, {}
    value = read_json(text)
    ours = OURS | (OURS_IN_JSONFLOW if "workflow" in value else frozenset())
    beside = {key: value[key] for key in ours if key in value}
    if not beside:
        return text, {}
    for key in ("revision", "message"):
        _check_text(key, beside.get(key))
    return {key: item for key, item in value.items() if key not in ours}, beside


def _check_text(key: str, value: Any) -> None:
    if value is not None and not (
        isinstance(value, str) and "\x00" not in value and len(value) <= NOTE_CHARACTERS_MAX
    ):
        raise refuse(
            400, "invalid_input", f"{key} must be a text of at most {NOTE_CHARACTERS_MAX} characters"
        )


def revision_in(request: HttpRequest, beside: Mapping[str, Any]) -> str:
    """The revision a save is based on: from If-Match, or from the body; ``*`` means whatever is newest.

    Raises :class:`~engine.web.problems.Refused` (428) where there is none.
    """
    tag = str(request.headers.get("If-Match", "")).strip().removeprefix("W/").strip('"')
    revision = tag or str(beside.get("revision") or "")
    if not revision:
        detail = "send the revision you loaded: in If-Match (its ETag), or as revision in the body"
        raise refuse(428, "revision_required", detail, error_type=ErrorType.VALIDATION_ERROR)
    return revision


def _flow_response(request: HttpRequest, shown: FlowView, status: int) -> HttpResponse:
    tag = f'"{shown.flow.version}"'
    if status == 200 and request.method == "GET" and request.headers.get("If-None-Match", "") == tag:
        response = HttpResponse(status=304)
    elif "yaml" in request.headers.get("Accept", ""):
        response = HttpResponse(dump_flow(shown.flow), content_type="application/yaml", status=status)
    else:
        body = write_json(flow_of(shown))
        response = HttpResponse(body, content_type="application/json", status=status)
    response["ETag"] = tag
    return response
