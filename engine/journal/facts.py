"""The facts of an execution: one frozen dataclass per event, in the words of the journal.

Each fact's docstring is its documentation. Times are microseconds since 1970. A fact is written
as a DAG-CBOR map ``{"t": type, ...fields}``; fields at their default are left out. What users
made is in it as JSON text, which keeps the order of keys (:mod:`engine.base.ordered`): items of a port as
its ``json``, and the fields of ``_USERS`` together as the fact's ``json``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, field, fields
from operator import attrgetter
from typing import Any, ClassVar

from engine.base.canonical import digest, encode
from engine.base.errors import CorruptData
from engine.base.ordered import text_of, value_of
from engine.base.record import record


@record
class PortData:
    """The items of one output port: their CID, how many, and the items unless they are a block; with their
    JSON text where this process wrote it."""

    cid: str
    count: int
    items: list[dict[str, Any]] | None = None
    text: bytes | None = field(default=None, compare=False, repr=False)


@record(kw_only=True)
class Fact:
    """Something that happened at a time."""

    TYPE: ClassVar[str] = ""
    at_us: int


@record(kw_only=True)
class ExecutionStarted(Fact):
    """The execution was accepted: which flow version, who asked, with what input."""

    TYPE = "execution.started"
    flow: str
    version: str
    subnet: str
    trigger_type: str  # manual, webhook, event, schedule, sub-flow
    trigger_step: str
    items: PortData
    actor: str = ""
    mode: str = "production"  # production, manual, test
    variables: Mapping[str, Any] = field(default_factory=dict)
    parent: Mapping[str, Any] | None = None  # {"execution", "task"} that waits for this one
    depth: int = 0  # how deep in sub-flows
    forked_from: Mapping[str, Any] | None = None  # {"execution", "sequence", "step"}
    replay_of: str | None = None
    pins: Mapping[str, Any] = field(default_factory=dict)  # step -> items given instead of running
    deadline_us: int | None = None
    bounds: Sequence[str] = ()  # the steps that may run; empty: all
    node: str = ""
    case: str = ""  # the flow's test that it runs


@record(kw_only=True)
class ExecutionAdmitted(Fact):
    """The execution left its lane and may run."""

    TYPE = "execution.admitted"


@record(kw_only=True)
class StepStarted(Fact):
    """A step is about to act. Written before read and write steps act; never for pure ones."""

    TYPE = "step.started"
    task: int
    step: str
    run: int
    attempt: int
    effect: str
    key: str  # idempotency key, the same for every attempt; empty for pure steps
    node: str = ""


@record(kw_only=True)
class StepCompleted(Fact):
    """A step gave its outputs. This is its receipt: hashes of code, input and output, who, when."""

    TYPE = "step.completed"
    task: int
    step: str
    run: int
    attempt: int
    outputs: Mapping[str, PortData]
    input_cid: str
    output_cid: str
    code: str  # what ran: step type and version, or the CID of the code
    started_us: int
    node: str = ""
    fuel: int = 0
    memory: Mapping[str, Any] | None = None
    logs: Sequence[str] = ()
    usage: Mapping[str, int] = field(default_factory=dict)  # of guests: memory_bytes, wall_us, host_calls
    custom: Mapping[str, str] = field(default_factory=dict)  # what the step said of the execution


@record(kw_only=True)
class StepFailed(Fact):
    """An attempt failed. ``action``: ``retry`` (at ``retry_at_us``), ``stop``, ``continue`` or
    ``failure``; the last two carry the ``outputs`` with which the flow goes on."""

    TYPE = "step.failed"
    task: int
    step: str
    run: int
    attempt: int
    error: Mapping[str, Any]
    action: str
    started_us: int
    retry_at_us: int | None = None
    outputs: Mapping[str, PortData] = field(default_factory=dict)
    node: str = ""
    logs: Sequence[str] = ()
    code: str = ""  # of the guest that failed, and below what it had used
    fuel: int = 0
    usage: Mapping[str, int] = field(default_factory=dict)


@record(kw_only=True)
class StepInterrupted(Fact):
    """The worker of a step in flight died; the step runs again under the same idempotency key."""

    TYPE = "step.interrupted"
    task: int
    step: str
    run: int
    attempt: int
    node: str = ""


@record(kw_only=True)
class StepParked(Fact):
    """A step waits and holds no worker. ``wait``: ``kind`` (time, approval, webhook, event, child),
    ``until_us``, and what the kind needs."""

    TYPE = "step.parked"
    task: int
    step: str
    run: int
    attempt: int
    wait: Mapping[str, Any]
    started_us: int
    memory: Mapping[str, Any] | None = None
    node: str = ""


@record(kw_only=True)
class SignalReceived(Fact):
    """What a parked step waited for arrived; the step is ready to go on."""

    TYPE = "signal.received"
    task: int
    kind: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    actor: str = ""
    signal: str = ""  # id of the signal, so that a doubled one is known


@record(kw_only=True)
class JoinReleased(Fact):
    """A step with several inputs runs with what it has: no more can arrive on the others."""

    TYPE = "join.released"
    step: str


@record(kw_only=True)
class AnswerGiven(Fact):
    """A step answered the caller that started the execution."""

    TYPE = "answer.given"
    step: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None


@record(kw_only=True)
class CheckpointCreated(Fact):
    """The whole state at this point, under a name; ``truncates`` when earlier facts were dropped."""

    TYPE = "checkpoint.created"
    checkpoint: str
    state: Mapping[str, Any]
    label: str = ""
    truncates: bool = False
    head: str = ""  # hash of the last entry the checkpoint stands for


@record(kw_only=True)
class CheckpointRestored(Fact):
    """The execution went back to a checkpoint; ``state`` is the state it has again."""

    TYPE = "checkpoint.restored"
    checkpoint: str
    state: Mapping[str, Any]
    actor: str = ""


@record(kw_only=True)
class ExecutionPaused(Fact):
    """Someone, or a policy, stopped the execution for now; nothing new starts."""

    TYPE = "execution.paused"
    actor: str = ""
    reason: str = ""
    awaits: str = ""  # type of the event that lets it go on by itself; empty: somebody must resume it
    finding: Mapping[str, Any] = field(default_factory=dict)  # what the pipeline found, if it paused it


@record(kw_only=True)
class ExecutionResumed(Fact):
    """A paused execution goes on."""

    TYPE = "execution.resumed"
    actor: str = ""


@record(kw_only=True)
class ExecutionCompleted(Fact):
    """Nothing is left to do. ``step`` and ``run`` name the last run, whose output is the result."""

    TYPE = "execution.completed"
    step: str = ""
    run: int = 0
    receipts_root: str = ""  # Merkle root over the receipts


@record(kw_only=True)
class ExecutionFailed(Fact):
    """The execution ended with an error."""

    TYPE = "execution.failed"
    error: Mapping[str, Any]
    receipts_root: str = ""


@record(kw_only=True)
class ExecutionAborted(Fact):
    """Someone ended the execution."""

    TYPE = "execution.aborted"
    actor: str = ""
    reason: str = ""
    receipts_root: str = ""


FACTS: dict[str, type[Fact]] = {
    fact.TYPE: fact
    for fact in (
        ExecutionStarted,
        ExecutionAdmitted,
        StepStarted,
        StepCompleted,
        StepFailed,
        StepInterrupted,
        StepParked,
        SignalReceived,
        JoinReleased,
        AnswerGiven,
        CheckpointCreated,
        CheckpointRestored,
        ExecutionPaused,
        ExecutionResumed,
        ExecutionCompleted,
        ExecutionFailed,
        ExecutionAborted,
    )
}


def is_written(fact: Fact) -> bool:
    """Whether the journal keeps it: the start of a pure step it does not, since a pure step that was
    cut off simply runs again and gives the same output."""
    return not (type(fact) is StepStarted and fact.effect == "pure")


def receipt_leaf(fact: StepCompleted) -> str:
    """The leaf, hex, of a receipt in the execution's Merkle tree: SHA-256 over 0x00 (RFC 6962) and the
    DAG-CBOR list of what the receipt attests. The verifier knows the same definition."""
    receipt = [
        "qflow/receipt/1",
        fact.step,
        fact.run,
        fact.attempt,
        fact.code,
        fact.input_cid,
        fact.output_cid,
        fact.node,
        fact.fuel,
        fact.started_us,
        fact.at_us,
    ]
    return digest(b"\x00" + encode(receipt)).hex()


def _codec(fact: type[Fact]) -> tuple[list[tuple[str, Any]], Callable[[Fact], tuple[Any, ...]]]:
    """The names of a fact's fields with their defaults, and what gives their values at once."""

    def default(spec: Any) -> Any:
        if spec.default_factory is not MISSING:
            return spec.default_factory()
        return spec.default

    named = [(spec.name, default(spec)) for spec in fields(fact)]
    given = attrgetter(*[name for name, _ in named])
    return named, given if len(named) > 1 else lambda fact: (given(fact),)


