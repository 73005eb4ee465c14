"""REST: executions, from looking at them to running them again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from engine.audit.verifier.bundle import Refused
from engine.base.errors import CorruptData
from engine.base.limits import LOG_LINES_MAX
from engine.journal.state import Status as ExecutionStatus
from engine.ports.access_store import Principal
from engine.ports.journal_store import ExecutionQuery, Header
from engine.usecases.answer_wait import answer_wait
from engine.usecases.attest_receipts import attest_receipts
from engine.usecases.checkpoints import create_checkpoint, list_checkpoints, restore_checkpoint
from engine.usecases.control_execution import abort_execution, pause_execution, resume_execution
from engine.usecases.delete_execution import delete_execution
from engine.usecases.export_execution import export_execution
from engine.usecases.fork_execution import ForkRequest, fork_execution, replay_execution
from engine.usecases.inspect_execution import execution_logs, execution_metrics, get_execution
from engine.usecases.verify_execution import verify_execution
from engine.usecases.world import World
from engine.web.rest import models as m
from engine.web.rest.calls import call
from engine.web.rest.execution_views import (
    checkpoint_of,
    show_page,
    show_result,
    show_runs,
    show_state,
    summary_of,
)
from engine.web.rest.start_models import Started

router = Router(tags=["executions"])

Json = dict[str, Any]

SETTLE_TRIES = 40
SETTLE_PAUSE_S = 0.0125
"""How long an answer to pause, resume or abort waits for the worker to take it up: half a second."""


@router.get("/executions", response=m.ExecutionPage)
async def list_executions(
    request: HttpRequest,
    flowId: m.Name | None = None,
    status: ExecutionStatus | None = None,
    parent: m.Name | None = None,
    before: m.Name | None = None,
    limit: int = Query(50, ge=1, le=250),
) -> Json:
    """Executions of the token's subnet, newest first; ``before`` is the ``next`` of the page before."""
    query = ExecutionQuery("", flowId, status.value if status else None, parent, before, limit)
    return await call(request, show_page, query)


@router.get("/executions/{execution_id}", response=m.ExecutionState)
async def get_execution_state(request: HttpRequest, execution_id: m.Name) -> Json:
    """An execution's state."""
    return await call(request, show_state, execution_id)


@router.post("/executions/{execution_id}/pause", response=m.ExecutionState)
async def pause(request: HttpRequest, execution_id: m.Name, body: m.Reason | None = None) -> Json:
    """Let nothing new start; steps in flight finish."""
    await call(request, pause_execution, execution_id, body.reason if body else "")
    return await _settled(request, execution_id, lambda s: s.ended or s is ExecutionStatus.PAUSED)


@router.post("/executions/{execution_id}/resume", response=m.ExecutionState)
async def resume(request: HttpRequest, execution_id: m.Name) -> Json:
    """Let a paused execution go on."""
    await call(request, resume_execution, execution_id)
    return await _settled(request, execution_id, lambda s: s is not ExecutionStatus.PAUSED)


@router.post("/executions/{execution_id}/abort", response=m.ExecutionState)
async def abort(request: HttpRequest, execution_id: m.Name, body: m.Reason | None = None) -> Json:
    """End an execution; steps in flight are cancelled, sub-flows aborted."""
    await call(request, abort_execution, execution_id, body.reason if body else "")
    return await _settled(request, execution_id, lambda s: s.ended)


async def _settled(request: HttpRequest, execution: str, settled: Callable[[ExecutionStatus], bool]) -> Json:
    """The state once its worker took the signal up, or as it is after half a second."""
    for _ in range(SETTLE_TRIES):
        header: Header = await call(request, _header, execution)
        if settled(header.status):
            break
        await asyncio.sleep(SETTLE_PAUSE_S)
    return await call(request, _state_for_writer, execution)


def _header(world: World, actor: Principal, execution: str) -> Header:
    return get_execution(world, _reader(actor), execution)


def _state_for_writer(world: World, actor: Principal, execution: str) -> Json:
    return show_state(world, _reader(actor), execution)


def _reader(actor: Principal) -> Principal:
    """Who may change an execution sees what became of it."""
    return Principal(actor.id, actor.name, actor.subnet, actor.scopes | {"executions:read"})


@router.get("/executions/{execution_id}/logs", response=m.Log)
async def logs(
    request: HttpRequest,
    execution_id: m.Name,
    after: int = Query(0, ge=0, le=2**31 - 1),
    limit: int = Query(LOG_LINES_MAX, ge=1, le=LOG_LINES_MAX),
) -> Json:
    """The journal in sentences, and what steps wrote; ``limit`` counts journal entries."""
    lines = await call(request, execution_logs, execution_id, after, limit)
    following = max((line["sequence"] for line in lines), default=after)
    return {"executionId": execution_id, "lines": lines, "next": following}


@router.get("/executions/{execution_id}/metrics", response=Json)
async def metrics(request: HttpRequest, execution_id: m.Name) -> Json:
    """How long the execution and its steps took; times in milliseconds."""
    return await call(request, execution_metrics, execution_id)


