"""Requests to a node's web doors, with its problem documents as errors."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from engine.base.errors import (
    InvalidInput,
    NetworkFailure,
    NodeFailure,
    PermissionDenied,
    Problem,
    QflowError,
    ResourceExhausted,
    StaleRevision,
    Unauthenticated,
    UnknownObject,
    WrongState,
)
from engine.base.limits import CASES_MS_MAX

TIMEOUT_S = 60 + CASES_MS_MAX // 1000  # a node answers at once, but for the tests of a flow

_INPUT_ERRORS: dict[int, type[InvalidInput]] = {400: InvalidInput, 404: UnknownObject, 428: InvalidInput}
_ERRORS: dict[int, type[QflowError]] = {
    401: Unauthenticated,
    403: PermissionDenied,
    409: WrongState,
    429: ResourceExhausted,
    503: NodeFailure,
}


def request(
    method: str,
    url: str,
    *,
    token: str = "",
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    accept: Collection[int] = (),
) -> Any:
    """An ``httpx.Response`` with a status below 400, or one of ``accept``; else the error it tells."""
    import httpx

    sent = {"Accept": "application/json", **(headers or {})}
    if token:
        sent["Authorization"] = f"Bearer {token}"
    try:
        with httpx.Client(timeout=TIMEOUT_S, trust_env=False) as client:
            response = client.request(method, url, content=content, headers=sent)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NetworkFailure(f"cannot reach the node at {url}: {error}") from error
    if response.status_code >= 400 and response.status_code not in accept:
        raise error_of(response.status_code, response.text)
    return response


def get_json(url: str, *, token: str = "", accept: Collection[int] = ()) -> Any:
    """The JSON value at a URL."""
    return parsed(request("GET", url, token=token, accept=accept))


def get_text(url: str) -> str:
    """The text at a URL."""
    return str(request("GET", url).text)


def parsed(response: Any) -> Any:
    """The JSON value of a response; raises where something else than a node answers."""
    try:
        return response.json()
    except ValueError as error:
        raise NetworkFailure(f"{response.url} does not answer as a Qflow node does") from error


def error_of(status: int, text: str) -> QflowError:
    """The error that a problem document stands for."""
    try:
        document = json.loads(text)
        detail = str(document["detail"])
    except (ValueError, KeyError, TypeError):
        return NetworkFailure(f"the node answered with status {status}")
    if document.get("code") == StaleRevision.code:
        return StaleRevision(detail)
    if status in _INPUT_ERRORS:
        problems = [Problem(**problem) for problem in document.get("problems", [])]
        return _INPUT_ERRORS[status](detail, problems)
    if status == 401:
        return Unauthenticated(f"{detail} (give it with --token or QFLOW_TOKEN)")
    return _ERRORS.get(status, QflowError)(detail)
