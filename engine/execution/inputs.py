"""What the driver tells ``decide``: the inputs of the state machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from engine.base.errors import ErrorInfo
from engine.base.record import record
from engine.journal.facts import PortData
from engine.ports.sandbox import NOTHING_SPENT, NOTHING_USED, Spent, Usage


@record
class Proceed:
    """Look for what can be done now. ``room``: how many more steps may act at once."""

    now_us: int
    room: int = 64


@record
class Recovered:
    """A worker took over an execution whose steps in flight died with their worker."""

    now_us: int


@record
class StepReturned:
    """An attempt came back with its outputs."""

    now_us: int
    task: int
    outputs: Mapping[str, PortData]
    input_cid: str
    output_cid: str
    code: str
    memory: Mapping[str, Any] | None = None
    answer: Mapping[str, Any] | None = None
    logs: Sequence[str] = ()
    usage: Usage = NOTHING_USED
    started_us: int = 0
    custom: Mapping[str, str] = field(default_factory=dict)


@record
class StepRaised:
    """An attempt came back with an error; ``outputs`` are for going on as ``on_error`` says."""

    now_us: int
    task: int
    error: ErrorInfo
    started_us: int = 0
    outputs: Mapping[str, PortData] = field(default_factory=dict)
    logs: Sequence[str] = ()
    spent: Spent = NOTHING_SPENT


@record
class StepWaits:
    """An attempt asks to be parked."""

    now_us: int
    task: int
    wait: Mapping[str, Any]
    memory: Mapping[str, Any] | None = None
    started_us: int = 0


@record
class StepRefused:
    """The pipeline refused an attempt: the execution ends, whatever the step's ``on_error`` says."""

    now_us: int
    task: int
    error: ErrorInfo


@record
class StepWithheld:
    """An attempt may not run now. With a ``finding`` the execution pauses until ``awaits`` happens; without,
    it is tried again."""

    now_us: int
    task: int
    awaits: str = ""
    reason: str = ""
    finding: Mapping[str, Any] = field(default_factory=dict)


@record
class Signalled:
    """A signal came out of the inbox (see ``engine.ports.journal_store.Posted``)."""

    now_us: int
    id: str
    kind: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    actor: str = ""


Input = Proceed | Recovered | StepReturned | StepRaised | StepWaits | StepRefused | StepWithheld | Signalled
