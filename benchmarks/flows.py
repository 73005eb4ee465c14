"""The flows that are measured, as flow definitions."""

from __future__ import annotations

from typing import Any

Definition = dict[str, Any]


def _flow(id: str, steps: list[dict[str, Any]]) -> Definition:
    return {"id": id, "name": id, "version": "1.0.0", "owner": "bench", "steps": steps}


def _task(id: str, action: str, **params: Any) -> dict[str, Any]:
    return {"id": id, "type": "task", "action": action, "params": params}


def _webhook(path: str, mode: str = "lastStep") -> dict[str, Any]:
    return _task("hook", "trigger.webhook", path=path, responseMode=mode)


def _sets(count: int) -> list[dict[str, Any]]:
    """Light pure steps in a row; each takes a field from the item that the one before made."""
    fields = [{"step": number + 1, "before": "$json.step"} for number in range(count)]
    return [_task(f"set-{n}", "data.set", fields=given) for n, given in enumerate(fields, 1)]


def sequence(count: int) -> Definition:
    """``count`` pure steps in a row."""
    return _flow(f"sequence-{count}", [_task("begin", "trigger.manual"), *_sets(count)])


def webhook(count: int) -> Definition:
    """A webhook, ``count`` pure steps, and the last one's item as the answer."""
    return _flow(f"webhook-{count}", [_webhook(f"bench-{count}"), *_sets(count)])


def parallel(branches: int) -> Definition:
    """A step that parts into ``branches`` pure steps, and one that waits for them all."""
    ids = [f"branch-{number}" for number in range(1, branches + 1)]
    steps = [{**_task(id, "data.set", fields={"branch": id}), "onSuccess": "join"} for id in ids]
    part = {"id": "part", "type": "parallel", "params": {"branches": ids}, "onSuccess": "join"}
    begin = {**_task("begin", "trigger.manual"), "onSuccess": "part"}
    return _flow(
        f"parallel-{branches}", [begin, part, *steps, _task("join", "data.set", fields={"joined": True})]
    )


def waiting(milliseconds: int) -> Definition:
    """A flow that waits on a timer, holding no worker, and goes on."""
    wait = _task("wait", "flow.wait", durationMs=milliseconds)
    return _flow("waiting", [_webhook("bench-wait", "immediately"), wait, *_sets(1)])


def calling(url: str, count: int) -> Definition:
    """``count`` HTTP requests in a row: steps with an effect, committed before and after each."""
    calls = [_task(f"call-{n}", "http.request", method="POST", url=url) for n in range(1, count + 1)]
    return _flow("calling", [_webhook("bench-call", "immediately"), *calls])
