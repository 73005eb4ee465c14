"""Carry out the effects in the outbox: each at least once, and each knows its id."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.base.errors import QflowError, UnknownObject
from engine.base.ids import derived
from engine.execution.crash import crash_point
from engine.journal.facts import port_from_plain
from engine.ports.access_store import Principal
from engine.ports.journal_store import Outgoing
from engine.usecases.control_execution import post_signal
from engine.usecases.start_execution import StartRequest, start_execution
from engine.usecases.world import World

log = logging.getLogger("qflow.outbox")

RETRY_MS = 2_000


def relay(world: World, effects: Sequence[Outgoing]) -> None:
    """Carry out effects; one that cannot be carried out now is postponed."""
    done = []
    for effect in effects:
        try:
            crash_point("before-relay")
            _CARRY[effect.kind](world, effect.payload)
            done.append(effect.id)
            crash_point("after-relay")
        except QflowError as error:
            log.warning("effect %s postponed: %s", effect.kind, error)
            _postpone(world, effect, error)
        except Exception as error:  # one that nobody can carry out must not keep the others
            log.exception("effect %s postponed", effect.kind)
            _postpone(world, effect, error)
    if done:
        world.journal.sent(done)


def _postpone(world: World, effect: Outgoing, error: Exception) -> None:
    world.journal.postpone(effect.id, world.clock.now_us() + RETRY_MS * 1000, str(error))


def system(subnet: str) -> Principal:
    """The engine itself, acting within a subnet."""
    return Principal("system", "system", subnet, frozenset({"admin"}))


def on_behalf(actor: str, subnet: str) -> Principal:
    """Whoever started an execution, as the engine acts for them: bounded by their grants, by no token."""
    return Principal(actor, actor, subnet, frozenset({"admin"}))


def _start_child(world: World, payload: Mapping[str, Any]) -> None:
    """Start a sub-flow; what keeps it from starting is the parent's answer. Where the parent ends
    meanwhile it is aborted: the effect that does so may have come before there was anything to abort."""
    parent = payload["parent"]
    if payload["wait"] and _has_ended(world, parent["execution"]):
        return
    try:
        _start_checked(world, payload)
    except QflowError as error:
        if error.retryable:
            raise
        failure = {"type": str(error.type), "code": error.code, "message": error.message}
        _tell(world, parent, payload["child"], {"status": "failed", "error": failure, "output": None})
        return
    if payload["wait"]:
        if _has_ended(world, parent["execution"]):
            _abort_child(world, payload)
    else:
        _tell(world, parent, payload["child"], {"status": "started", "error": None, "output": None})


def _start_checked(world: World, payload: Mapping[str, Any]) -> None:
    if payload["depth"] > world.limits.sub_flow_depth_max:
        depth = world.limits.sub_flow_depth_max
        raise UnknownObject(f"sub-flows are nested deeper than {depth} (sub_flow_depth_max)")
    subnet = payload["subnet"]
    items = world.worker.items.load(subnet, port_from_plain(payload["input"]))
    request = StartRequest(
        payload["flow"],
        items,
        trigger_type="sub-flow",
        version=payload["version"] or None,
        mode=payload["mode"],
        id=payload["child"],
        parent=payload["parent"] if payload["wait"] else None,
        depth=payload["depth"],
    )
    start_execution(world, on_behalf(payload["actor"], subnet), request)


def _tell(world: World, parent: Mapping[str, Any], child: str, ended: Mapping[str, Any]) -> None:
    content = {"task": parent["task"], "payload": {**ended, "execution": child}}
    signal = derived("sig", parent["execution"], parent["task"], child)
    try:
        post_signal(world, parent["execution"], "child", content, "system", signal)
    except UnknownObject:
        log.info("the parent %s is gone", parent["execution"])


def _tell_parent(world: World, payload: Mapping[str, Any]) -> None:
    ended = {name: payload[name] for name in ("status", "error", "output")}
    _tell(world, payload["parent"], payload["child"], ended)


def _has_ended(world: World, execution: str) -> bool:
    try:
        return world.journal.header(execution).status.ended
    except UnknownObject:
        return True


def _abort_child(world: World, payload: Mapping[str, Any]) -> None:
    try:
        header = world.journal.header(payload["child"])
    except UnknownObject:
        return
    if not header.status.ended:
        reason = {"reason": "its parent ended"}
        post_signal(world, header.id, "abort", reason, "system", derived("sig", header.id, "abort"))


def _start_error_flow(world: World, payload: Mapping[str, Any]) -> None:
    subnet = payload["subnet"]
    item = {
        "json": {
            "flow": payload["failed_flow"],
            "name": payload.get("name", payload["failed_flow"]),
            "execution": payload["failed_execution"],
            "url": f"{world.public_url()}/executions/{payload['failed_execution']}",
            "error": payload["error"],
            "mode": payload["mode"],
        }
    }
    request = StartRequest(
        payload["flow"],
        [item],
        trigger_type="error",
        id=derived("exe", payload["failed_execution"], "error"),
        mode="production",
    )
    try:
        start_execution(world, system(subnet), request)
    except QflowError as error:
        if error.retryable:
            raise
        log.error("the error flow %s could not start: %s", payload["flow"], error)


_CARRY: dict[str, Callable[[World, Mapping[str, Any]], None]] = {
    "start-child": _start_child,
    "tell-parent": _tell_parent,
    "abort-child": _abort_child,
    "start-error-flow": _start_error_flow,
}
