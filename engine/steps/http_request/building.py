"""Builds the request for one item or page out of the parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

import httpx

from engine.base.errors import InvalidInput
from engine.ports.step_catalogue import Item, StepContext
from engine.steps.http_request.addresses import is_secret_name, may_carry_secrets, port_of, read_url
from engine.steps.http_request.bodies import content_of, scalar_text
from engine.steps.http_request.manifest import METHODS_READING, HttpRequestParameters
from engine.steps.http_request.parameters import BasicAuth, NoAuth, QueryAuth
from engine.validation.egress import check_host

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")  # RFC 9110 section 5.6.2
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_OWN_HEADERS = (("Accept", "*/*"), ("Accept-Encoding", "gzip, deflate"), ("User-Agent", "Qflow"))

HEADERS_OF_THE_ENGINE = frozenset(
    {
        "connection",
        "content-length",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that belong to the connection; a flow's own are passed over."""


@dataclass(frozen=True, slots=True)
class Page:
    """What sets a page's request apart from the first one's."""

    number: int = 0
    url: str | None = None  # in place of the parameters' address and query
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, Any] = field(default_factory=dict)
    whole: bool = False  # the parameters' query goes to the address of the page, too


@dataclass(frozen=True, slots=True)
class Built:
    """A request ready to be sent, and the user and password its address held."""

    request: httpx.Request
    auth: Any  # the auth parameters in force


def build(
    parameters: HttpRequestParameters, context: StepContext, item: Item | None, index: int, page: Page
) -> Built:
    """The request for one item and page; raises :class:`InvalidInput` naming what is wrong."""
    first = read_url(parameters.url)
    target = first if page.url is None else read_url(page.url, "the address of the next page")
    trusted = may_carry_secrets(first.url, target.url)
    auth = _auth(parameters, first.credentials) if trusted else NoAuth()
    url = target.url
    if page.url is None or page.whole:
        url = _with_query(url, {**_mapping(parameters.query), **page.query}, parameters.queryArrays)
    if isinstance(auth, QueryAuth):
        url = _with_query(url, {auth.name: auth.value})
    content = content_of(parameters, context, item, index, page.body)
    wanted = {"Accept": parameters.accept} if parameters.accept else {}
    headers = _headers({**wanted, **_mapping(parameters.headers), **page.headers}, context, url, trusted)
    multipart = (content.type or "").startswith("multipart/")  # only the engine knows the boundary
    if content.type is not None and (multipart or "content-type" not in headers):
        headers["Content-Type"] = content.type
    if parameters.method not in METHODS_READING and "idempotency-key" not in headers:
        suffix = f"-{page.number}" if page.number else ""
        headers["Idempotency-Key"] = f"{context.idempotency_key}-{index}{suffix}"
    data = content.data if content.type is not None else None
    return Built(httpx.Request(parameters.method, url, headers=headers, content=data), auth)


def _auth(parameters: HttpRequestParameters, credentials: tuple[str, str] | None) -> Any:
    if credentials is None or not isinstance(parameters.auth, NoAuth):
        return parameters.auth
    return BasicAuth(kind="basic", username=credentials[0], password=credentials[1])


def _with_query(url: httpx.URL, query: Mapping[str, Any], arrays: str = "repeat") -> httpx.URL:
    """Add to the query as it stands; what is there is not encoded anew."""
    pairs = [
        f"{quote_plus(place)}={quote_plus(scalar_text(value))}"
        for name, values in query.items()
        for place, value in _places(name, values, arrays)
        if value is not None
    ]
    parts = [part for part in (url.query, "&".join(pairs).encode("ascii")) if part]
    return url.copy_with(query=b"&".join(parts)) if parts else url


def _mapping(given: Mapping[str, Any] | str) -> Mapping[str, Any]:
    """What :func:`engine.steps.http_request.written.read_written` has read."""
    assert not isinstance(given, str)
    return given


def _places(name: str, value: Any, arrays: str) -> list[tuple[str, Any]]:
    """A value of the query, once per element where it is a list; beside lists with brackets, objects have
    them, too."""
    if isinstance(value, Mapping) and arrays != "repeat":
        return [pair for key, one in value.items() for pair in _places(f"{name}[{key}]", one, arrays)]
    if not isinstance(value, list):
        return [(name, value)]
    marks = {"repeat": "", "brackets": "[]"}
    return [(name + marks.get(arrays, f"[{at}]"), element) for at, element in enumerate(value)]


def _headers(given: Mapping[str, Any], context: StepContext, url: httpx.URL, trusted: bool) -> httpx.Headers:
    fields = {name.lower(): [(name, value)] for name, value in _OWN_HEADERS}
    for name, values in given.items():
        if values is None or name.lower() in HEADERS_OF_THE_ENGINE:
            continue
        if trusted or not is_secret_name(name):
            fields[name.lower()] = _fields(name, values)
    pairs = [pair for found in fields.values() for pair in found]
    headers = httpx.Headers([(name.encode("ascii"), value.encode("utf-8")) for name, value in pairs])
    host = headers.get("host")
    if host is not None:
        _check_host_header(context, host, url)
    return headers


def _fields(name: str, values: Any) -> list[tuple[str, str]]:
    """A header, once per value of a list."""
    texts = [scalar_text(value).strip() for value in (values if isinstance(values, list) else [values])]
    for text in texts:
        check_header_value(name, text)
    return [(name, text) for text in texts]


def check_header_value(name: str, text: str) -> None:
    """Refuse what would end the header early; the error never shows the value."""
    if not _TOKEN.match(name):
        raise InvalidInput(f"headers: {name!r} is no name of a header")
    if _CONTROL.search(text):
        raise InvalidInput(f"headers.{name}: a value must not hold line breaks or control characters")


def _check_host_header(context: StepContext, host: str, url: httpx.URL) -> None:
    """A Host header must not reach a site behind the address that the policy would refuse."""
    named = read_url(f"{url.scheme}://{host}/", "headers.Host").url
    check_host(context.policy.egress, named.host, port_of(named))
