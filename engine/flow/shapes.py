"""The keys of both definition formats: the one source for checking them, their schemas and docs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from engine.base.errors import ErrorType
from engine.base.limits import CASE_ASSERTIONS_MAX, CASES_MAX

STEP_ID = r"^[A-Za-z0-9_][A-Za-z0-9_-]*$"
FLOW_ID = r"^[A-Za-z0-9_][A-Za-z0-9._-]*$"

StepId = Annotated[str, Field(pattern=STEP_ID, max_length=128)]
FlowId = Annotated[str, Field(pattern=FLOW_ID, max_length=128)]
Name = Annotated[str, Field(min_length=1, max_length=256)]
Text = Annotated[str, Field(max_length=65_536)]
Milliseconds = Annotated[int, Field(ge=1, le=10 * 366 * 24 * 3600 * 1000)]
Share = Annotated[float, Field(ge=0, le=1)]
Targets = str | list[str]
ErrorTypeName = Literal[
    "validation_error",
    "execution_error",
    "node_failure",
    "network_error",
    "permission_denied",
    "resource_exhausted",
    "timeout_error",
    "dao_policy_violation",
]

assert set(ErrorTypeName.__args__) == {kind.value for kind in ErrorType}  # type: ignore[attr-defined]


class Shape(BaseModel):
    """Base: no unknown keys, no silent conversions."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=False)


class CamelShape(Shape):
    """Base of what the reference writes in camelCase."""

    model_config = ConfigDict(alias_generator=to_camel)


class RetryShape(CamelShape):
    """When and how often a failed step runs again."""

    max_attempts: int | None = Field(None, ge=1, le=1000, description="in all, the first included")
    attempts: int | None = Field(None, ge=1, le=1000, description="the same as maxAttempts")
    delay_ms: Annotated[int, Field(ge=0, le=86_400_000)] | None = Field(
        None, description="before the second attempt"
    )
    initial_delay_ms: Annotated[int, Field(ge=0, le=86_400_000)] | None = Field(
        None, description="the same as delayMs"
    )
    backoff_multiplier: Annotated[float, Field(ge=1, le=100)] | None = Field(
        None, description="each further delay is this times longer"
    )
    factor: Annotated[float, Field(ge=1, le=100)] | None = Field(
        None, description="the same as backoffMultiplier"
    )
    max_delay_ms: Annotated[int, Field(ge=0, le=86_400_000)] | None = None
    jitter: bool | Share | None = Field(None, description="share of the delay; true: 0.1, false: none")
    retryable_errors: list[ErrorTypeName | Literal["*"]] | None = Field(
        None, description="error types to retry; * retries every error, whether that may help or not"
    )


class QflowStep(CamelShape):
    """One step of a Flow Definition."""

    id: StepId = Field(description="unique in the flow; other steps name it in $id.path")
    type: Name = Field(
        "task", description="task, condition, parallel, event-trigger, module-call, or a step type itself"
    )
    action: Name | None = Field(None, description="the step type, such as http.request")
    params: dict[str, Any] = Field({}, description="the step type's parameters")
    name: Annotated[str, Field(max_length=256)] | None = Field(None, description="for people")
    notes: Text | None = None
    on_success: str | None = Field(None, description="step to go on with; for a condition: if true")
    on_failure: str | None = Field(None, description="step after a failure; for a condition: if false")
    next: dict[str, Targets] | None = Field(
        None, description="per output port: a step, step.port, or a list of them"
    )
    timeout: Milliseconds | None = Field(None, description="of one attempt, in milliseconds")
    retry_policy: RetryShape | None = None
    on_error: Literal["stop", "continue", "failure"] | None = Field(
        None, description="after the last attempt failed: stop, go on, or go on from port failure"
    )
    join: Literal["each", "all"] | None = Field(
        None, description="all: wait until every wire that leads here has brought its items"
    )
    disabled: bool | None = Field(None, description="pass the input on without running")
    execute_once: bool | None = Field(None, description="see only the first item")
    always_output: bool | None = Field(None, description="give one empty item instead of none")
    position: Annotated[list[float], Field(min_length=2, max_length=2)] | None = None
    resource_limits: dict[str, Any] | None = None
    resource_requirements: dict[str, Any] | None = None
    node_preference: str | None = None
    consensus: dict[str, Any] | None = None


