"""The socket for guest code: the only place where what a user wrote as code is ever run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from engine.base.canonical import RAW, cid_of_bytes
from engine.base.record import record
from engine.ports.items import Item

MEBIBYTE = 1024 * 1024


@record
class SandboxLimits:
    """What one call of a guest may use; crossing one raises ``SandboxViolation``."""

    memory_bytes: int = 128 * MEBIBYTE
    deadline_ms: int = 5_000  # wall clock
    fuel: int = 1_000_000_000_000  # WebAssembly instructions, about; some 10^10 a second
    input_bytes: int = 64 * MEBIBYTE
    output_bytes: int = 64 * MEBIBYTE
    host_calls: int = 1_000


@record
class Usage:
    """What one call used, for receipts and metrics."""

    fuel: int = 0  # instructions, about
    memory_bytes: int = 0  # the peak
    wall_us: int = 0
    host_calls: int = 0
    egress_bytes: int = 0  # sent and received over the network

    def plus(self, other: Usage) -> Usage:
        """What two calls, one after the other, used together."""
        if other is NOTHING_USED:
            return self
        if self is NOTHING_USED:
            return other
        return Usage(
            self.fuel + other.fuel,
            max(self.memory_bytes, other.memory_bytes),
            self.wall_us + other.wall_us,
            self.host_calls + other.host_calls,
            self.egress_bytes + other.egress_bytes,
        )


NOTHING_USED = Usage()


@dataclass(frozen=True, slots=True)
class Spent:
    """What a guest had used when its call failed, and the CID of its code."""

    usage: Usage = NOTHING_USED
    code: str = ""


NOTHING_SPENT = Spent()


def note_spent(error: BaseException, usage: Usage = NOTHING_USED, code: str = "") -> None:
    """Note on an error what the failed call had used, and whose code it was; what is known already stays."""
    known = spent(error)
    used = usage if known.usage == NOTHING_USED else known.usage
    error.__dict__["spent"] = Spent(used, known.code or code)


def spent(error: BaseException) -> Spent:
    """What :func:`note_spent` noted; nothing for the errors of what is no guest."""
    noted = error.__dict__.get("spent")
    return noted if isinstance(noted, Spent) else NOTHING_SPENT


@record
class Determinism:
    """All that a guest sees of time and chance; recorded, it replays to the same output."""

    now_us: int  # since 1970
    seed: bytes = b""
    timezone: str = "UTC"


@record
class ExpressionBatch:
    """All templates of a step, for all its items.

    ``context`` may hold, all optional:

    ==============  ===============================================================================
    ``node``        name of the step
    ``nodes``       earlier steps by name: ``{"runs": [{"outputs": [[item]], "source": [PLACE]}],
                    "params": {...}, "context": {...}}``; a step without runs has not been executed
    ``source``      where the items came from, a PLACE ``{"node", "output", "run"}`` per input
    ``inputs``      items per input, for steps with several; the first are ``items``
    ``run``         run index
    ``workflow``    ``{"id", "name", "active"}``
    ``execution``   ``{"id", "mode", "resumeUrl", ...}``
    ``parameter``   the step's own parameters, unresolved
    ``vars``        variables
    ``env``         environment variables that the policy lists, and no others
    ``extra``       further names (``$response``, ``$pageCount``), with their ``$``
    ==============  ===============================================================================
    """

    templates: Sequence[str]
    items: Sequence[Item]
    determinism: Determinism
    context: Mapping[str, Any] = field(default_factory=dict)
    indexes: Sequence[int] | None = None  # evaluate only for these items; None: for all, or once without any
    marked: bool = False  # mark what JSON lacks: {"$undefined": true}, {"$date": ISO}, {"$number": "NaN"}

    def asks_the_same(self, other: object, shared: Mapping[str, Any]) -> bool:
        """Whether both ask for the same, whatever the items are, and the moment and the seed; the context of
        the other has besides its own what is shared."""
        return (
            isinstance(other, ExpressionBatch)
            and self.templates == other.templates
            and self.context == {**other.context, **shared}
            and self.determinism.timezone == other.determinism.timezone
            and self.indexes == other.indexes
            and self.marked == other.marked
        )

    def within(self, context: Mapping[str, Any]) -> ExpressionBatch:
        """The same with another context."""
        return replace(self, context=context)


@dataclass(frozen=True, slots=True)
class ExpressionFault:
    """Why one template has no value for one item."""

    row: int  # of ``values``
    template: int
    message: str
    description: str = ""


@record
class ExpressionValues:
    """A row per item (or index), a value per template; a faulty one is None."""

    values: Sequence[Sequence[Any]]
    faults: Sequence[ExpressionFault]
    usage: Usage


@record
class CodeRequest:
    """Code of a step, and the items it is for.

    ``mode`` is ``all`` (once, for all items) or ``each`` (once for each item, in one call of the guest).
    ``context`` may hold ``workflow``, ``execution``, ``vars``, ``parameter`` and ``run``, in the form of
    :class:`ExpressionBatch`. ``file`` gives the bytes of a file of the items by its id.
    """

    language: str  # python, javascript
    source: str
    items: Sequence[Item]
    determinism: Determinism
    mode: Literal["all", "each"] = "all"
    context: Mapping[str, Any] = field(default_factory=dict)
    file: Callable[[str], bytes] | None = field(default=None, compare=False)  # None: files are not read
    tolerant: bool = False  # with each: an item whose code fails becomes one that tells of it

    def asks_the_same(self, other: object, shared: Mapping[str, Any]) -> bool:
        """See :meth:`ExpressionBatch.asks_the_same`."""
        return (
            isinstance(other, CodeRequest)
            and self.source == other.source
            and self.context == {**other.context, **shared}
            and self.determinism.timezone == other.determinism.timezone
            and self.language == other.language
            and self.mode == other.mode
            and self.tolerant == other.tolerant
        )

    def within(self, context: Mapping[str, Any]) -> CodeRequest:
        """The same with another context."""
        return replace(self, context=context)

    @property
    def cid(self) -> str:
        """CID of the source, for receipts and approvals."""
        return cid_of_bytes(self.source.encode("utf-8", "surrogatepass"), RAW)


@record
class CodeResult:
    """The items that code gave; each has ``json``, and with ``each`` the ``pairedItem`` it is made from."""

    items: list[Item]
    logs: list[str]  # what it printed, by line, within the guest's limits
    usage: Usage
    code: str  # CID of the source
    custom: Mapping[str, Any] = field(default_factory=dict)  # what it said of the execution


@record
class Ahead:
    """What the guest is asked for one step of a row, and what becomes of its items.

    ``call`` is without items; None where the step asks for nothing. ``rule`` is ``{"follow": "code"}``: the
    items are what the code gives; or ``{"follow": "fields", "keep": bool, "fields": [[name, type, column,
    value]]}``: each item is what came in, if that is kept, with fields that are the value of the template at
    ``column``, or ``value`` where it is None; ``type`` is what a value must be so that it is not converted:
    string, number, boolean, array, object, or None for any.
    """

    call: ExpressionBatch | CodeRequest | None
    rule: Mapping[str, Any]


class Later:
    """The steps of a row behind its first one: the same object for every execution of a version, so that
    a sandbox may keep with it, by how many of them were asked for, what it made of them."""

    __slots__ = ("calls", "kept")

    def __init__(self, calls: Sequence[Ahead]) -> None:
        self.calls = tuple(calls)
        self.kept: dict[int, bytes] = {}


@record
class RowAhead:
    """Steps in a row. ``shared`` is in the contexts of all of them, besides what is their own."""

    first: Ahead
    later: Later
    count: int  # of those behind the first
    shared: Mapping[str, Any]

    @property
    def calls(self) -> tuple[Ahead, ...]:
        """All of them, in order."""
        return (self.first, *self.later.calls[: self.count])


@record
class Foretold:
    """The answer for one step of a row, if these are the items that it is given."""

    items: Sequence[Item]
    answer: ExpressionValues | CodeResult | None


@dataclass(frozen=True, slots=True)
class Foresight:
    """Answers for the first steps of a row. ``looked``: the step after them looked at more: the time,
    chance or its host."""

    answers: Sequence[Foretold] = ()
    looked: bool = False


class HostCalls(Protocol):
    """The host as the guest of one attempt reaches it; thread-safe."""

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """``operation`` is ``http``, ``kv`` or ``secret``. Raises :class:`CapabilityDenied`,
        :class:`InvalidInput` and what the operation itself may raise."""

    def close(self) -> None:
        """The attempt is over: its token is worth nothing any more."""


class Sandbox(Protocol):
    """Runs guest code behind a wall; thread-safe.

    Every call gets an instance in its first state, byte for byte: nothing is left for the next one.
    """

    @property
    def guest_cid(self) -> str:
        """CID of the guest that evaluates expressions, for receipts."""

    def evaluate(self, batch: ExpressionBatch, limits: SandboxLimits) -> ExpressionValues:
        """Evaluate a batch in one call of the guest; raises :class:`SandboxViolation`."""

    def run_code(
        self, request: CodeRequest, limits: SandboxLimits, host: HostCalls | None = None
    ) -> CodeResult:
        """Run code of a step in one call of its language's guest; ``host`` answers what it asks for.

        Raises :class:`StepFailure` with ``line`` and ``column`` in its details where the code raises or
        gives no items, :class:`SandboxViolation` where it crosses a limit, :class:`InvalidInput` for a
        language without a guest, and an error of the host itself where the code does not catch it.
        """

    def foresee(self, items: Sequence[Item], row: RowAhead, limits: SandboxLimits) -> Foresight:
        """Ask for steps in a row in one call of the guest: for the first with these items, for each other
        with those that the one before is likely to give.

        An answer is what :meth:`evaluate` or :meth:`run_code` would give for the same call with the same
        items at any time and by any seed. There may be fewer than steps, or none. What the call used is
        divided evenly. Raises :class:`SandboxViolation` where all of it together crosses a limit.
        """

    def warm_up(self) -> None:
        """Compile or load the guest now rather than at the first call."""
