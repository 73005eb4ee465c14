"""Reads URLs into the one form in which they are checked and sent; shows them without secrets."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import unquote

import httpx

from engine.base.errors import InvalidInput, Problem
from engine.validation.egress import normalise_host

_PORTS = {"http": 80, "https": 443}
_SECRET_NAME = re.compile(r"auth|token|secret|key|passw|cookie|session|signature|credential", re.I)
_NOT_SECRET = frozenset({"idempotency-key"})


@dataclass(frozen=True, slots=True)
class Target:
    """A URL without user name and password, and those apart."""

    url: httpx.URL
    credentials: tuple[str, str] | None = field(default=None, repr=False)


@lru_cache(maxsize=1024)
def read_url(text: str | httpx.URL, where: str = "url") -> Target:
    """Read an address; the host comes out in its one spelling.

    Raises :class:`InvalidInput` for what is no http or https URL, :class:`EgressDenied` for a host
    that cannot be read in one way only.
    """
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, TypeError, ValueError, UnicodeError) as error:
        raise _no_url(where, "it cannot be read as an address") from error
    if url.scheme not in _PORTS or not url.host:
        raise _no_url(where, "it must begin with http:// or https:// and name a host")
    if url.port is not None and not 0 < url.port < 65536:
        raise _no_url(where, f"there is no port {url.port}")
    credentials = (unquote(url.username), unquote(url.password)) if url.userinfo else None
    plain = url.copy_with(host=normalise_host(url.host).name, userinfo=b"", fragment=None)
    return Target(plain, credentials)


def _no_url(where: str, message: str) -> InvalidInput:
    problem = Problem(where, message, "invalid_url", hint="write it as in https://host.example/path")
    return InvalidInput(f"{where} is no address of an HTTP server: {message}", [problem])


def port_of(url: httpx.URL) -> int:
    """The port, also where the URL leaves it to the scheme."""
    return url.port or _PORTS[url.scheme]


def target_of(url: httpx.URL) -> str:
    """``scheme://host:port``: what a circuit breaker stands for."""
    host = f"[{url.host}]" if ":" in url.host else url.host
    return f"{url.scheme}://{host}:{port_of(url)}"


def shown(url: httpx.URL) -> str:
    """The URL for people: no user, no query, no fragment, since all may hold secrets."""
    path = url.raw_path.partition(b"?")[0].decode("ascii")
    return f"{url.scheme}://{url.netloc.decode('ascii')}{path}"


def may_carry_secrets(source: httpx.URL, destination: httpx.URL) -> bool:
    """Whether what was meant for one URL may be sent to the other: the same origin, or the same
    host on going over to TLS."""
    if target_of(source) == target_of(destination):
        return True
    upgrade = (source.scheme, destination.scheme) == ("http", "https")
    standard = (port_of(source), port_of(destination)) == (80, 443)
    return upgrade and standard and source.host == destination.host


def is_secret_name(name: str) -> bool:
    """Whether a header of this name is likely to hold a secret."""
    return bool(_SECRET_NAME.search(name)) and name.lower() not in _NOT_SECRET
