"""What the step panel of the editor asks: a step's input, what its parameters come to, what its runs gave."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST, require_safe
from markdown_it import MarkdownIt

from designer.access import answer
from designer.requests import part, sent
from engine.api import (
    ExecutionState,
    Header,
    InvalidInput,
    Item,
    Principal,
    Run,
    StepInView,
    execution_logs,
    execution_state,
    items_of,
    preview_values,
    step_inputs,
    world,
)

SHOWN_BYTES_MAX = 8_000_000
"""How much of a step's data one answer carries; the panel says what it leaves out."""

RUNS_SHOWN_MAX = 200
LOG_LINES_MAX = 1_000


@require_POST
@answer
def inputs(request: HttpRequest, actor: Principal) -> HttpResponse:
    """The items per input port that a step's next run would get."""
    given = step_inputs(world(), actor, _in_view(sent(request)))
    return JsonResponse({"ports": {port: _within(items, SHOWN_BYTES_MAX) for port, items in given.items()}})


@require_POST
@answer
def preview(request: HttpRequest, actor: Principal) -> HttpResponse:
    """What values as written come to for one item."""
    asked = sent(request)
    item = asked.get("item", 0)
    if not isinstance(item, int) or item < 0:
        raise InvalidInput("item must be the place of an item, from 0")
    values = preview_values(world(), actor, _in_view(asked), part(asked, "values", list), item)
    return JsonResponse({"values": values})


@require_safe
@answer
def runs(request: HttpRequest, actor: Principal, execution: str, step: str) -> HttpResponse:
    """The runs of a step in an execution: status, error, times, items per port, and what its code wrote;
    with ``?inputs`` also what they got."""
    header, state = execution_state(world(), actor, execution)
    found = sorted(state.runs.get(step, {}).items())[-RUNS_SHOWN_MAX:]
    both = "inputs" in request.GET
    budget = SHOWN_BYTES_MAX // max(len(found), 1) // (2 if both else 1)
    shown = [_run(header, number, run, budget) for number, run in found]
    if both:
        for one, (_, run) in zip(shown, found, strict=True):
            one["inputs"] = _given(header, state, run, budget)
    logs = _logs(actor, header, step)
    return JsonResponse({"execution": header.id, "step": step, "runs": shown, "logs": logs})


@require_safe
@answer
def help_page(request: HttpRequest, actor: Principal, type_name: str) -> HttpResponse:
    """The help of a step type, as HTML without any markup of its own."""
    catalogue = world().catalogue
    name = catalogue.resolve_alias(type_name) or type_name
    return HttpResponse(_markdown().render(catalogue.help(catalogue.get(name).manifest.type)))


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _in_view(asked: Mapping[str, Any]) -> StepInView:
    definition = asked.get("definition")
    return StepInView(
        str(asked.get("flow") or ""),
        part(asked, "step", str),
        kept=str(asked["kept"]) if asked.get("kept") else None,
        definition=definition if isinstance(definition, dict) else None,
    )


def _run(header: Header, number: int, run: Run, budget: int) -> dict[str, Any]:
    share = budget // max(len(run.outputs), 1)
    return {
        "run": number,
        "status": run.status,
        "error": run.error,
        "ms": (run.ended_us - run.started_us) / 1000,
        "attempts": run.attempts,
        "ports": {
            port: _within(items_of(world(), header, data), share) for port, data in run.outputs.items()
        },
    }


def _given(header: Header, state: ExecutionState, run: Run, budget: int) -> dict[str, Any]:
    """The items that a run got, per input port."""
    share = budget // max(len(run.inputs), 1)
    ports = {}
    for port, sources in run.inputs.items():
        items = [item for source in sources for item in items_of(world(), header, state.items_of(source))]
        ports[port] = _within(items, share)
    return ports


def _within(items: Sequence[Item], budget: int) -> dict[str, Any]:
    """As many of the items as fit, and how many there are."""
    shown: list[Item] = []
    for item in items:
        budget -= len(json.dumps(item, separators=(",", ":"), default=str))
        if budget < 0 and shown:
            break
        shown.append(item)
    return {"count": len(items), "items": shown}


def _logs(actor: Principal, header: Header, step: str) -> list[dict[str, Any]]:
    lines = execution_logs(world(), actor, header.id, limit=LOG_LINES_MAX)
    return [line for line in lines if line.get("step") == step and line["event"] == "step.log"]
