"""Query, headers and body that were written as JSON, read before a request is made of them."""

from __future__ import annotations

from typing import Any

from engine.base.errors import StepFailure
from engine.steps.http_request.manifest import HttpRequestParameters
from engine.steps.http_request.parameters import JsonBody
from engine.steps.json_text import parsed_json

_LABELS = {"query": "JSON Query Parameters", "headers": "JSON Headers", "body": "JSON Body"}
_OLD_LABELS = {"query": "Query Parameters", "headers": "Headers", "body": "Body Parameters"}


def read_written(given: HttpRequestParameters) -> HttpRequestParameters:
    """The parameters with values in place of texts; raises :class:`StepFailure` for text that is no JSON."""
    changed: dict[str, Any] = {}
    if given.response.style == "n8n":
        changed["url"] = _address(given.url.strip())
    for name in ("query", "headers"):
        text = getattr(given, name)
        if isinstance(text, str):
            changed[name] = _object(text, name, given.response.style)
    body = given.body
    if isinstance(body, JsonBody) and body.read and isinstance(body.value, str):
        value = _value(body.value, "body", given.response.style)
        changed["body"] = JsonBody(kind="json", value=value)
    return given.model_copy(update=changed) if changed else given


def _address(url: str) -> str:
    if not url:
        raise StepFailure("URL parameter cannot be empty")
    if not url.startswith(("http://", "https://")):
        raise StepFailure(f'Invalid URL: {url}. URL must start with "http" or "https".')
    return url


def _object(text: str, name: str, style: str) -> dict[str, Any]:
    value = _value(text, name, style)
    if not isinstance(value, dict):
        raise StepFailure(f"{name}: the JSON must be an object, and is {type(value).__name__}")
    return value


def _value(text: str, name: str, style: str) -> Any:
    try:
        return parsed_json(text)
    except ValueError as error:
        raise StepFailure(_refusal(name, style, str(error))) from error


def _refusal(name: str, style: str, why: str) -> str:
    if style == "n8n":
        return f'The value in the "{_LABELS[name]}" field is not valid JSON'
    if style == "n8nOld":
        told = 'Set Body Content Type to "RAW/Custom" for XML or other types of payloads'
        return f'The data in "{_OLD_LABELS[name]}" is no valid JSON. {told}'
    return f"{name}: {why}"
