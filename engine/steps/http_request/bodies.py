"""Turns the body parameters and the item's files into the bytes of a request."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson

from engine.base.canonical import plain
from engine.base.errors import InvalidInput, PayloadTooLarge, StepFailure
from engine.ports.step_catalogue import Item, StepContext
from engine.steps.http_request.manifest import HttpRequestParameters
from engine.steps.http_request.parameters import (
    BinaryBody,
    FilePart,
    FormBody,
    JsonBody,
    MultipartBody,
    NoBody,
    TextBody,
)

_FORM = "application/x-www-form-urlencoded"
_BINARY = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Content:
    """A body as it is sent; ``type`` is its media type. ``value`` is kept for JSON bodies."""

    data: bytes = b""
    type: str | None = None
    value: Any = None


def content_of(
    parameters: HttpRequestParameters,
    context: StepContext,
    item: Item | None,
    index: int,
    more: Mapping[str, Any] | None = None,
) -> Content:
    """The body for one item. ``more`` are fields to add to a JSON object or form (pages)."""
    body = _body(parameters)
    if more:
        body = _with_fields(body, more)
    match body:
        case JsonBody():
            return Content(json_bytes(body.value), "application/json")
        case FormBody():
            pairs = _nested(body.fields) if body.nested else _pairs(body.fields)
            return Content(urlencode(pairs, errors="replace").encode("ascii"), _FORM)
        case TextBody():
            return Content(body.text.encode("utf-8", "replace"), body.contentType)
        case BinaryBody():
            file = _binary(context, item, body.property)
            return Content(file.data, body.contentType or file.type)
        case MultipartBody():
            boundary = hashlib.sha256(context.seed + index.to_bytes(8, "big")).hexdigest()[:32]
            data = _multipart(body, context, item, boundary)
            return Content(data, f"multipart/form-data; boundary={boundary}")
    return Content()


def json_bytes(value: Any) -> bytes:
    """A value as JSON; what JSON cannot hold is replaced as in :func:`engine.base.canonical.plain`."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return orjson.dumps(plain(value))


def _body(given: HttpRequestParameters) -> Any:
    if "jsonBody" in given.model_fields_set:
        return JsonBody(kind="json", value=given.jsonBody)
    if given.form is not None:
        return FormBody(kind="form", fields=given.form)
    if given.text is not None:
        return TextBody(kind="text", text=given.text)
    return given.body


def _with_fields(body: Any, more: Mapping[str, Any]) -> Any:
    if isinstance(body, FormBody):
        return body.model_copy(update={"fields": {**body.fields, **more}})
    if body is None or isinstance(body, NoBody):
        return JsonBody(kind="json", value=dict(more))
    if isinstance(body, JsonBody) and isinstance(body.value, Mapping):
        return JsonBody(kind="json", value={**body.value, **more})
    raise InvalidInput("pagination.place can be body only where the body is a JSON object or a form")


def _pairs(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (name, scalar_text(value))
        for name, values in fields.items()
        for value in (values if isinstance(values, list) else [values])
        if value is not None
    ]


def _nested(value: Any, name: str = "") -> list[tuple[str, str]]:
    """A pair for each value inside, named by its way in brackets."""
    if isinstance(value, Mapping | list):
        inside = value.items() if isinstance(value, Mapping) else enumerate(value)
        return [pair for key, one in inside for pair in _nested(one, f"{name}[{key}]" if name else str(key))]
    return [] if value is None else [(name, scalar_text(value))]


def scalar_text(value: Any) -> str:
    """A value as it stands in a query, form or header: booleans in lower case, objects as JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping | list):
        return json_bytes(value).decode()
    return str(value)


@dataclass(frozen=True, slots=True)
class _File:
    data: bytes
    type: str
    name: str


def _binary(context: StepContext, item: Item | None, name: str) -> _File:
    """A binary property of the item."""
    entry = ((item or {}).get("binary") or {}).get(name)
    if not isinstance(entry, Mapping):
        known = ", ".join((item or {}).get("binary") or {}) or "none"
        raise StepFailure(f"the item has no binary property {name!r}; it has: {known}")
    with context.binaries.open(entry) as stream:
        data = stream.read(context.limits.upload_file_bytes_max + 1)
    _check_size(len(data), context)
    return _File(data, str(entry.get("mimeType") or _BINARY), str(entry.get("fileName") or name))


def _check_size(size: int, context: StepContext) -> None:
    limit = context.limits.upload_file_bytes_max
    if size > limit:
        raise PayloadTooLarge(f"a body of more than the {limit} bytes a request may send")


def _multipart(body: MultipartBody, context: StepContext, item: Item | None, boundary: str) -> bytes:
    """The parts of a form with files, RFC 7578; names are quoted as browsers do."""
    parts = []
    for name, value in _pairs(body.fields):
        parts.append(_part(boundary, f'name="{_quoted(name)}"', None, value.encode("utf-8", "replace")))
    for part in body.files:
        file = _part_file(part, context, item)
        naming = f'name="{_quoted(part.name)}"; filename="{_quoted(file.name)}"'
        parts.append(_part(boundary, naming, file.type, file.data))
    data = b"".join([*parts, f"--{boundary}--\r\n".encode()])
    _check_size(len(data), context)
    return data


def _part_file(part: FilePart, context: StepContext, item: Item | None) -> _File:
    if part.text is not None:
        file = _File(part.text.encode("utf-8", "replace"), "text/plain; charset=utf-8", part.name)
    else:
        file = _binary(context, item, part.property or "data")
    return _File(file.data, part.mimeType or file.type, part.fileName or file.name)


def _part(boundary: str, naming: str, media_type: str | None, data: bytes) -> bytes:
    head = f"--{boundary}\r\nContent-Disposition: form-data; {naming}\r\n"
    if media_type is not None:
        head += "Content-Type: " + media_type.replace("\r", "").replace("\n", "") + "\r\n"
    return head.encode("utf-8", "replace") + b"\r\n" + data + b"\r\n"


def _quoted(text: str) -> str:
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
