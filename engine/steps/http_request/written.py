"""Query, headers and body that were written as JSON, read before a request is made of them."""

from __future__ import annotations

from typing import Any

from engine.base.errors import StepFailure
from engine.steps.http_request.manifest import HttpRequestParameters
from engine.steps.http_request.parameters import JsonBody
from engine.steps.json_text import parsed_json


def read_written(given: HttpRequestParameters) -> HttpRequestParameters:
    """The parameters with values in place of texts; raises :class:`StepFailure` for text that is no JSON."""
    changed: dict[str, Any] = {}
    if given.response.style == "n8n":
        changed["url"] = _address(given.url.strip())
    for name in ("query", "headers"):
        text = getattr(given, name)
        if isinstance(text, str):
            changed[name] = _object(text, name)
    body = given.body
    if isinstance(body, JsonBody) and body.read and isinstance(body.value, str):
        value = _value(body.value, "body")
        changed["body"] = JsonBody(kind="json", value=value)
    return given.model_copy(update=changed) if changed else given


def _address(url: str) -> str:
    if not url:
        raise StepFailure("url is empty: name an address to ask")
    if not url.startswith(("http://", "https://")):
        raise StepFailure(f"url: {url!r} does not begin with http:// or https://")
    return url


def _object(text: str, name: str) -> dict[str, Any]:
    value = _value(text, name)
    if not isinstance(value, dict):
        raise StepFailure(f"{name}: the JSON must be an object, and is {type(value).__name__}")
    return value


def _value(text: str, name: str) -> Any:
    try:
        return parsed_json(text)
    except ValueError as error:
        raise StepFailure(f"{name}: {error}") from error
