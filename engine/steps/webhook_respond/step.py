"""How webhook.respond runs: it gives the answer and passes its items on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from engine.base.errors import StepFailure
from engine.flow.model import MAIN
from engine.ports.step_catalogue import Answer, PortItems, StepContext, StepResult, StepType
from engine.steps.json_text import parsed_json
from engine.steps.webhook_respond.manifest import MANIFEST, RespondParameters

RESPONSE = "response"

_STATUS = {"noData": 204, "redirect": 302}


class RespondStep(StepType):
    """Answers by the parameters of its first item. The first answer of an execution counts."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` where the file to answer with is not there."""
        given: RespondParameters = context.parameters()
        kind, body = _body(given, context)
        headers = {} if kind is None else {"content-type": kind}
        if given.respondWith == "redirect":
            headers["location"] = given.location or ""
        headers.update({name.lower(): value for name, value in given.headers.items()})
        status = given.status or _STATUS.get(given.respondWith, 200)
        outputs: PortItems = {MAIN: context.items}
        if given.tells:
            told = {"body": None if isinstance(body, bytes) else body, "headers": headers}
            outputs[RESPONSE] = [{"json": {"response": {**told, "statusCode": status}}}]
        return StepResult(outputs, answer=Answer(status, headers, body))

    def ports_out(self, parameters: Mapping[str, Any]) -> tuple[str, ...]:
        """A second port where the step tells what it answered."""
        return (MAIN, RESPONSE) if parameters.get("tells") is True else super().ports_out(parameters)


def _body(given: RespondParameters, context: StepContext) -> tuple[str | None, Any]:
    """Content type and body."""
    match given.respondWith:
        case "firstItem":
            return "application/json", context.items[0]["json"] if context.items else {}
        case "allItems":
            return "application/json", [item["json"] for item in context.items]
        case "json":
            return _written(given.body) if given.read else ("application/json", _json(given.body))
        case "text":
            return "text/plain; charset=utf-8", _text(given.body)
        case "binary":
            return _file(given.binaryField, context)
        case _:
            return None, None


def _written(value: Any) -> tuple[str | None, Any]:
    """JSON that was written as text; none at all is no body."""
    if value in (None, ""):
        return None, None
    if not isinstance(value, str):
        return "application/json", _json(value)
    try:
        return "application/json", _json(parsed_json(value))
    except ValueError as error:
        raise StepFailure(f"body: {error}") from error


def _json(value: Any) -> Any:
    """JSON text where a bare value would be taken for text or for no body."""
    return orjson.dumps(value).decode() if value is None or isinstance(value, str) else value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _file(name: str, context: StepContext) -> tuple[str, bytes]:
    """Media type and bytes of a file of the first item."""
    files = context.items[0].get("binary") or {} if context.items else {}
    name = name or next(iter(files), "")
    file = files.get(name)
    if file is None:
        there = ", ".join(files) or "none"
        raise StepFailure(f"the first item has no file {name!r}; its files: {there}")
    kind = file.get("mimeType") or "application/octet-stream"
    with context.binaries.open(file) as stream:
        return kind, stream.read()
