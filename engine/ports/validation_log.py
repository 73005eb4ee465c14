"""The socket for the record of validations: denied ones one by one, passed ones counted together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

DENIED_EVENT = "q.qflow.validation.denied.v1"
ANOMALY_EVENT = "q.qflow.anomaly.detected.v1"


@dataclass(frozen=True, slots=True)
class ValidationRecord:
    """One denied validation, or ``count`` passed ones of the same actor, action and execution.

    ``operation`` is the denied operation's id; of passed steps none is kept, since the journal of their
    execution names each of them. ``finding`` is empty for passed ones.
    """

    id: str
    subnet: str
    kind: str
    actor: str
    action: str
    resource: str
    passed: bool
    from_us: int
    until_us: int
    count: int = 1
    operation: str = ""
    execution: str = ""
    stage: str = ""
    code: str = ""
    finding: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ValidationQuery:
    """A page of records, newest first. ``before`` is a cursor: the id of a record."""

    subnet: str
    execution: str | None = None
    operation: str | None = None
    actor: str | None = None
    passed: bool | None = None
    before: str | None = None
    limit: int = 50


class ValidationLog(Protocol):
    """Keeps records."""

    def record(self, records: Sequence[ValidationRecord]) -> None:
        """Keep them durably, all or none."""

    def records(self, query: ValidationQuery) -> Sequence[ValidationRecord]: ...
    def forget(self, execution: str) -> int:
        """Delete the records of an execution, with its other data; gives how many there were."""