_FIELDS = {fact: _codec(fact) for fact in FACTS.values()}


_USERS = ("variables", "pins", "memory", "custom", "wait", "payload", "headers", "body")
"""Fields that hold what users made; ``state`` does, too, and has its receipts beside, for verifiers."""


def port_to_plain(data: PortData) -> dict[str, Any]:
    """One port's data as a map."""
    plain: dict[str, Any] = {"cid": data.cid, "count": data.count}
    if data.items is not None:
        plain["items"] = data.items
    return plain


def port_from_plain(value: Mapping[str, Any]) -> PortData:
    """Read one port's data as a fact or checkpoint holds it."""
    items = value_of(value["json"]) if "json" in value else value.get("items")
    return PortData(value["cid"], value["count"], items)


def to_plain(fact: Fact) -> dict[str, Any]:
    """The fact as a map for canonical encoding."""
    plain = shown(fact)
    for port, data in plain.get("outputs", {}).items():
        _write_out(data, fact.outputs[port])  # type: ignore[attr-defined]
    if "items" in plain:
        _write_out(plain["items"], fact.items)  # type: ignore[attr-defined]
    users = {name: plain.pop(name) for name in _USERS if name in plain}
    try:
        written: dict[str, Any] = {"json": text_of(users)} if users else {}
        if "state" in plain:
            state = plain["state"]
            written["state"] = {"receipts": state.get("receipts", []), "json": text_of(state)}
    except TypeError:  # with bytes in it, which JSON has not: then without the order of keys
        written = users
    return {**plain, **written}


