"""Headers, facts and commits for tests of stores."""

from __future__ import annotations

from typing import Any

from engine.journal import facts as f
from engine.journal.state import Status
from engine.ports.journal_store import Commit, Header, Outgoing

ITEMS = f.PortData("bafyitems", 1, [{"json": {"n": 1}}])


def header(id: str = "exe_1", **fields: Any) -> Header:
    """A running execution of flow ``orders`` in subnet ``alpha``."""
    values: dict[str, Any] = {
        "subnet": "alpha",
        "flow": "orders",
        "version": "bafyversion",
        "status": Status.RUNNING,
        "trigger_type": "webhook",
        "mode": "production",
        "priority": 5,
        "actor": "tok_alice",
        "created_us": 1_000,
        "updated_us": 1_000,
    }
    return Header(id, **{**values, **fields})


def started(at_us: int = 1_000) -> f.ExecutionStarted:
    """The first fact."""
    return f.ExecutionStarted(
        at_us=at_us,
        flow="orders",
        version="bafyversion",
        subnet="alpha",
        trigger_type="webhook",
        trigger_step="hook",
        items=ITEMS,
    )


def completed(task: int = 1, at_us: int = 2_000, **fields: Any) -> f.StepCompleted:
    """A finished step."""
    values: dict[str, Any] = {"outputs": {"main": ITEMS}, "logs": ["a line"], "memory": {"at": task}}
    return f.StepCompleted(
        at_us=at_us,
        task=task,
        step="shape",
        run=task - 1,
        attempt=1,
        input_cid="bafyin",
        output_cid="bafyout",
        code="data.set@1",
        started_us=at_us - 10,
        **{**values, **fields},
    )


def checkpoint(head: str = "") -> f.CheckpointCreated:
    """A checkpoint that stands for what is dropped."""
    return f.CheckpointCreated(at_us=3_000, checkpoint="chk", state={"n": 1}, truncates=True, head=head)


def creation(
    id: str = "exe_1", *facts: f.Fact, outgoing: list[Outgoing] | None = None, **fields: Any
) -> Commit:
    """The first commit of an execution."""
    return Commit(header(id, **fields), 0, facts or (started(),), outgoing or ())