class MetadataShape(CamelShape):
    """What the index knows of a flow."""

    tags: list[Annotated[str, Field(min_length=1, max_length=64)]] = []
    category: Annotated[str, Field(max_length=128)] = ""
    visibility: Literal["public", "dao-only", "private"] = "private"
    dao_subnet: str | None = None
    required_permissions: list[str] = []
    estimated_duration: Annotated[int, Field(ge=0)] | None = Field(None, description="milliseconds")
    resource_requirements: dict[str, Any] = {}


class SettingsShape(CamelShape):
    """How the flow runs."""

    order: Literal["concurrent", "v1", "v0"] = "concurrent"
    timeout_ms: Milliseconds | None = Field(None, description="running time; waits do not count")
    concurrency_max: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    priority: Annotated[int, Field(ge=0, le=9)] = 5
    error_flow: FlowId | None = Field(None, description="flow to start when an execution fails")
    retention_days: Annotated[int, Field(ge=0, le=36_600)] | None = None
    history_facts_max: Annotated[int, Field(ge=10, le=10_000_000)] | None = None
    timezone: str | None = Field(None, description="IANA name; else the node's")
    save_data: Literal["all", "failed", "none"] = "all"
    tests_must_pass: bool = Field(False, description="publish only a version whose tests pass")


Point = Annotated[list[float], Field(min_length=2, max_length=2)]


class NoteShape(CamelShape):
    """A note on the canvas."""

    id: StepId = Field(description="unique among the notes")
    text: Text = Field("", description="in Markdown")
    position: Point = Field([0.0, 0.0], description="of its top left corner, as for steps")
    size: Point = Field([240.0, 160.0], description="width and height")
    color: Annotated[int, Field(ge=1, le=7)] = 1


class GroupShape(CamelShape):
    """Steps that the canvas shows as one."""

    id: StepId = Field(description="unique among the groups")
    name: Annotated[str, Field(max_length=256)] = ""
    steps: Annotated[list[StepId], Field(min_length=1)] = Field(description="a step is in one group at most")
    collapsed: bool = Field(False, description="shown as one box")


class CanvasShape(CamelShape):
    """What the canvas shows beside steps and wires; nothing runs by it."""

    notes: Annotated[list[NoteShape], Field(max_length=1000)] = []
    groups: Annotated[list[GroupShape], Field(max_length=1000)] = []


NO_METADATA = MetadataShape.model_validate({})
USUAL_SETTINGS = SettingsShape.model_validate({})
BARE_CANVAS = CanvasShape.model_validate({})


