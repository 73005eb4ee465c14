"""Qindex: is what the operation is about registered, current and known?"""

from __future__ import annotations

from engine.validation.operation import Finding, Kind, Known, Operation, Permitted, Stage

NEEDS_ENTRY = (Kind.FLOW_EXECUTION, Kind.STEP_EXECUTION, Kind.MODULE_CALL)


class Qindex:
    """The stage; it judges the entry that the caller looked up (:class:`Entry`)."""

    def __call__(self, given: Permitted) -> Known | Finding:
        operation = given.genuine.operation
        entry = operation.entry
        if entry is None:
            needed = operation.kind in NEEDS_ENTRY
            return _not_there(operation) if needed else Known(given)
        if not entry.registered:
            return _not_there(operation)
        if entry.archived:
            why, remedy = "it is archived", "take it out of the archive first"
            return Finding(Stage.QINDEX, "archived", operation.resource, why, remedy)
        if not entry.in_force:
            why, remedy = "it is not published", "publish it, or start it manually"
            return Finding(Stage.QINDEX, "not_published", operation.resource, why, remedy)
        return Known(given)


def _not_there(operation: Operation) -> Finding:
    why, remedy = "it is not registered in this subnet", "create it, or correct its name"
    return Finding(Stage.QINDEX, "unknown", operation.resource, why, remedy)
