"""The shapes of REST: JSON fields in camelCase, as in the reference's interfaces."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from engine.journal.state import Status

Text = Annotated[str, Field(max_length=2_000, pattern=r"^[^\x00]*$")]
Name = Annotated[str, Field(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f/]+$")]
Json = dict[str, Any]


class Given(BaseModel):
    """A request body; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Shown(BaseModel):
    """An answer."""

    model_config = ConfigDict(extra="forbid")


class ProblemItem(Shown):
    """One thing wrong with an input."""

    path: str
    message: str
    code: str
    severity: str = "error"
    line: int | None = None
    hint: str | None = None


class Problem(BaseModel):
    """An error as RFC 9457 has it, with the reference's error type."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errorType: str
    code: str
    problems: list[ProblemItem] = []
    executionId: str | None = None
    correlationId: str | None = None


# --- executions -------------------------------------------------------------------------------------


class ExecutionContext(Shown):
    """Who started an execution, how, and with what."""

    triggeredBy: str
    triggerType: str
    inputData: Any
    variables: Json
    daoSubnet: str
    permissions: list[str]


class ExecutionError(Shown):
    """Why an execution failed."""

    type: str
    code: str
    message: str
    stepId: str | None = None
    nodeId: str | None = None
    retryable: bool = False
    details: Json = {}
    timestamp: str


class Checkpoint(Shown):
    """A state that an execution can go back to."""

    id: str
    label: str = ""
    createdAt: str
    sequence: int


class Waiting(Shown):
    """A step that waits for someone or something."""

    task: int
    step: str
    kind: str
    since: str
    until: str | None = None
    prompt: Json = {}
    resumeUrl: str | None = None


class ExecutionSummary(Shown):
    """An execution in a list."""

    executionId: str
    flowId: str
    flowVersion: str
    status: Status
    currentStep: str
    customData: dict[str, str]
    triggerType: str
    mode: str
    startTime: str
    endTime: str | None = None
    error: ExecutionError | None = None


class ExecutionState(ExecutionSummary):
    """The reference's ``ExecutionState``, and what waits."""

    completedSteps: list[str]
    failedSteps: list[str]
    context: ExecutionContext
    checkpoints: list[Checkpoint]
    nodeAssignments: dict[str, str]
    waiting: list[Waiting]
    sequence: int
    forkedFrom: Json | None = None
    replayOf: str | None = None


class ExecutionPage(Shown):
    """Executions, newest first; ``next`` is the cursor of the next page."""

    executions: list[ExecutionSummary]
    next: str | None = None


class SearchHit(Shown):
    """Something found: ``id`` is a flow's, an execution's or a template's id, or a version's CID."""

    kind: str
    id: str
    title: str
    flowId: str | None = None
    tags: list[str]
    category: str
    archived: bool
    attributes: dict[str, str]
    at: str


class CapabilityUse(Shown):
    """One use of a capability token, allowed or denied; ``token`` is empty for what is no token."""

    id: str
    executionId: str
    stepId: str
    run: int
    attempt: int
    token: str
    operation: str
    arguments: Json
    allowed: bool
    reason: str
    at: str


class AuditEvent(Shown):
    """Something worth remembering: who did what, and whether it was allowed."""

    id: str
    at: str
    atUs: int
    category: str
    action: str
    actor: str
    resource: str
    executionId: str
    outcome: str
    reason: str
    details: Json


class AuditEvents(Shown):
    """Events, newest first; ``next`` is the cursor of the next page."""

    events: list[AuditEvent]
    next: str | None = None


class CapabilityUses(Shown):
    """Uses, newest first; ``next`` is the cursor of the next page."""

    uses: list[CapabilityUse]
    next: str | None = None


class CapabilityCeilings(Shown):
    """The most that steps of the subnet are granted, by the policy in force."""

    subnet: str
    policyRevision: int
    ceilings: list[Json]


class RevocationBody(Given):
    """A capability token to refuse from now on: its id, or the revocation id of one of its blocks."""

    token: Name
    reason: Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")] = ""


class SearchAnswer(Shown):
    """What was found: templates, flows, versions, blocks, executions, each newest first."""

    hits: list[SearchHit]
    next: str | None = None


class Reason(Given):
    """Why something is done."""

    reason: Text = ""


class CheckpointBody(Given):
    """A checkpoint to create."""

    label: Text = ""


