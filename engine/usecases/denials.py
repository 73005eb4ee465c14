"""Tell whoever watches a subnet that the pipeline refused something."""

from __future__ import annotations

from engine.ports.notifier import Notifier
from engine.ports.validation_log import DENIED_EVENT
from engine.validation.operation import Finding, Operation


def tell_denied(notifier: Notifier, operation: Operation, finding: Finding) -> None:
    """Send the event of a denial; the record of it is written already."""
    data = {
        "operationId": operation.id,
        "kind": str(operation.kind),
        "actor": operation.actor,
        "action": operation.action,
        "resource": operation.resource,
        "executionId": operation.execution,
        "subnet": operation.subnet,
        "finding": finding.as_json(),
    }
    notifier.event(operation.subnet, DENIED_EVENT, data)
