"""Finds the secrets among the parameters, so that errors can be cleared of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from engine.base.errors import QflowError
from engine.steps.http_request.addresses import is_secret_name, read_url
from engine.steps.http_request.manifest import HttpRequestParameters

SECRET_LENGTH_MIN = 4
"""A shorter text is found in innocent places, and replacing it there would give it away."""

_FIELDS = ("password", "token", "value", "clientSecret")


def secrets_of(given: HttpRequestParameters) -> frozenset[str]:
    """Passwords, tokens and values of secret headers, plain and as they stand in a URL."""
    found = [str(getattr(given.auth, name, "") or "") for name in _FIELDS]
    for name, values in _items(given.headers):
        if is_secret_name(name):
            found += [str(value) for value in (values if isinstance(values, list) else [values])]
    found += [str(value) for name, value in _items(given.query) if is_secret_name(name)]
    found += _of_url(given.url) + _of_url(given.proxy or "")
    spelled = {spelling for text in found for spelling in (text, quote(text), quote_plus(text))}
    return frozenset(text for text in spelled if len(text) >= SECRET_LENGTH_MIN)


def _items(given: Mapping[str, Any] | str) -> Iterable[tuple[str, Any]]:
    return () if isinstance(given, str) else given.items()


def _of_url(text: str) -> list[str]:
    try:
        credentials = read_url(text).credentials
    except QflowError:
        return []
    return [credentials[1]] if credentials else []


def redact(text: str, secrets: frozenset[str]) -> str:
    """The text with every known secret replaced."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text
