"""The flows that the tests of faults run, as Flow Definitions."""

from __future__ import annotations

import itertools
from typing import Any

Flow = dict[str, Any]
Step = dict[str, Any]

EFFECTS = [f"effect{n}" for n in range(10)]
TEN_STEPS = [*EFFECTS, *(f"shape{n}" for n in range(9)), "hook"]
"""All steps of :func:`ten_effects`."""

PATIENT = {"maxAttempts": 5, "initialDelayMs": 10, "jitter": 0}


def flow(id: str, steps: list[Step], **settings: Any) -> Flow:
    """A definition; every step without ``onSuccess`` or ``next`` goes on with the one after it."""
    for step, follower in itertools.pairwise(steps):
        if not {"onSuccess", "next", "last"} & set(step):
            step["onSuccess"] = follower["id"]
    for step in steps:
        step.pop("last", None)
    whole = {"id": id, "name": id, "version": "1", "owner": "test", "steps": steps}
    return {**whole, "settings": settings} if settings else whole


def hook(path: str, mode: str = "immediately") -> Step:
    """A webhook trigger."""
    return {"id": "hook", "type": "trigger.webhook", "params": {"path": path, "responseMode": mode}}


def effect(id: str, url: str) -> Step:
    """A request that the counting server counts under the step's name; tried again where it fails."""
    params = {"method": "POST", "url": f"{url}/{id}"}
    return {"id": id, "type": "http.request", "params": params, "retryPolicy": PATIENT}


def keep(id: str, **fields: Any) -> Step:
    """A pure step."""
    return {"id": id, "type": "data.set", "params": {"fields": fields}}


def ten_effects(url: str, id: str = "ten", **settings: Any) -> Flow:
    """A webhook that is answered at once, then ten effects with pure steps between them."""
    steps = [hook(id)]
    for n, name in enumerate(EFFECTS):
        steps.append(effect(name, url))
        if n + 1 < len(EFFECTS):
            steps.append(keep(f"shape{n}", came=f"${name}.result.body.n"))
    return flow(id, steps, **settings)


LIGHT = [f"light{n}" for n in range(24)]
"""The light steps of :func:`light_row`."""


def light_row(id: str = "row") -> Flow:
    """A webhook that is answered at once, then expressions and code in a row, each adding one."""
    steps = [hook(id)]
    for n, name in enumerate(LIGHT):
        if n % 4 == 3:
            code = "return items.map(({ json }) => ({ json: { n: json.n + 1 } }))"
            steps.append({"id": name, "type": "code.javascript", "params": {"code": code}})
        else:
            steps.append(keep(name, n="{{ ($json.n ?? 0) + 1 }}"))
    return flow(id, steps)


def family(url: str) -> list[Flow]:
    """A flow that calls another one between two effects; both act."""
    child = flow("child", [{"id": "called", "type": "trigger.subflow"}, effect("inner", url)])
    call = {"id": "call", "type": "flow.call", "params": {"flow": "child"}}
    parent = flow("parent", [hook("parent"), effect("before", url), call, effect("after", url)])
    return [child, parent]


def ticking(url: str, interval_ms: int) -> Flow:
    """One effect at every tick."""
    clock = {"id": "clock", "type": "trigger.schedule", "params": {"intervalMs": interval_ms}}
    return flow("ticking", [clock, effect("tick", url)])


def one_effect(url: str, id: str = "one") -> Flow:
    """A webhook that is answered with the last step's item, after one effect."""
    return flow(id, [hook(id, "lastStep"), effect("act", url), keep("told", n="$act.result.body.n")])


def respond() -> Flow:
    """A webhook that is answered by a step, after which the flow goes on."""
    answer = {
        "id": "answer",
        "type": "webhook.respond",
        "params": {"respondWith": "json", "body": {"said": "$hook.body.word"}, "status": 201},
    }
    return flow("respond", [hook("respond", "respondStep"), answer, keep("later", done=True)])


def wait(ms: int) -> Flow:
    """A webhook that is answered after a timer."""
    timer = {"id": "timer", "type": "flow.wait", "params": {"durationMs": ms}}
    return flow("wait", [hook("wait", "lastStep"), timer, keep("awake", ok=True)])


def approval() -> Flow:
    """Somebody has to approve."""
    ask = {"id": "ask", "type": "flow.approval", "next": {"approved": "yes", "rejected": "no"}}
    return flow(
        "approval", [hook("approval"), ask, {**keep("yes", ok=True), "last": True}, keep("no", ok=False)]
    )


def small(id: str = "small") -> Flow:
    """Two pure steps."""
    return flow(id, [hook(id), keep("first", a=1), keep("second", b=2)])