class PinnedItem(BaseModel):
    """An item that stands in for what a step would give."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    json_: dict[str, Any] = Field(alias="json")


Pins = Annotated[dict[StepId, list[PinnedItem]], Field(max_length=1000)]


Items = list[PinnedItem]
PerPort = dict[StepId, dict[Name, Items]]


class MockErrorShape(CamelShape):
    """How a mocked step fails."""

    message: Annotated[str, Field(min_length=1, max_length=10_000)]
    type: ErrorTypeName = "execution_error"


class MockShape(CamelShape):
    """What a step gives in a case instead of running: one of the three."""

    items: Items | None = Field(None, description="on its first output port")
    outputs: dict[Name, Items] | None = Field(None, description="output port -> items")
    error: MockErrorShape | None = Field(None, description="it fails; what onError says then holds")


class ExpectShape(CamelShape):
    """What a case expects of its execution."""

    end: Literal["completed", "failed", "waiting"] = Field("completed", description="how it ends")
    error: Name | None = Field(None, description="text that the error's message holds")
    outputs: PerPort = Field({}, description="step -> port -> exactly the items it gives")
    contains: PerPort = Field({}, description="step -> port -> items among those it gives, or parts of them")
    assertions: Annotated[list[Text], Field(max_length=CASE_ASSERTIONS_MAX)] = Field(
        [], description="expressions that must come to true"
    )


EXPECT_COMPLETED = ExpectShape.model_validate({})


class CaseShape(CamelShape):
    """A test of the flow."""

    name: Annotated[str, Field(min_length=1, max_length=128)] = Field(description="unique among the tests")
    notes: Text = Field("", description="for people")
    start: StepId | None = Field(None, description="step that gets the items; else the first trigger")
    items: Items = Field([], description="what the execution starts with; else one empty item")
    mocks: dict[StepId, MockShape] = Field({}, description="step -> what it gives instead of running")
    allow: list[StepId] = Field([], description="steps that may act on what is outside of the flow")
    expect: ExpectShape = EXPECT_COMPLETED


class QflowHeader(CamelShape):
    """A Flow Definition without its steps."""

    id: FlowId | None = Field(None, description="unique in the subnet; else the file's name")
    name: Annotated[str, Field(max_length=256)] | None = Field(None, description="for people; else the id")
    version: Annotated[str, Field(max_length=64)] = Field("1.0.0", description="the author's own label")
    owner: Annotated[str, Field(max_length=256)] = ""
    description: Text = ""
    metadata: MetadataShape = NO_METADATA
    settings: SettingsShape = USUAL_SETTINGS
    canvas: CanvasShape = Field(BARE_CANVAS, description="notes and groups, for people and the designer")
    pins: Pins = Field(
        {}, description="step -> the items it gives instead of running, in every run but production"
    )
    tests: Annotated[list[CaseShape], Field(max_length=CASES_MAX)] = Field(
        [], description="cases that tell what the flow should do"
    )
    dao_policy: str | None = None
    policy: dict[str, Any] = Field({}, description="fault tolerance, consensus, isolation")
    created_at: str | None = Field(None, description="ignored: the store keeps times")
    updated_at: str | None = Field(None, description="ignored: the store keeps times")


class QflowDocument(QflowHeader):
    """A Qflow Flow Definition."""

    steps: Annotated[list[QflowStep], Field(min_length=1)]


class ResourceShape(Shape):
    """What a JSONFlow step needs; further keys are resources that nodes may offer."""

    model_config = ConfigDict(extra="allow")

    timeout_ms: Milliseconds | None = Field(None, description="of one attempt")
    ram_mb: Annotated[int | float, Field(ge=0)] | None = None
    cpu_cores: Annotated[int | float, Field(ge=0)] | None = None


class JsonflowStep(Shape):
    """One step of a JSONFlow workflow. Keys after ``min_confirmations`` are Qflow's additions."""

    id: StepId
    type: Name = Field(description="a step type, or JSONFlow's own name for it")
    params: dict[str, Any] = {}
    parent_step_ids: list[str] = Field(
        [], description="steps (or step.port) whose output this step gets; none: it starts the flow"
    )
    node_preference: str | None = None
    resource_requirements: ResourceShape | None = None
    consensus_required: bool | None = None
    min_confirmations: Annotated[int, Field(ge=1, le=10_000)] | None = None
    name: Annotated[str, Field(max_length=256)] | None = None
    notes: Text | None = None
    parent_ports: list[str] = Field(
        [], description="the input port for each parent; else main, or a merge's inputs in order"
    )
    join: Literal["each", "all"] | None = Field(
        None, description="default: all where the step has several parents, else each"
    )
    on_error: Literal["stop", "continue", "failure"] | None = None
    retry_policy: RetryShape | None = Field(None, description="else from fault_tolerance")
    disabled: bool | None = None
    execute_once: bool | None = None
    always_output: bool | None = None
    position: Annotated[list[float], Field(min_length=2, max_length=2)] | None = None
    resource_limits: dict[str, Any] | None = None
    consensus: dict[str, Any] | None = None


class FaultToleranceShape(Shape):
    """How failed steps are tried again."""

    retry_failed_steps: bool | None = None
    max_retries: Annotated[int, Field(ge=0, le=999)] | None = Field(
        None, description="attempts after the first"
    )
    failover_strategy: Literal["reassign", "checkpoint"] | None = None
    checkpoint_frequency: str | None = None


class ConsensusShape(Shape):
    """How nodes agree on the steps of the workflow."""

    required: bool | None = None
    algorithm: str | None = None
    min_confirmations: Annotated[int, Field(ge=1, le=10_000)] | None = None
    timeout_ms: Milliseconds | None = None


class JsonflowHeader(Shape):
    """A JSONFlow workflow without its steps. Keys after ``isolation`` are Qflow's additions."""

    workflow: Name
    version: Annotated[str, Field(max_length=64)] = "1.0.0"
    description: Text = ""
    distributed: bool | None = None
    fault_tolerance: FaultToleranceShape | None = None
    consensus: ConsensusShape | None = None
    tenant_id: str | None = None
    isolation: dict[str, Any] | None = None
    id: FlowId | None = Field(None, description="else made from the workflow's name")
    owner: Annotated[str, Field(max_length=256)] = ""
    metadata: MetadataShape = NO_METADATA
    settings: SettingsShape = USUAL_SETTINGS
    policy: dict[str, Any] = {}


class JsonflowDocument(JsonflowHeader):
    """A JSONFlow workflow."""

    steps: Annotated[list[JsonflowStep], Field(min_length=1)]
