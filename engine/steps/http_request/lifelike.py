"""Responses as nodes of imported workflows give them.

``statusCode`` and ``statusMessage`` stand beside ``body`` and ``headers``; a file is added to the item that
came in; a body without content is an empty object as JSON and nothing as text; error items tell of the
answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import orjson

from engine.base.errors import ErrorInfo, StepFailure, TimedOut
from engine.ports.step_catalogue import Blocks, Item
from engine.steps.http_request.parameters import ResponseOptions
from engine.steps.http_request.results import file_entry, headers_of, json_of, text_of
from engine.steps.http_request.sending import Fetched

FILES = (
    "image/",
    "audio/",
    "video/",
    "application/octet-stream",
    "application/gzip",
    "application/zip",
    "application/vnd.rar",
    "application/epub+zip",
    "application/x-bzip",
    "application/x-cdf",
    "application/vnd.amazon.ebook",
    "application/msword",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.ms-fontobject",
    "application/vnd.ms-excel",
    "application/vnd.oasis.opendocument.presentation",
    "application/vnd.visio",
    "application/pdf",
    "application/x-tar",
    "application/x-7z-compressed",
)
"""Media types of what is a file without being asked for as one."""

ABSENT: Any = object()
"""The text of a body without content."""


def kind_of(wanted: str, media_type: str) -> str:
    """``json``, ``text`` or ``binary``; ``auto`` goes by the media type alone."""
    if wanted != "auto":
        return wanted
    if "application/json" in media_type:
        return "json"
    return "binary" if any(kind in media_type for kind in FILES) else "text"


def body_of(fetched: Fetched, options: ResponseOptions, *, forgiving: bool = False) -> Any:
    """The body read in the wanted format; :data:`ABSENT` for text without any. Where text is asked for,
    JSON is read nevertheless.

    ``forgiving``: what is no JSON is an empty object, where nothing but the media type asked for JSON.
    """
    media_type = fetched.headers.get("content-type", "").lower()
    if kind_of(options.format, media_type) == "json":
        return _json(fetched, options, media_type, forgiving and options.format == "auto")
    if not fetched.body:
        return ABSENT
    text = text_of(fetched.body, media_type)
    if options.format != "text":
        return text
    try:
        return json_of(fetched.body, media_type)
    except (ValueError, RecursionError):
        return text


def _json(fetched: Fetched, options: ResponseOptions, media_type: str, forgiving: bool) -> Any:
    if not fetched.body.strip():
        return {}
    try:
        return json_of(fetched.body, media_type)
    except (ValueError, RecursionError) as error:
        if forgiving:
            return {}
        name = "Text" if options.style == "n8n" else "String"
        message = f'Response body is not valid JSON. Change "Response Format" to "{name}"'
        if options.format == "auto":
            message = "the answer says that it is JSON, and is not"
        raise StepFailure(message, status=fetched.status) from error


def items_of(
    fetched: Fetched,
    options: ResponseOptions,
    blocks: Blocks,
    given: Item | None,
    *,
    whole: bool,
    forgiving: bool,
) -> list[Item]:
    """The items of one answer. ``whole``: with status and headers; ``given`` is the item that asked."""
    media_type = fetched.headers.get("content-type", "").lower()
    told = {
        "headers": headers_of(fetched),
        "statusCode": fetched.status,
        "statusMessage": fetched.reason,
    }
    kind = kind_of(options.format, media_type)
    if kind == "binary":
        entry = file_entry(fetched, media_type, blocks, options.binaryProperty)
        binary = {**((given or {}).get("binary") or {}), options.binaryProperty: entry}
        return [{"json": told if whole else dict((given or {}).get("json") or {}), "binary": binary}]
    body = _written(body_of(fetched, options, forgiving=forgiving), options, kind)
    name = options.property if kind == "text" else "body"
    if whole:
        return [{"json": {**({} if body is ABSENT else {name: body}), **told}}]
    if kind == "text":
        return [{"json": {} if body is ABSENT else {name: body}}]
    return [{"json": _as_object(value, options.property)} for value in _values(body)]


def _written(body: Any, options: ResponseOptions, kind: str) -> Any:
    """JSON where text was asked for: text again, but as it is in the node's first versions."""
    again = kind == "text" and options.style == "n8n" and isinstance(body, dict | list)
    return orjson.dumps(body).decode() if again else body


def _values(body: Any) -> list[Any]:
    return body if isinstance(body, list) else [body]


def _as_object(value: Any, name: str) -> dict[str, Any]:
    if value is None:
        return {}
    return value if isinstance(value, dict) else {name: value}


def is_answer(error: Exception) -> bool:
    """Whether an error tells of an answer with a status of 400 or above."""
    return isinstance(error, StepFailure) and {"status", "url"} <= error.details.keys()


def error_told(error: Exception, options: ResponseOptions) -> Mapping[str, Any]:
    """What an error item tells of such an answer, or of a server that gave none."""
    if not isinstance(error, StepFailure) or not is_answer(error):
        code = "ECONNABORTED" if isinstance(error, TimedOut) else "ECONNREFUSED"
        return {"message": ErrorInfo.of(error, "").message, "name": "AxiosError", "code": code}
    status, body = error.details["status"], error.details.get("body", "")
    value: Any = body
    if options.format in ("json", "text"):
        try:
            value = json.loads(body)
        except ValueError:
            value = body
    message = f"{status} - {json.dumps(value, ensure_ascii=False, separators=(',', ':'))}"
    code = "ERR_BAD_REQUEST" if status < 500 else "ERR_BAD_RESPONSE"
    return {"message": message, "name": "AxiosError", "code": code, "status": status}
