"""What a webhook call becomes: the item that its flow starts with."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email.message import Message
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl

from engine.base.limits import FORM_FIELDS_MAX, Limits
from engine.ports.binaries import entry_of
from engine.ports.step_catalogue import Item
from engine.web.jsontext import read_json
from engine.web.messages import too_large
from engine.web.multipart import Part, parse_multipart
from engine.web.problems import refuse

PutBlock = Callable[[bytes], str]
"""Stores bytes as a raw block and gives their CID."""


@dataclass(frozen=True, slots=True)
class Call:
    """A webhook call as it came in. Header names are lower-case; repeated ones are joined."""

    method: str
    path: str
    headers: dict[str, str]
    query_string: bytes
    body: bytes


def headers_of(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """ASGI headers as a map; repeated ones are joined by comma, cookies by semicolon."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        glue = "; " if name == "cookie" else ", "
        headers[name] = headers[name] + glue + value if name in headers else value
    return headers


def build_item(
    call: Call, params: dict[str, str], limits: Limits, put: PutBlock, *, raw_body: bool = False
) -> Item:
    """The trigger item: ``{"json": {headers, params, query, body, method, path}, "binary": {...}}``.

    Files and bodies that are neither text nor JSON are stored through ``put`` and stand in
    ``binary``. With ``raw_body`` the body is there too as it came (``rawBody`` and binary ``data``).
    Raises :class:`~engine.web.problems.Refused` (400, 415) or :class:`PayloadTooLarge`.
    """
    kind, options = content_type(call.headers.get("content-type", ""))
    data = _inflated(call, limits.request_body_bytes_max)
    body, binary = _parse(kind, options, data, limits, put)
    json: dict[str, Any] = {
        "headers": call.headers,
        "params": params,
        "query": _fields(call.query_string),
        "body": body,
        "method": call.method,
        "path": call.path,
    }
    if raw_body:
        _keep_raw(json, binary, data, kind, put)
    return {"json": json, "binary": binary} if binary else {"json": json}


def rename_files(item: Item, prefix: str) -> None:
    """One file gets the name ``prefix``; of several each gets it with a number behind."""
    files = list((item.get("binary") or {}).values())
    if files:
        names = [f"{prefix}{index}" for index in range(len(files))] if len(files) > 1 else [prefix]
        item["binary"] = dict(zip(names, files, strict=True))


@lru_cache(maxsize=256)
def content_type(value: str) -> tuple[str, Mapping[str, str]]:
    """Media type and parameters of a Content-Type header, both in lower case."""
    message = Message()
    message["content-type"] = value.replace("\r", " ").replace("\n", " ")
    pairs = message.get_params(failobj=[], unquote=True) or []
    options = MappingProxyType({name.lower(): str(text) for name, text in pairs[1:]})
    return (pairs[0][0].lower().strip() if pairs else "", options)


def _parse(
    kind: str, options: Mapping[str, str], data: bytes, limits: Limits, put: PutBlock
) -> tuple[Any, dict[str, Any]]:
    if not data:
        return {}, {}
    if kind in ("application/json", "text/json") or kind.endswith("+json"):
        return read_json(data), {}
    if kind == "application/x-www-form-urlencoded":
        return _fields(data), {}
    if kind == "multipart/form-data":
        parts = parse_multipart(data, options.get("boundary", ""), limits.upload_file_bytes_max)
        return _form(parts, put)
    if kind.startswith("text/") or kind in ("", "application/xml") or kind.endswith("+xml"):
        text = _decoded(data, options.get("charset", "utf-8"))
        if text is not None:
            return text, {}
    return {}, {"data": _entry(data, kind or "application/octet-stream", "", put)}


def _fields(query: bytes) -> dict[str, Any]:
    try:
        pairs = parse_qsl(_text(query), keep_blank_values=True, max_num_fields=FORM_FIELDS_MAX)
    except ValueError as error:
        raise refuse(400, "bad_form", f"the query or form has more than {FORM_FIELDS_MAX} fields") from error
    return _collected(pairs)


def _collected(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Names to values; repeated names, and names that end in ``[]``, to lists."""
    fields: dict[str, Any] = {}
    for name, value in pairs:
        key = name.removesuffix("[]")
        if key in fields:
            before = fields[key]
            fields[key] = [*before, value] if isinstance(before, list) else [before, value]
        else:
            fields[key] = [value] if name.endswith("[]") else value
    return fields


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _form(parts: list[Part], put: PutBlock) -> tuple[dict[str, Any], dict[str, Any]]:
    body = _collected((part.name, _text(part.data)) for part in parts if part.file_name is None)
    files: dict[str, list[Part]] = {}
    for part in parts:
        if part.file_name is not None:
            files.setdefault(part.name.removesuffix("[]") or "file", []).append(part)
    binary = {}
    for name, group in files.items():
        for index, part in enumerate(group):
            key = name if len(group) == 1 else f"{name}{index}"
            binary[key] = _entry(part.data, part.mime_type, part.file_name or "", put)
    return body, binary


def _entry(data: bytes, mime_type: str, file_name: str, put: PutBlock) -> dict[str, Any]:
    return entry_of(put(data), len(data), mime_type, file_name)


def _keep_raw(json: dict[str, Any], binary: dict[str, Any], data: bytes, kind: str, put: PutBlock) -> None:
    text = _decoded(data, "utf-8")
    if text is not None:
        json["rawBody"] = text
    binary.setdefault("data", _entry(data, kind or "application/octet-stream", "", put))


def _decoded(data: bytes, charset: str) -> str | None:
    try:
        return data.decode(charset)
    except (UnicodeDecodeError, LookupError):
        return None


def _inflated(call: Call, limit_bytes: int) -> bytes:
    """The body without its Content-Encoding, which must not grow past the limit."""
    encoding = call.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity") or not call.body:
        return call.body
    if encoding not in ("gzip", "deflate"):
        detail = f"the content encoding {encoding!r} is not known here; send gzip, deflate or none"
        raise refuse(415, "unknown_encoding", detail, headers={"Accept-Encoding": "gzip, deflate"})
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        data = inflater.decompress(call.body, limit_bytes + 1)
    except zlib.error as error:
        raise refuse(400, "bad_encoding", f"the body is not {encoding}: {error}") from error
    if len(data) > limit_bytes:
        raise too_large(limit_bytes)
    if not inflater.eof:
        raise refuse(400, "bad_encoding", f"the {encoding} body ends too early")
    return data
