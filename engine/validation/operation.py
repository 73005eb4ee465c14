"""What is validated, and what comes of it: operations, stages, findings.

This module and its neighbours know nothing of flows, journals or databases: any part of the system, or
another program, can put its own operations through the pipeline.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

INTERFACE_VERSION = 1
"""Version of the pipeline's interface: a change that breaks callers counts it up."""


class Kind(StrEnum):
    """What an operation is."""

    FLOW_EXECUTION = "flow-execution"  # an execution is to start
    STEP_EXECUTION = "step-execution"  # an attempt of a step is to run
    EXTERNAL_EVENT = "external-event"  # something outside tells or answers
    MODULE_CALL = "module-call"  # code from outside the engine is to be loaded
    GOVERNANCE_ACTION = "governance-action"  # a subnet's rules are to change
    REQUEST = "request"  # anything else that is asked for at a door


class Stage(StrEnum):
    """The four stages, in their order."""

    QLOCK = "qlock"  # is it genuine: hashes, signatures
    QONSENT = "qonsent"  # is it permitted: scopes, grants, consent
    QINDEX = "qindex"  # is it known: registered, current, described
    QERBEROS = "qerberos"  # is it safe: quarantine, integrity, anomalies


class Hash(NamedTuple):
    """A content hash that must be what was announced."""

    what: str
    announced: str
    actual: str


class Signature(NamedTuple):
    """A signature over ``data`` by the holder of a public key (Ed25519, 32 bytes); no bytes where one is
    missing that must be there."""

    what: str
    public_key: bytes
    data: bytes
    signature: bytes
    refused: str = ""  # why it does not count, where who looked up its signer knows that already


class Entry(NamedTuple):
    """What the index holds of the object of an operation."""

    registered: bool = True
    archived: bool = False
    in_force: bool = True  # of a flow: published, where that is asked for
    version: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """Somebody wants to do something to something.

    ``resource`` is a path (``flows/orders/steps/fetch``), ``action`` a dotted word (``step.run``).
    ``scopes`` bound what the actor's token may ask for; None: no token is between (inside the engine).
    ``acts``: it reaches the outside, so that no answer from memory is believed unasked.
    """

    kind: Kind
    actor: str
    subnet: str
    action: str
    resource: str
    id: str = ""
    scopes: frozenset[str] | None = None
    purpose: str = ""
    data_subjects: tuple[str, ...] = ()  # persons whose data it is about
    permissions: tuple[str, ...] = ()  # actions the actor must be granted beside ``action``
    hashes: tuple[Hash, ...] = ()
    signatures: tuple[Signature, ...] = ()
    contents: tuple[Hash, ...] = ()  # of data that goes in, against what the journal holds
    involved: tuple[tuple[str, str], ...] = ()  # kind and name of flow, code and node, for quarantine
    entry: Entry | None = None  # None: the kind of operation needs none
    execution: str = ""
    acts: bool = True
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a stage found wrong: where, what, why, and how to mend it.

    ``code`` is stable; ``waits`` marks what time or a renewal can mend: the operation may be tried again.
    """

    stage: Stage
    code: str
    what: str
    why: str
    remedy: str
    waits: bool = False
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """One line for people."""
        return f"{self.what}: {self.why}; {self.remedy}"

    def as_json(self) -> dict[str, Any]:
        """As journal, audit and doors carry it."""
        return {
            "stage": str(self.stage),
            "code": self.code,
            "what": self.what,
            "why": self.why,
            "remedy": self.remedy,
            "waits": self.waits,
            "details": dict(self.details),
        }


# --- evidence ---------------------------------------------------------------------------------------
# Each stage takes the evidence of the one before and gives its own: none can be left out or moved.


@dataclass(frozen=True, slots=True)
class Genuine:
    """Evidence of Qlock."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class Permitted:
    """Evidence of Qonsent. ``until_us``: when the permission ends by itself; ``grant`` is its ground."""

    genuine: Genuine
    until_us: int | None = None
    grant: str = ""

    def __post_init__(self) -> None:
        _expect(self.genuine, Genuine)


@dataclass(frozen=True, slots=True)
class Known:
    """Evidence of Qindex."""

    permitted: Permitted

    def __post_init__(self) -> None:
        _expect(self.permitted, Permitted)


@dataclass(frozen=True, slots=True)
class Cleared:
    """Evidence of Qerberos, and so of all four stages. ``warnings`` did not stop it."""

    known: Known
    warnings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        _expect(self.known, Known)

    @property
    def permitted(self) -> Permitted:
        """The evidence of Qonsent within."""
        return self.known.permitted

    @property
    def operation(self) -> Operation:
        """What was cleared."""
        return self.known.permitted.genuine.operation


def _expect(evidence: object, kind: type) -> None:
    if type(evidence) is not kind:
        raise TypeError(f"this stage needs the evidence {kind.__name__}, not {type(evidence).__name__}")


@dataclass(frozen=True, slots=True)
class Validation:
    """The outcome for one operation. ``cleared`` is there where it is ``valid``, else ``finding``."""

    operation: Operation
    cleared: Cleared | None = None
    finding: Finding | None = None
    version: int = INTERFACE_VERSION

    @property
    def valid(self) -> bool:
        """Whether all four stages passed."""
        return self.cleared is not None

    @property
    def stage(self) -> Stage:
        """The last stage that was asked."""
        return self.finding.stage if self.finding is not None else Stage.QERBEROS
