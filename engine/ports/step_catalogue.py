"""The socket for step types: what the engine asks of them, and what they get and give."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel

from engine.base.errors import CapabilityDenied
from engine.base.ids import idempotency_key
from engine.base.limits import Limits
from engine.flow.model import MAIN, Flow, Step
from engine.ports.binaries import Binaries
from engine.ports.credentials import Credential, CredentialType
from engine.ports.flow_store import Registration
from engine.ports.grants import Capability
from engine.ports.items import Item as Item  # noqa: PLC0414
from engine.ports.items import PortItems as PortItems  # noqa: PLC0414
from engine.ports.parameters import validated
from engine.ports.policy import Policy
from engine.ports.sandbox import NOTHING_USED, Ahead, ExpressionBatch, HostCalls, Sandbox, Usage

ParameterModel = type[BaseModel]
"""The pydantic model of a step type's parameters."""


class Effect(StrEnum):
    """What running a step does to the world; decides when its facts are committed."""

    PURE = "pure"  # deterministic: the same input gives the same output CID
    READ = "read"  # asks the world, changes nothing
    WRITE = "write"  # changes the world


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a step type is, for the engine, the palette and the docs.

    ``inputs`` and ``outputs`` are the ports in order; a type whose ports depend on its parameters
    overrides :meth:`StepType.ports_in` or :meth:`StepType.ports_out`.
    """

    type: str  # "group.name", stable for ever
    label: str
    summary: str  # one line: what it does
    group: str  # trigger, logic, data, network, flow
    effect: Effect
    parameters: ParameterModel
    inputs: tuple[str, ...] = (MAIN,)
    outputs: tuple[str, ...] = (MAIN,)
    trigger: bool = False
    icon: str = "box"
    version: int = 1
    remembers: bool = False  # a run needs what the run before it remembered: never two at once
    passes_on: bool = False  # where it fails and the flow goes on, its input goes on unchanged
    aliases: tuple[str, ...] = ()  # other names the formats use for it (``wait``, ``network_request``)


@dataclass(frozen=True, slots=True)
class WaitTime:
    """Park until a time (microseconds since 1970)."""

    until_us: int


@dataclass(frozen=True, slots=True)
class WaitSignal:
    """Park until someone answers.

    ``kind`` is ``approval``, ``webhook`` or ``event``; for an event, ``match`` is
    ``{"type": ..., "subject"?: ..., "data"?: {...}}``: fields an event must equal.
    After ``until_us`` the step is resumed with a signal of kind ``timeout``.
    """

    kind: str
    until_us: int | None = None
    match: Mapping[str, Any] = field(default_factory=dict)
    prompt: Mapping[str, Any] = field(default_factory=dict)  # shown to whoever answers


@dataclass(frozen=True, slots=True)
class WaitChild:
    """Start another flow (a sub-flow) and park until it ends. ``flow`` is its id; ``key`` tells the
    calls of one run from one another."""

    flow: str
    items: Sequence[Item]
    version: str | None = None  # CID; else the published one
    wait: bool = True  # False: go on at once with the child's id
    key: str = ""


Wait = WaitTime | WaitSignal | WaitChild


@dataclass(frozen=True, slots=True)
class Signal:
    """What a parked step is resumed with.

    ``kind``: ``time``, ``timeout``, ``approval``, ``webhook``, ``event`` or ``child``.
    """

    kind: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    actor: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply to the caller that started the execution (a webhook's HTTP response)."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None  # JSON value, str or bytes


@dataclass(slots=True)
class StepResult:
    """What a run of a step gives back: outputs per port, or a wait.

    ``memory`` replaces what the step remembers between its runs in one execution (a loop's
    position). Ports that are left out get no items, and nothing runs behind them.
    """

    outputs: PortItems = field(default_factory=dict)
    wait: Wait | None = None
    memory: Mapping[str, Any] | None = None
    answer: Answer | None = None
    logs: list[str] = field(default_factory=list)
    usage: Usage = NOTHING_USED  # what guests used, for the receipt
    code: str = ""  # CID of the guest code that ran; empty: the step type itself
    custom: Mapping[str, str] = field(default_factory=dict)  # what is said of the execution


class Cancellation(Protocol):
    """Tells a running step that its execution no longer wants it."""

    @property
    def cancelled(self) -> bool: ...
    def on_cancel(self, callback: Callable[[], None]) -> None: ...
    def check(self) -> None:
        """Raise :class:`engine.base.errors.StepCancelled` if it is cancelled."""


class Breakers(Protocol):
    """Circuit breakers, one per target."""

    def check(self, target: str) -> None:
        """Raise :class:`NetworkFailure` (code ``circuit_open``) while the circuit is open."""

    def report(self, target: str, ok: bool) -> None: ...


class Blocks(Protocol):
    """The part of the block store that steps may use."""

    def put(self, data: bytes, codec: int = ...) -> str: ...
    def get(self, cid: str) -> bytes: ...


class KeptValues(Protocol):
    """Values that a flow keeps from execution to execution; executions share them."""

    def get(self, key: str) -> tuple[Any, int]:
        """The value and its revision; None and 0 where there is none."""

    def put(self, key: str, value: Any, revision: int) -> None:
        """Replace the value of that revision; raises :class:`StaleRevision` where it is another one, and
        :class:`ResourceExhausted` where the flow keeps too much."""

    def delete(self, key: str) -> None: ...


def no_credential(type: str, name: str) -> Credential:
    """For steps outside an execution."""
    raise CapabilityDenied(f"there are no credentials here; {name!r} ({type}) was asked for")


@dataclass(slots=True)
class StepContext:
    """Everything a step sees. There is no other way to the world but what stands here.

    ``inputs`` holds the items per input port; they belong to the journal and must not be changed
    in place. ``resolve(value, index)`` replaces references in any
    value for the item at ``index`` of the first port; ``parameters(index)`` gives the validated
    parameter model for that item; with no items, index 0 still resolves against earlier steps.
    """

    step: Step
    inputs: PortItems
    resolve: Callable[[Any, int], Any]
    model: type[BaseModel]
    execution_id: str
    flow: Flow
    subnet: str
    run: int  # run index, from 0
    attempt: int  # from 1
    now_us: int
    seed: bytes  # 32 bytes, a function of (execution, step, run)
    timezone: str
    memory: Mapping[str, Any]
    policy: Policy
    limits: Limits
    cancellation: Cancellation
    breakers: Breakers
    blocks: Blocks
    binaries: Binaries
    sandbox: Sandbox
    timeout_ms: int
    trigger: Mapping[str, Any]  # what started the execution: {"type": ..., "items": [...]}
    resume_url: Callable[[], str] = str  # where a parked step's webhook answers
    depth: int = 0  # how deep in sub-flows
    fixed: Any = None  # the validated parameters, where they hold no references
    about: Mapping[str, Any] = field(default_factory=dict)  # what :meth:`StepType.code_in` speaks of
    open_host: Callable[[Sequence[Capability], Collection[str]], HostCalls] | None = None
    """Asks for capabilities for code with these CIDs, and opens the host to this attempt; whoever opens it
    closes it."""
    effect: str = ""  # ends the idempotency key, where a step has several outside effects
    kept: KeptValues | None = None
    credential: Callable[[str, str], Credential] = no_credential
    """The credential of a type and a name that the step's parameters write out as ``"credential": {"type",
    "name"}``. Its secrets are taken out of whatever the step gives back."""

    @property
    def idempotency_key(self) -> str:
        """The key that the step's outside effect carries, the same for every attempt of its run."""
        return idempotency_key(self.execution_id, self.step.id, self.run) + self.effect

    @property
    def items(self) -> list[Item]:
        """Items of the first input port."""
        return next(iter(self.inputs.values()), [])

    def parameters(self, index: int = 0) -> Any:
        """The parameters for one item, references resolved, validated by the type's model.

        Raises :class:`InvalidInput` naming step, path and remedy.
        """
        if self.fixed is not None:
            return self.fixed
        return validated(self.model, self.resolve(self.step.parameters, index), self.step.id)


