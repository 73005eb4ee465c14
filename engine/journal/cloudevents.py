"""Facts as CloudEvents 1.0 (https://github.com/cloudevents/spec), with the reference's type names."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Protocol

from engine.journal.facts import Fact, StepCompleted, StepFailed, shown
from engine.journal.state import Status

TYPES = {
    "execution.started": "q.qflow.execution.started.v1",
    "execution.admitted": "q.qflow.execution.admitted.v1",
    "step.started": "q.qflow.execution.dispatched.v1",
    "step.completed": "q.qflow.step.completed.v1",
    "step.failed": "q.qflow.step.failed.v1",
    "step.interrupted": "q.qflow.step.interrupted.v1",
    "step.parked": "q.qflow.step.waiting.v1",
    "signal.received": "q.qflow.step.resumed.v1",
    "join.released": "q.qflow.step.released.v1",
    "answer.given": "q.qflow.webhook.answered.v1",
    "checkpoint.created": "q.qflow.checkpoint.created.v1",
    "checkpoint.restored": "q.qflow.checkpoint.restored.v1",
    "execution.paused": "q.qflow.execution.paused.v1",
    "execution.resumed": "q.qflow.execution.resumed.v1",
    "execution.completed": "q.qflow.execution.completed.v1",
    "execution.failed": "q.qflow.execution.failed.v1",
    "execution.aborted": "q.qflow.execution.aborted.v1",
}
"""Type of the event per type of fact."""

GUEST_EVENT = "q.qflow.wasm.execution.completed.v1"
"""Type of the event that tells what the guests of a step used, whether it completed or failed."""

_LEFT_OUT = ("t", "state", "variables", "pins")


class Subject(Protocol):
    """The part of an execution's header that events tell."""

    @property
    def id(self) -> str: ...
    @property
    def subnet(self) -> str: ...
    @property
    def flow(self) -> str: ...
    @property
    def status(self) -> Status: ...


def to_cloudevent(header: Subject, sequence: int, fact: Fact) -> dict[str, Any]:
    """One fact as an event; its id is execution and sequence, so a doubled one is known.

    Items are left out of ``data`` (a step's outputs give their count and CID per port).
    """
    moment = datetime.fromtimestamp(fact.at_us / 1e6, tz=UTC)
    return {
        "specversion": "1.0",
        "id": f"{header.id}/{sequence}",
        "source": f"/subnets/{header.subnet}/flows/{header.flow}",
        "type": TYPES[fact.TYPE],
        "subject": header.id,
        "time": moment.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": {
            "executionId": header.id,
            "flowId": header.flow,
            "subnet": header.subnet,
            "sequence": sequence,
            "status": str(header.status),
            **_data(fact),
        },
    }


def guest_event(header: Subject, sequence: int, fact: Fact) -> dict[str, Any] | None:
    """What guests did and used in a step (fuel; bytes; microseconds); None where none ran.

    ``outcome`` is ``completed`` or ``failed``. A failed one tells the error's type and code in the place of
    an output, and not its message, which code makes.

    It tells of the same entry as the step's own event, so it has no place in the row of the journal's
    events: its id ends in ``/wasm``.
    """
    if not isinstance(fact, StepCompleted | StepFailed) or not fact.usage.get("wall_us"):
        return None
    event = to_cloudevent(header, sequence, fact)
    told = ("executionId", "flowId", "subnet", "sequence")
    data = {name: event["data"][name] for name in told}
    data |= {"step": fact.step, "run": fact.run, "attempt": fact.attempt, "node": fact.node}
    data |= {"code": fact.code, "fuel": fact.fuel, **_outcome(fact)}
    data |= {_camel(name): value for name, value in fact.usage.items()}
    return {**event, "id": f"{event['id']}/wasm", "type": GUEST_EVENT, "data": data}


def _outcome(fact: StepCompleted | StepFailed) -> dict[str, Any]:
    if isinstance(fact, StepCompleted):
        return {"outcome": "completed", "outputCid": fact.output_cid}
    error = {name: fact.error.get(name, "") for name in ("type", "code")}
    return {"outcome": "failed", "error": error, "action": fact.action}


def _data(fact: Fact) -> dict[str, Any]:
    plain = {name: value for name, value in shown(fact).items() if name not in _LEFT_OUT}
    if "outputs" in plain:
        plain["outputs"] = {
            port: {"cid": data["cid"], "count": data["count"]} for port, data in plain["outputs"].items()
        }
    if "items" in plain:
        plain["items"] = {"cid": plain["items"]["cid"], "count": plain["items"]["count"]}
    if isinstance(plain.get("body"), bytes):
        plain["body"] = {"bytes": len(plain["body"])}
    if "wait" in plain:
        plain["wait"] = {name: value for name, value in plain["wait"].items() if name != "input"}
    return {_camel(name): value for name, value in plain.items()}


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)
