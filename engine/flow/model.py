"""The one graph that every definition format becomes.

A flow is a value: two flows with the same canonical form have the same CID, whatever file they
came from. Positions, notes and names for people are part of it, times and revisions are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from engine.base.canonical import cid_of
from engine.base.errors import ErrorType
from engine.flow.plain_form import canonical_form

OnError = Literal["stop", "continue", "failure"]
"""What a step's last failed attempt does: stop the execution, go on with the step's input on its
first port, or go on with an error item on the port ``failure``."""

Order = Literal["concurrent", "v1", "v0"]
"""``concurrent``: ready branches run at once; ``v1`` and ``v0``: one step at a time, in n8n's
depth-first and breadth-first order."""

FAILURE = "failure"
"""The output port that every step has for its errors."""

MAIN = "main"

ANY_ERROR = "*"
"""Among the error types to retry: every error, also those that trying again is not known to mend."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When and how often a failed step runs again; times in milliseconds."""

    attempts: int = 1  # in all, the first one included
    delay_ms: int = 1_000
    factor: float = 2.0  # each further delay is this times longer
    delay_max_ms: int = 60_000
    jitter: float = 0.1  # share of the delay, drawn evenly around it
    retry_on: tuple[str, ...] = (
        ErrorType.NETWORK_ERROR.value,
        ErrorType.TIMEOUT_ERROR.value,
        ErrorType.NODE_FAILURE.value,
        ErrorType.RESOURCE_EXHAUSTED.value,
        ErrorType.EXECUTION_ERROR.value,
    )


@dataclass(frozen=True, slots=True)
class Step:
    """One box of a flow. ``parameters`` are as written: references are resolved when it runs."""

    id: str
    type: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""  # for people; empty means the id
    timeout_ms: int | None = None
    retry: RetryPolicy | None = None
    on_error: OnError = "stop"
    join: Literal["each", "all"] = "each"  # each wire's items run it; or it waits for every wire
    disabled: bool = False  # passes its input on
    execute_once: bool = False  # sees only the first item
    always_output: bool = False  # gives one empty item where it would give none
    requirements: Mapping[str, Any] = field(default_factory=dict)  # resources, node preference
    consensus: Mapping[str, Any] = field(default_factory=dict)
    notes: str = ""
    position: tuple[float, float] | None = None

    @property
    def title(self) -> str:
        """The name for people."""
        return self.name or self.id


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """A wire from an output port to an input port."""

    source: str
    target: str
    source_port: str = MAIN
    target_port: str = MAIN


@dataclass(frozen=True, slots=True)
class FlowSettings:
    """How a flow runs."""

    order: Order = "concurrent"
    timeout_ms: int | None = None
    concurrency_max: int | None = None  # executions of this flow at once; more wait
    priority: int = 5  # 0 first .. 9 last
    error_flow: str | None = None  # flow to start when an execution fails
    retention_days: int | None = None
    history_facts_max: int | None = None
    timezone: str | None = None  # IANA name; else the node's
    save_data: Literal["all", "failed", "none"] = "all"
    tests_must_pass: bool = False  # publish only a version whose tests pass


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the index knows of a flow (the reference's ``FlowMetadata``)."""

    tags: tuple[str, ...] = ()
    category: str = ""
    visibility: Literal["public", "dao-only", "private"] = "private"
    dao_subnet: str | None = None
    required_permissions: tuple[str, ...] = ()
    estimated_duration_ms: int | None = None
    resource_requirements: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Flow:
    """A definition. ``id`` is unique within a subnet; ``label`` is the author's own version text."""

    id: str
    name: str
    steps: tuple[Step, ...]
    edges: tuple[Edge, ...] = ()
    label: str = "1.0.0"
    owner: str = ""
    description: str = ""
    settings: FlowSettings = FlowSettings()
    metadata: Metadata = Metadata()
    policy: Mapping[str, Any] = field(default_factory=dict)  # fault_tolerance, consensus, isolation
    format: Literal["qflow", "jsonflow", "n8n"] = "qflow"
    extra: Mapping[str, Any] = field(default_factory=dict)  # format's own parts, kept for export
    canvas: Mapping[str, Any] = field(default_factory=dict)  # notes and groups, as definitions write them
    tests: tuple[Mapping[str, Any], ...] = ()  # cases, as definitions write them

    @cached_property
    def by_id(self) -> dict[str, Step]:
        """Steps by their id."""
        return {step.id: step for step in self.steps}

    @cached_property
    def version(self) -> str:
        """The CID of the canonical form."""
        return cid_of(canonical_form(self))
