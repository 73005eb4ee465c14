"""Settings of a workflow and of its nodes as a flow's."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from zoneinfo import available_timezones

from engine.api import FlowSettings, RetryPolicy, Step
from n8n_import.canvas import placed
from n8n_import.translating import HELP, Issue
from n8n_import.words import Node, Workflow, is_number

TRIES_DEFAULT, TRIES_MAX = 3, 5
PAUSE_MS_DEFAULT, PAUSE_MS_MAX = 1_000, 5_000
"""How n8n bounds ``retryOnFail``."""

STATIC_CHARACTERS_MAX, STATIC_NAME_CHARACTERS_MAX = 60_000, 400
"""A value that a flow keeps has at most 64 KiB, its key 512 bytes."""


def flow_settings(workflow: Workflow, flow_id: Callable[[str], str]) -> FlowSettings:
    """How the flow runs; n8n's older order (v0) is the one of workflows that name none."""
    given = workflow.settings
    seconds, error = given.get("executionTimeout"), given.get("errorWorkflow")
    kept = {name: given.get(f"saveData{name}Execution") != "none" for name in ("Success", "Error")}
    save = {(True, True): "all", (False, True): "failed", (False, False): "none", (True, False): "all"}
    return FlowSettings(
        order="v1" if given.get("executionOrder") == "v1" else "v0",
        timeout_ms=round(seconds * 1000) if is_number(seconds) and seconds > 0 else None,
        error_flow=flow_id(str(error)) if isinstance(error, str | int) and error else None,
        timezone=_zone(given.get("timezone")),
        save_data=save[kept["Success"], kept["Error"]],  # type: ignore[arg-type]
    )


def _zone(value: Any) -> str | None:
    return value if isinstance(value, str) and value in available_timezones() else None


def with_node_settings(step: Step, node: Node) -> Step:
    """The step with what stands beside a node's parameters."""
    notes = node.raw.get("notes")
    return replace(
        step,
        on_error=_on_error(node),
        retry=_retry(node),
        disabled=node.disabled,
        execute_once=node.flag("executeOnce"),
        always_output=node.flag("alwaysOutputData"),
        notes=notes if isinstance(notes, str) else "",
        position=placed(node.position),
    )


def error_output(node: Node) -> bool:
    """Whether the node's last output is the one of its errors."""
    return node.raw.get("onError") == "continueErrorOutput"


def _on_error(node: Node) -> Any:
    if error_output(node):
        return "failure"
    goes_on = node.raw.get("onError") == "continueRegularOutput" or (
        node.flag("continueOnFail") and "onError" not in node.raw
    )
    return "continue" if goes_on else "stop"


def _retry(node: Node) -> RetryPolicy | None:
    if not node.flag("retryOnFail"):
        return None
    tries = _bounded(node.raw.get("maxTries"), TRIES_DEFAULT, 2, TRIES_MAX)
    pause = _bounded(node.raw.get("waitBetweenTries"), PAUSE_MS_DEFAULT, 0, PAUSE_MS_MAX)
    return RetryPolicy(tries, pause, factor=1.0, delay_max_ms=PAUSE_MS_MAX, jitter=0.0, retry_on=("*",))


def _bounded(value: Any, default: int, least: int, most: int) -> int:
    return min(max(round(value), least), most) if is_number(value) else default


def pins_of(workflow: Workflow, ids: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Pinned items by step id; n8n's older exports pin bare objects."""
    pins = {}
    for name, items in workflow.pins.items():
        if name in ids and isinstance(items, list):
            pins[ids[name]] = [_item(item) for item in items if isinstance(item, dict)]
    return pins


def _item(value: dict[str, Any]) -> dict[str, Any]:
    return value if isinstance(value.get("json"), dict) else {"json": value}


def static_data(workflow: Workflow, issues: list[Issue]) -> dict[str, Any]:
    """What the workflow's code kept from run to run: ``global`` and ``node:NAME`` to objects."""
    given = workflow.raw.get("staticData")
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            given = None
    found: dict[str, Any] = {}
    for name, value in given.items() if isinstance(given, dict) else ():
        if not isinstance(value, dict) or not value or not (name == "global" or name.startswith("node:")):
            continue
        if len(json.dumps(value)) > STATIC_CHARACTERS_MAX or len(name) > STATIC_NAME_CHARACTERS_MAX:
            message = f"its static data {name[:80]!r} is too large to be kept here, and is left out"
            issues.append(Issue(workflow.name, "", "differs", message, f"{HELP}#static"))
            continue
        found[name] = value
    return found