def _write_out(plain: dict[str, Any], data: PortData) -> None:
    """Items as their text."""
    if plain.pop("items", None) is not None:
        plain["json"] = text_of(data.items) if data.text is None else data.text


def shown(fact: Fact) -> dict[str, Any]:
    """The fact as a map that people and programs look at."""
    plain: dict[str, Any] = {"t": fact.TYPE}
    fields, values = _FIELDS[type(fact)]
    for (name, default), value in zip(fields, values(fact), strict=True):
        if value != default:
            plain[name] = value
    if "outputs" in plain:
        plain["outputs"] = {port: port_to_plain(data) for port, data in plain["outputs"].items()}
    if "items" in plain:
        plain["items"] = port_to_plain(plain["items"])
    return plain


def from_plain(plain: Mapping[str, Any]) -> Fact:
    """Read what :func:`to_plain` wrote; raises :class:`CorruptData` on an unknown type or field."""
    values = dict(plain)
    fact = FACTS.get(values.pop("t", ""))
    if fact is None:
        raise CorruptData(f"the journal holds a fact of unknown type {plain.get('t')!r}")
    if "json" in values:
        values |= value_of(values.pop("json"))
    if "json" in values.get("state", {}):
        values["state"] = value_of(values["state"]["json"])
    if "outputs" in values:
        values["outputs"] = {p: port_from_plain(data) for p, data in values["outputs"].items()}
    if "items" in values:
        values["items"] = port_from_plain(values["items"])
    try:
        return fact(**values)
    except TypeError as error:
        raise CorruptData(f"the journal holds a malformed {fact.TYPE}: {error}") from error