class ForkBody(Given):
    """Where to fork from: a step (its last run, or ``run``) or a checkpoint."""

    step: Name | None = None
    run: Annotated[int, Field(ge=0, le=10**9)] | None = None
    checkpoint: Name | None = None
    edits: dict[str, list[Json]] = Field({}, description="Items that stand in for a step's output.")
    version: Name | None = Field(None, description="CID of another version, or published, or draft.")


class ReplayBody(Given):
    """Which version runs again."""

    version: Name | None = None


class AnswerBody(Given):
    """The answer to a step that waits."""

    task: Annotated[int, Field(ge=0, le=10**9)] | Name
    payload: Json = {}
    kind: Literal["approval", "webhook"] = "approval"


class LogLine(Shown):
    """A line of an execution's log."""

    sequence: int
    time: str
    level: str
    event: str
    message: str
    step: str | None = None
    run: int | None = None
    attempt: int | None = None


class Log(Shown):
    """Log lines; ask again with ``after`` = ``next``."""

    executionId: str
    lines: list[LogLine]
    next: int


class RunShown(Shown):
    """One run of a step."""

    run: int
    status: str
    attempts: int
    startTime: str
    endTime: str
    itemsOut: dict[str, int]
    error: Json | None = None


class StepRuns(Shown):
    """The runs of one step, with the outputs of the asked one."""

    executionId: str
    step: str
    runs: list[RunShown]
    outputs: dict[str, list[Json]]


class Items(Shown):
    """The result of an execution: the items of its last step."""

    executionId: str
    status: Status
    items: list[Json]


# --- system -----------------------------------------------------------------------------------------


class HealthCheck(Shown):
    """The reference's ``HealthCheck``."""

    component: str
    status: Literal["healthy", "degraded", "unhealthy"]
    lastCheck: str
    details: Json


class Health(Shown):
    """All checks, and the worst of their states."""

    status: Literal["healthy", "degraded", "unhealthy"]
    checks: list[HealthCheck]


class TokenBody(Given):
    """A token to create."""

    name: Name
    scopes: list[Name] = Field(["*"], min_length=1, max_length=20)
    expiresInSeconds: Annotated[int, Field(ge=1, le=10**10)] | None = None
    identity: Name | None = None
    challenge: Text | None = None
    signature: Text | None = None


class Token(Shown):
    """A token without its secret."""

    id: str
    name: str
    subnet: str
    identity: str
    scopes: list[str]
    createdAt: str
    expiresAt: str | None = None
    revoked: bool


class NewToken(Token):
    """A token with its secret, which is shown this once."""

    token: str


class PolicyShown(Shown):
    """A subnet's policy document and its revision."""

    subnet: str
    revision: int
    document: Json


class PolicyBody(Given):
    """A policy document; ``revision`` is the one it was made from, unless If-Match carries it."""

    document: Json
    revision: int | None = None


class EventBody(BaseModel):
    """A CloudEvent in the JSON format; further attributes are ignored."""

    model_config = ConfigDict(extra="allow", strict=True)

    specversion: Literal["1.0"] = "1.0"
    type: Name
    id: Name | None = None
    source: Text = ""
    subject: Text | None = None
    data: Any = None


class EventSchemaBody(Given):
    """A JSON Schema (draft 2020-12, or the draft that ``$schema`` names)."""

    document: Json | bool


class EventSchemaShown(Shown):
    """A schema for the data of events of a type."""

    type: str
    document: Any
    author: str
    updatedAt: str


class Delivered(Shown):
    """What an event did."""

    started: list[str]
    resumed: list[str]


class StepTypeShown(Shown):
    """A step type of the catalogue."""

    type: str
    label: str
    summary: str
    group: str
    effect: str
    trigger: bool
    icon: str
    version: int
    inputs: list[str]
    outputs: list[str]
    aliases: list[str]
    parameters: Json = Field(description="JSON Schema of the parameters.")


class NodeShown(Shown):
    """The reference's ``QNETNode``."""

    nodeId: str
    address: str
    capabilities: list[str]
    performanceScore: float
    currentLoad: float
    latency: float
    daoSubnets: list[str]
    lastSeen: str
    reputation: float


class KeyShown(Shown):
    """A key that seals contents, without what it is."""

    kind: str
    version: int
    id: str
    wrappedBy: str
    createdAt: str
    retiredAt: str | None


class ShareBody(Given):
    """Whom a step's outputs are for."""

    step: str
    recipients: dict[str, str] = Field(description="X25519 public keys in hexadecimal, by name.")
