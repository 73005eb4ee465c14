"""The pipeline: Qlock -> Qonsent -> Qindex -> Qerberos, in this order, to the first failure.

A stage is a function from the evidence of the one before to its own evidence or a finding. The types
fix the order; the evidence checks its predecessor when it is made, so that neither a mistaken caller
nor a stage put into another's place gets an operation through.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from engine.validation.operation import Cleared, Finding, Genuine, Known, Operation, Permitted, Validation
from engine.validation.refusals import error_of


class QlockStage(Protocol):
    """Encryption and signatures."""

    def __call__(self, given: Operation) -> Genuine | Finding: ...


class QonsentStage(Protocol):
    """Permission and consent."""

    def __call__(self, given: Genuine) -> Permitted | Finding: ...


class QindexStage(Protocol):
    """The index of what is registered."""

    def __call__(self, given: Permitted) -> Known | Finding: ...


class QerberosStage(Protocol):
    """Integrity and anomalies."""

    def __call__(self, given: Known) -> Cleared | Finding: ...


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The four stages. ``told`` hears every outcome, passed ones too."""

    qlock: QlockStage
    qonsent: QonsentStage
    qindex: QindexStage
    qerberos: QerberosStage
    told: Callable[[Validation], None] = lambda outcome: None

    def validate(self, operation: Operation) -> Validation:
        """The outcome, put on record; a stage's finding ends it there."""
        outcome = self.judge(operation)
        self.told(outcome)
        return outcome

    def judge(self, operation: Operation) -> Validation:
        """The outcome, and nobody is told."""
        reached = self._reached(operation)
        if isinstance(reached, Cleared):
            return Validation(operation, cleared=reached)
        return Validation(operation, finding=reached)

    def admit(self, operation: Operation) -> Cleared:
        """The evidence of all four stages, or an error that carries the finding."""
        outcome = self.validate(operation)
        if outcome.cleared is None:
            assert outcome.finding is not None
            raise error_of(outcome.finding)
        return outcome.cleared

    def _reached(self, operation: Operation) -> Cleared | Finding:
        genuine = self.qlock(operation)
        if isinstance(genuine, Finding):
            return genuine
        permitted = self.qonsent(genuine)
        if isinstance(permitted, Finding):
            return permitted
        known = self.qindex(permitted)
        if isinstance(known, Finding):
            return known
        return self.qerberos(known)
