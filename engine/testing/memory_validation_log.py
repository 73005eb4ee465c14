"""The record of validations in memory."""

from __future__ import annotations

from collections.abc import Sequence

from engine.ports.validation_log import ValidationQuery, ValidationRecord


class MemoryValidationLog:
    """A :class:`ValidationLog`."""

    def __init__(self) -> None:
        self.kept: list[ValidationRecord] = []

    def record(self, records: Sequence[ValidationRecord]) -> None:
        """Keep them."""
        self.kept.extend(records)

    def records(self, query: ValidationQuery) -> Sequence[ValidationRecord]:
        """Newest first."""
        found = [
            record
            for record in self.kept
            if record.subnet == query.subnet
            and query.execution in (None, record.execution)
            and query.operation in (None, record.operation)
            and query.actor in (None, record.actor)
            and query.passed in (None, record.passed)
            and (query.before is None or record.id < query.before)
        ]
        return sorted(found, key=lambda record: record.id, reverse=True)[: query.limit]

    def forget(self, execution: str) -> int:
        """Forget those of an execution."""
        before = len(self.kept)
        self.kept = [record for record in self.kept if record.execution != execution]
        return before - len(self.kept)