@router.get("/executions/{execution_id}/result", response=m.Items)
async def result(request: HttpRequest, execution_id: m.Name) -> Json:
    """The items that the last step gave."""
    return await call(request, show_result, execution_id)


@router.get("/executions/{execution_id}/steps/{step}", response=m.StepRuns)
async def step_runs(
    request: HttpRequest, execution_id: m.Name, step: m.Name, run: int | None = Query(None, ge=0, le=10**9)
) -> Json:
    """The runs of a step, and the outputs of one of them (the last, unless named)."""
    return await call(request, show_runs, execution_id, step, run)


@router.get("/executions/{execution_id}/checkpoints", response=list[m.Checkpoint])
async def checkpoints(request: HttpRequest, execution_id: m.Name) -> list[Json]:
    """Checkpoints, oldest first."""
    found = await call(request, list_checkpoints, execution_id)
    return [checkpoint_of(checkpoint) for checkpoint in found]


class CheckpointAsked(m.Shown):
    """A checkpoint that the execution's worker will create at its next turn."""

    checkpointId: str


@router.post("/executions/{execution_id}/checkpoints", response={202: CheckpointAsked})
async def add_checkpoint(
    request: HttpRequest, execution_id: m.Name, body: m.CheckpointBody | None = None
) -> Status[Json]:
    """Ask for a checkpoint."""
    made = await call(request, create_checkpoint, execution_id, body.label if body else "")
    return Status(202, {"checkpointId": made})


@router.post(
    "/executions/{execution_id}/checkpoints/{checkpoint_id}/restore", response={202: m.ExecutionState}
)
async def restore(request: HttpRequest, execution_id: m.Name, checkpoint_id: m.Name) -> Status[Json]:
    """Go back to a checkpoint: what came after it is done again."""
    await call(request, restore_checkpoint, execution_id, checkpoint_id)
    return Status(202, await call(request, _state_for_writer, execution_id))


@router.post("/executions/{execution_id}/fork", response={201: Started})
async def fork(request: HttpRequest, execution_id: m.Name, body: m.ForkBody) -> Status[Json]:
    """A new execution that has everything this one had before a step, and goes on from there."""
    wanted = ForkRequest(execution_id, body.step, body.run, body.checkpoint, body.edits, body.version)
    started = await call(request, fork_execution, wanted)
    return Status(201, {"executionId": started.execution, "status": "running"})


@router.post("/executions/{execution_id}/replay", response={201: Started})
async def replay(
    request: HttpRequest, execution_id: m.Name, body: m.ReplayBody | None = None
) -> Status[Json]:
    """Run again from the start with the same input."""
    started = await call(request, replay_execution, execution_id, body.version if body else None)
    status = "pending" if started.pending else "running"
    return Status(201, {"executionId": started.execution, "status": status})


@router.post("/executions/{execution_id}/answer", response={202: m.ExecutionSummary})
async def answer(request: HttpRequest, execution_id: m.Name, body: m.AnswerBody) -> Status[Json]:
    """Answer a step that waits: an approval, or what a call to its resume URL would bring."""
    header = await call(request, answer_wait, execution_id, body.task, body.payload, kind=body.kind)
    return Status(202, summary_of(header))


@router.get("/executions/{execution_id}/export", response=Json)
async def export(
    request: HttpRequest,
    execution_id: m.Name,
    withhold: bool = False,
    format: Literal["bundle", "in-toto"] = "bundle",
    step: m.Name | None = None,
) -> HttpResponse:
    """The bundle with which a stranger can check the execution. With `withhold`, it shows receipts and proofs
    but no contents. As `in-toto`: an envelope a line for each receipt, or for those of one step."""
    if format == "in-toto":
        return _lines(await call(request, attest_receipts, execution_id, step))
    bundle = await call(request, export_execution, execution_id, withhold=withhold)
    response = HttpResponse(bundle, content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="execution.json"'
    return response


def _lines(envelopes: list[Json]) -> HttpResponse:
    text = "".join(json.dumps(one) + "\n" for one in envelopes)
    response = HttpResponse(text, content_type="application/x-ndjson")
    response["Content-Disposition"] = 'attachment; filename="receipts.jsonl"'
    return response


@router.get("/executions/{execution_id}/verify", response=Json)
async def verify(request: HttpRequest, execution_id: m.Name, identity: m.Name | None = None) -> Json:
    """What the execution's journal proves (`ok`), or the first entry that is not as it was written;
    `identity`: who must have signed it."""
    return await call(request, _verified, execution_id, identity)


def _verified(world: World, actor: Principal, execution: str, identity: str | None) -> Json:
    try:
        return {"ok": True, **asdict(verify_execution(world, actor, execution, identity))}
    except Refused as refused:
        return {"ok": False, "where": refused.where, "what": refused.what}
    except CorruptData as error:
        return {"ok": False, "where": f"entry {error.details.get('sequence', '?')}", "what": error.message}


@router.delete("/executions/{execution_id}", response={204: None})
async def delete(request: HttpRequest, execution_id: m.Name) -> Status[None]:
    """Delete an ended execution and its journal."""
    await call(request, delete_execution, execution_id)
    return Status(204, None)
