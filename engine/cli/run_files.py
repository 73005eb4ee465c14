"""Importing and executing the files of ``qflow run``."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from engine.base.errors import InvalidInput, QflowError
from engine.cli.inputs import read_file
from engine.cli.resting import rest_of
from engine.cli.run_result import FileResult
from engine.execution.binaries import BlockBinaries, SubnetBlocks, with_inline_files
from engine.flow.model import FAILURE
from engine.journal.state import ExecutionState, Run
from engine.ports.access_store import Principal
from engine.ports.journal_store import Header
from engine.ports.step_catalogue import Item
from engine.usecases.control_execution import abort_execution
from engine.usecases.create_flow import create_flow
from engine.usecases.import_flows import N8N, import_flows
from engine.usecases.inspect_execution import items_of, state_of
from engine.usecases.start_execution import StartRequest, start_execution
from engine.usecases.world import World

SHOWN_FILE_BYTES_MAX = 1024 * 1024
"""Larger files are not written into the result."""

ACTOR = Principal("local", "local", "personal", frozenset({"admin"}))


def import_file(world: World, path: str) -> FileResult:
    """Create the flow of a file, unpublished; one that is not valid tells its problems. Of another
    system's export the first workflow is the one to run, and the others can be called by it."""
    try:
        data = read_file(path)
        if world.importer(N8N).reads(data, world.limits):
            arrivals = import_flows(world, ACTOR, data, PurePath(path).stem)
            return FileResult(path, arrivals[0].imported.flow, status="pending")
        record = create_flow(world, ACTOR, data, name=path)
    except InvalidInput as error:
        problems = tuple(str(problem) for problem in error.problems)
        told = {"type": str(error.type), "message": "; ".join([error.message, *problems]), "step": None}
        return FileResult(path, error=told)
    return FileResult(path, world.flows.version("personal", record.revision), status="pending")


def run_flow(world: World, file: FileResult, items: Sequence[Item], args: argparse.Namespace) -> FileResult:
    """Execute a file's flow and fill in what became of it."""
    assert file.flow is not None
    pins: Mapping[str, Any] | None = {} if args.ignore_pins else None
    try:
        version = file.flow.version
        request = StartRequest(file.flow.id, items, version=version, mode="manual", wait="rest", pins=pins)
        started = start_execution(world, ACTOR, request)
    except QflowError as error:
        file.status = "failed"
        file.error = {"type": str(error.type), "message": error.message, "step": None}
        return file
    file.execution = started.execution
    header = rest_of(world, started.execution, args.timeout, started.future)
    if not header.status.ended and str(header.status) != "waiting":
        abort_execution(world, ACTOR, header.id, "qflow run --timeout")
    return _filled(world, file, header)


def _filled(world: World, file: FileResult, header: Header) -> FileResult:
    state = state_of(world, header)
    file.status = str(header.status)
    file.duration_ms = _ms(header.created_us, header.ended_us or header.updated_us)
    if header.error:
        file.error = {name: header.error.get(name) for name in ("type", "message", "step")}
    if not header.status.ended and file.status != "waiting":
        file.status = "failed"
        message = "it did not end within --timeout"
        file.error = {"type": "timeout_error", "message": message, "step": header.current_step or None}
    file.steps = _steps(world, header, state)
    plan = world.plans.get(header.subnet, header.version)
    file.waiting = [f"{plan.step(p.task.step).title} waits ({p.wait['kind']})" for p in state.parked.values()]
    return file


def _steps(world: World, header: Header, state: ExecutionState) -> dict[str, dict[str, Any]]:
    """Runs by step name, steps in the order of their first run."""
    plan = world.plans.get(header.subnet, header.version)
    first = {step: min(run.order for run in runs.values()) for step, runs in state.runs.items() if runs}
    steps = {}
    for step in sorted(first, key=first.__getitem__):
        ports = [*plan.ports[step].outputs, FAILURE]
        runs = [_run(world, header, run, ports) for _, run in sorted(state.runs[step].items())]
        steps[plan.step(step).title] = {"runs": runs}
    return steps


def _run(world: World, header: Header, run: Run, ports: Sequence[str]) -> dict[str, Any]:
    names = [*ports[:-1], *([FAILURE] if run.outputs.get(FAILURE) else [])]
    names += [name for name in run.outputs if name not in ports]
    blocks = SubnetBlocks(world.blocks, header.subnet)
    binaries = BlockBinaries(blocks, world.limits.binary_bytes_max)
    found = (items_of(world, header, run.outputs.get(name)) for name in names)
    outputs = [with_inline_files(items, binaries, SHOWN_FILE_BYTES_MAX) for items in found]
    return {"status": run.status, "outputs": outputs, "duration_ms": _ms(run.started_us, run.ended_us)}


def _ms(start_us: int, end_us: int) -> float:
    return round((end_us - start_us) / 1000, 3)
