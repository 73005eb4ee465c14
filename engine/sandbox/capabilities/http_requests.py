"""The request that a guest makes of the HTTP shim, and what of it goes over the wire."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from engine.base.canonical import plain
from engine.base.errors import InvalidInput
from engine.base.limits import REQUEST_HEADERS_BYTES_MAX, REQUEST_HEADERS_MAX
from engine.ports.parameters import problems_of

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"})
"""TRACE would echo secrets, CONNECT would open a tunnel."""


OF_THE_HOST = frozenset(
    {
        "accept-encoding",  # what cannot be unpacked here cannot be searched for secrets
        "connection",
        "content-length",
        "expect",
        "host",  # another site at an address that is allowed
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that a guest cannot set."""

TRAVELLING = frozenset({"accept", "accept-language", "content-type", "user-agent"})
"""The only headers that a redirect takes along to another origin."""

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}\Z")  # RFC 9110 section 5.6.2
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")

Headers = list[tuple[str, str]]


class HttpRequest(BaseModel):
    """A guest's request. ``body`` is text or bytes; ``json`` any value, in its place."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        alias_generator=to_camel,
        populate_by_name=True,
        hide_input_in_errors=True,
    )
    method: str = "GET"
    url: str
    headers: dict[str, str | list[str]] = {}
    body: str | bytes | None = None
    json_body: Annotated[Any, Field(alias="json")] = None
    timeout_ms: Annotated[int, Field(ge=1, le=3_600_000)] = 30_000
    bytes_max: Annotated[int, Field(ge=0)] | None = None
    follow: bool = True

    def content(self) -> bytes | None:
        """The body as bytes."""
        if self.json_body is not None:
            try:
                return orjson.dumps(self.json_body)
            except TypeError:
                return orjson.dumps(plain(self.json_body))
        return self.body.encode("utf-8", "replace") if isinstance(self.body, str) else self.body


def read_request(request: Mapping[str, Any]) -> HttpRequest:
    """The request, checked; raises :class:`InvalidInput` with all its problems."""
    try:
        read = HttpRequest.model_validate(dict(request))
    except ValidationError as error:
        raise InvalidInput(
            "the HTTP request is not valid", problems_of(error, HttpRequest, "request")
        ) from None
    if read.json_body is not None and read.body is not None:
        raise InvalidInput("a request has either body or json")
    return read


def method_of(request: HttpRequest) -> str:
    """The method in upper case; raises :class:`InvalidInput`."""
    method = request.method.upper()
    if method not in METHODS:
        known = ", ".join(sorted(METHODS))
        raise InvalidInput(f"the method {request.method[:20]!r} cannot be used; it is one of {known}")
    return method


def headers_of(request: HttpRequest, without: frozenset[str] = frozenset()) -> Headers:
    """The guest's headers that go out, checked; ``without`` names more to leave out, in lower case."""
    if len(request.headers) > REQUEST_HEADERS_MAX:
        raise InvalidInput(f"a request has at most {REQUEST_HEADERS_MAX} headers")
    found: Headers = []
    for name, values in request.headers.items():
        for value in values if isinstance(values, list) else [values]:
            check_header(name, value)
            if name.lower() not in OF_THE_HOST | without:
                found.append((name, value))
    if sum(len(name) + len(value) for name, value in found) > REQUEST_HEADERS_BYTES_MAX:
        raise InvalidInput(
            f"the headers of a request are at most {REQUEST_HEADERS_BYTES_MAX} characters long"
        )
    if request.json_body is not None and not any(name.lower() == "content-type" for name, _ in found):
        found.append(("Content-Type", "application/json"))
    return found


def check_header(name: str, value: str) -> None:
    """Refuse what would end the header early; the error never shows the value."""
    if not _NAME.match(name):
        raise InvalidInput(f"headers: {name[:40]!r} is no name of a header")
    if _CONTROL.search(value):
        raise InvalidInput(f"headers.{name}: a value must not hold line breaks or control characters")
