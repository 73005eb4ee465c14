"""Reads the URLs of guests into the one spelling in which they are checked and sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote_plus, unquote

import httpx

from engine.base.errors import InvalidInput
from engine.base.limits import URL_CHARACTERS_MAX, URL_DECODINGS_MAX
from engine.validation.egress import normalise_host

_PORTS = {"http": 80, "https": 443}
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_DOTS = re.compile(r"\.{1,2}(?:;.*)?\Z", re.S)  # servers that know ;parameters cut them off first
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Target:
    """An http or https URL without user, password and fragment; ``query`` keeps its spelling."""

    scheme: str
    host: str
    port: int
    path: str
    query: str = ""

    @property
    def origin(self) -> tuple[str, str, int]:
        """What two URLs share that belong to one site."""
        return self.scheme, self.host, self.port

    @property
    def shown(self) -> str:
        """The URL for people: without its query, which may hold secrets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"

    @property
    def url(self) -> str:
        """The URL as it is sent."""
        return f"{self.shown}?{self.query}" if self.query else self.shown

    def with_query(self, name: str, value: str) -> Target:
        """The same with one more query parameter."""
        pair = f"{quote_plus(name)}={quote_plus(value)}"
        query = f"{self.query}&{pair}" if self.query else pair
        return Target(self.scheme, self.host, self.port, self.path, query)

    def join(self, location: str) -> Target:
        """Where a Location header leads."""
        try:
            return read_target(str(httpx.URL(self.url).join(location)))
        except (httpx.InvalidURL, ValueError, UnicodeError) as error:
            raise InvalidInput(f"{self.shown} redirects to what is no http or https address") from error


def read_target(text: str) -> Target:
    """Read a URL; raises :class:`InvalidInput` for what two readers might take for two addresses, and
    :class:`EgressDenied` for a host that cannot be read."""
    if len(text) > URL_CHARACTERS_MAX or _CONTROL.search(text) or "\\" in text:
        raise _unfit("it is too long, or holds a backslash or a control character")
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, TypeError, ValueError, UnicodeError) as error:
        raise _unfit("it cannot be read") from error
    if url.scheme not in _PORTS or not url.host:
        raise _unfit("it must begin with http:// or https:// and name a host")
    if url.userinfo:
        raise _unfit("it names a user or password; use a secret")
    port = _PORTS[url.scheme] if url.port is None else url.port
    if not 0 < port < 65536:
        raise _unfit(f"there is no port {port}")
    path, _, query = url.raw_path.decode("ascii").partition("?")
    return Target(url.scheme, normalise_host(url.host).name, port, plain_path(path), query)


def plain_path(raw: str) -> str:
    """The path with every needless escape undone (RFC 3986 section 6.2.2.2).

    Raises :class:`InvalidInput` where it holds ``.`` or ``..`` in any disguise: such a path means one
    thing to whoever checks it and another to the server.
    """
    path = _ESCAPE.sub(_shortest, raw or "/")
    seen = path
    for _ in range(URL_DECODINGS_MAX):
        if any(_DOTS.match(segment) for segment in re.split(r"[/\\]", seen)) or _CONTROL.search(seen):
            raise _unfit("its path holds . or .. segments or control characters")
        decoded = unquote(seen)
        if decoded == seen:
            return path
        seen = decoded
    raise _unfit(f"its path is encoded more than {URL_DECODINGS_MAX - 1} times")


def _shortest(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if _UNRESERVED.match(character) else f"%{match[1].upper()}"


def _unfit(reason: str) -> InvalidInput:
    return InvalidInput(f"the address is refused: {reason}; write it as in https://host.example/path")
