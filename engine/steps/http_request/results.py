"""Turns responses into items, and error statuses into errors."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from email.utils import parsedate_to_datetime
from json import JSONDecodeError
from json import loads as lenient_loads
from typing import Any
from urllib.parse import unquote

import orjson

from engine.base.canonical import RAW
from engine.base.errors import StepFailure
from engine.ports.binaries import entry_of
from engine.ports.step_catalogue import Blocks, Item
from engine.steps.http_request.addresses import shown
from engine.steps.http_request.parameters import ResponseOptions
from engine.steps.http_request.redaction import redact
from engine.steps.http_request.sending import Fetched

EXCERPT_LENGTH_MAX = 500

_TEXT = re.compile(
    r"text/|application/(?:xml|javascript|x-www-form-urlencoded|x-ndjson|graphql|yaml|x-yaml)|.*\+xml\b"
)
_JSON = re.compile(r"application/(?:json|.*\+json)|text/json|.*\+json\b")


@dataclass(frozen=True, slots=True)
class Result:
    """A response as flows see it; a file is in ``binary`` and its ``body`` is None."""

    status: int
    headers: dict[str, Any]
    body: Any
    binary: dict[str, Any] = field(default_factory=dict)

    def items(self, options: ResponseOptions, body_only: bool, paired: Mapping[str, Any]) -> list[Item]:
        """One item with status, headers and body; or the body alone, a list as one item each."""
        if not body_only:
            whole = {"status": self.status, "headers": self.headers, "body": self.body}
            return [_item(whole, self.binary, paired)]
        if self.binary:
            return [_item({}, self.binary, paired)]
        values = self.body if isinstance(self.body, list) else [self.body]
        return [_item(_as_object(value, options.property), {}, paired) for value in values]


def _item(json: dict[str, Any], binary: dict[str, Any], paired: Mapping[str, Any]) -> Item:
    item: Item = {"json": json}
    if binary:
        item["binary"] = dict(binary)
    return {**item, **paired}


def _as_object(value: Any, name: str) -> dict[str, Any]:
    return value if isinstance(value, dict) else {name: value}


def result_of(fetched: Fetched, options: ResponseOptions, blocks: Blocks) -> Result:
    """Read the body in the wanted format; ``auto`` goes by the media type, then by what it is."""
    media_type = fetched.headers.get("content-type", "").lower()
    kind = _kind(options.format, media_type, fetched.body)
    headers = headers_of(fetched)
    if kind == "binary":
        entry = file_entry(fetched, media_type, blocks)
        return Result(fetched.status, headers, None, {options.binaryProperty: entry})
    return Result(fetched.status, headers, _value(fetched, kind, options.format, media_type))


def _kind(wanted: str, media_type: str, body: bytes) -> str:
    if wanted != "auto":
        return wanted
    if _JSON.match(media_type):
        return "json"
    if not body or _TEXT.match(media_type):
        return "text"
    if not media_type:
        return "text" if b"\x00" not in body[:1024] and _is_utf8(body) else "binary"
    return "binary"


def _value(fetched: Fetched, kind: str, wanted: str, media_type: str) -> Any:
    if kind == "json":
        if not fetched.body.strip():
            return None
        try:
            return json_of(fetched.body, media_type)
        except (ValueError, RecursionError) as error:
            if wanted == "json":
                raise StepFailure(
                    f"{shown(fetched.url)} did not answer with JSON; set response.format to text to see it",
                    status=fetched.status,
                ) from error
    return text_of(fetched.body, media_type) if fetched.body else ""


def json_of(body: bytes, media_type: str) -> Any:
    """The value that a body holds as JSON, in the charset of its type; raises ValueError."""
    charset = _charset(media_type)
    data = body if charset == "utf-8" else body.decode(charset, "replace").encode("utf-8", "replace")
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:  # a lone surrogate is JSON for most other readers
        return lenient_loads(data.decode("utf-8"), parse_constant=_refuse)


def _refuse(name: str) -> Any:
    raise JSONDecodeError(f"{name} is not JSON", "", 0)


def text_of(body: bytes, media_type: str) -> str:
    """A body as text, in the charset of its type."""
    charset = _charset(media_type)
    return body.decode("utf-8-sig" if charset == "utf-8" else charset, "replace")


def _charset(media_type: str) -> str:
    match = re.search(r"charset=[\"']?([\w.:-]+)", media_type)
    try:
        info = codecs.lookup(match[1]) if match else None
    except LookupError:
        info = None
    return info.name if info is not None and getattr(info, "_is_text_encoding", True) else "utf-8"


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def headers_of(fetched: Fetched) -> dict[str, Any]:
    """Headers by lower-case name; repeated ones joined by commas, ``set-cookie`` as a list."""
    headers: dict[str, Any] = {}
    for key, value in fetched.headers.multi_items():
        name = key.lower()
        if name == "set-cookie":
            headers.setdefault(name, []).append(value)
        else:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def file_entry(fetched: Fetched, media_type: str, blocks: Blocks, unnamed: str = "") -> dict[str, Any]:
    """The body as a file of an item. ``unnamed`` is the name, without an ending, of one that has none; else
    it is ``file``."""
    cid, size, name = blocks.put(fetched.body, RAW), len(fetched.body), _file_name(fetched)
    entry = entry_of(cid, size, media_type, name)
    if name or not unnamed:
        return entry if name else {**entry, "fileName": "file"}
    ending = entry.get("fileExtension")
    return {**entry, "fileName": f"{unnamed}.{ending}"} if ending else entry


def _file_name(fetched: Fetched) -> str:
    """The name from Content-Disposition (RFC 6266) or the address, without any folders; empty without one."""
    message = Message()
    message["Content-Disposition"] = fetched.headers.get("content-disposition", "").replace("\n", " ")
    name = message.get_filename() or unquote(fetched.url.path).rstrip("/")
    plain = re.sub(r"[\x00-\x1f\x7f]", "", name.replace("\\", "/")).rpartition("/")[2]
    return plain[:255] if plain not in (".", "..") else ""


def error_of_status(fetched: Fetched, secrets: frozenset[str], now_us: int) -> StepFailure:
    """The error for a status of 400 or above; 429 and 5xx may be tried again.

    ``details`` hold ``status``, ``url``, the beginning of the ``body`` and, where the server names
    it, ``retry_after_ms``.
    """
    where = redact(f"{fetched.method} {shown(fetched.url)}", secrets)
    text = text_of(fetched.body[: EXCERPT_LENGTH_MAX * 4], fetched.headers.get("content-type", "").lower())
    excerpt = redact(text, secrets)[:EXCERPT_LENGTH_MAX]
    details: dict[str, Any] = {"status": fetched.status, "url": redact(shown(fetched.url), secrets)}
    if excerpt:
        details["body"] = excerpt
    retry_after_ms = _retry_after_ms(fetched.headers.get("retry-after", ""), now_us)
    if retry_after_ms is not None:
        details["retry_after_ms"] = retry_after_ms
    return StepFailure(
        f"{where} answered {fetched.status} {redact(fetched.reason, secrets)}".rstrip(),
        retryable=fetched.status == 429 or fetched.status >= 500,
        **details,
    )


def _retry_after_ms(text: str, now_us: int) -> int | None:
    """Seconds or a date (RFC 9110 section 10.2.3) as milliseconds from now."""
    text = text.strip()
    if text.isdecimal() and len(text) < 10:
        return int(text) * 1000
    try:
        at_ms = int(parsedate_to_datetime(text).timestamp() * 1000)
    except (ValueError, TypeError, OverflowError):
        return None
    return max(at_ms - now_us // 1000, 0)


def look(value: Any, path: str) -> Any:
    """What stands at a dotted path (``data.0.id``), or None; an empty path is the value itself."""
    for part in path.split(".") if path else ():
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value