class StepType(ABC):
    """Base of every step type. Instances hold no state: one serves all executions."""

    manifest: ClassVar[Manifest]

    def ports_in(self, parameters: Mapping[str, Any]) -> tuple[str, ...]:
        """Input ports for these (unresolved) parameters."""
        return self.manifest.inputs

    def ports_out(self, parameters: Mapping[str, Any]) -> tuple[str, ...]:
        """Output ports for these (unresolved) parameters, without ``failure``."""
        return self.manifest.outputs

    def needs_all_inputs(self, parameters: Mapping[str, Any]) -> bool:
        """Whether in n8n's order v1 the step does not run at all unless every input was reached."""
        return False

    def effect(self, parameters: Mapping[str, Any]) -> Effect:
        """The effect with these parameters (an HTTP GET reads, a POST writes)."""
        return self.manifest.effect

    def code_in(self, parameters: Mapping[str, Any]) -> str:
        """Code in the (unresolved) parameters that sees the flow's data by itself: what it may name stands
        in :attr:`StepContext.about`, in the form of :class:`engine.ports.sandbox.ExpressionBatch`."""
        return ""

    def ahead(self, step: Step, batch: ExpressionBatch, policy: Policy) -> Ahead | None:
        """What a run of the step will ask the sandbox for, and how its items follow from the answer, so that
        steps in a row can be asked for at once; None where that cannot be told, or the policy refuses the
        step's code. ``batch`` has the step's templates and what they may name, or :meth:`code_in` may, but
        no items."""
        return None

    @abstractmethod
    def run(self, context: StepContext) -> StepResult:
        """Do the work of one run; raises :class:`QflowError` when it cannot."""

    def resume(self, context: StepContext, signal: Signal) -> StepResult:
        """Go on after a wait; only for types that wait."""
        raise NotImplementedError(f"{self.manifest.type} does not wait")


class TriggerType(StepType):
    """Base of the step types that start executions. Running one passes its input on."""

    def registration(self, step: Step) -> Registration | None:
        """What publishing a flow with this step puts in force; None for triggers that only start
        by hand or by another flow. Raises :class:`InvalidInput` on wrong parameters."""
        return None

    def next_tick_us(self, spec: Mapping[str, Any], after_us: int) -> int | None:
        """Schedules: the first tick after a time."""
        return None

    def run(self, context: StepContext) -> StepResult:
        """Pass the trigger's items on."""
        return StepResult({MAIN: context.items})


class StepCatalogue(Protocol):
    """All step types this node has."""

    def get(self, type_name: str) -> StepType:
        """The step type; raises :class:`UnknownObject` naming the nearest known one."""

    def names(self) -> Iterable[str]: ...
    def help(self, type_name: str) -> str:
        """The step type's help page, in Markdown."""

    def resolve_alias(self, name: str) -> str | None:
        """The type that a format's own name stands for (``network_request``), or None."""

    def credential_type(self, name: str) -> CredentialType:
        """A type of credentials that steps understand; raises :class:`UnknownObject`."""

    def credential_types(self) -> Iterable[CredentialType]:
        """All types of credentials, in the order in which people see them."""
