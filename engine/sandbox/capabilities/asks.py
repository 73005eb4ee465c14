"""What a step asks to do at one moment: as facts for the token, arguments for the audit, words for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from engine.ports.grants import (
    Capability,
    HttpCapability,
    KvCapability,
    ModuleCapability,
    SecretCapability,
)
from engine.sandbox.capabilities.hosts import HostPattern, matching

Asked = Iterator[tuple[str, str | int]]
"""Predicates and values of the facts of the vocabulary (see docs/capabilities.md)."""


class Ask(Protocol):
    """One use."""

    @property
    def operation(self) -> str: ...
    @property
    def size(self) -> int:
        """Bytes the step sends."""

    def facts(self) -> Asked: ...
    def arguments(self) -> dict[str, Any]:
        """For the audit: nothing that may hold a secret."""

    def shown(self) -> str:
        """For people."""

    def capability(self) -> Capability:
        """The narrowest capability that allows it."""


@dataclass(frozen=True, slots=True)
class HttpAsk:
    """A request; host and path in their one spelling (:mod:`engine.sandbox.capabilities.addresses`)."""

    operation: ClassVar[str] = "http"
    method: str
    host: str
    port: int
    path: str
    size: int = 0

    def facts(self) -> Asked:
        """host, method, path."""
        yield from (("host", pattern) for pattern in matching(self.host, self.port))
        yield "method", self.method
        yield "path", self.path if self.path.endswith("/") else self.path + "/"

    def arguments(self) -> dict[str, Any]:
        """Without the query."""
        return {
            "method": self.method,
            "host": self.host,
            "port": self.port,
            "path": self.path,
            "bytes": self.size,
        }

    def shown(self) -> str:
        """As in GET example.com:443/path."""
        sent = f" with {self.size} bytes" if self.size else ""
        return f"{self.method} {HostPattern(self.host, self.port)}{self.path}{sent}"

    def capability(self) -> Capability:
        """This host, port and method; the path only where a prefix can spell it."""
        pattern = str(HostPattern(self.host, self.port))
        size = self.size or None
        try:
            return HttpCapability(host=pattern, methods=(self.method,), path=self.path, bytes_max=size)
        except ValueError:
            return HttpCapability(host=pattern, methods=(self.method,), bytes_max=size)


@dataclass(frozen=True, slots=True)
class KvAsk:
    """An action on a key; for ``list``, ``key`` is the prefix of the keys wanted."""

    operation: ClassVar[str] = "kv"
    action: str
    key: str
    size: int = 0

    def facts(self) -> Asked:
        """action, key."""
        yield "action", self.action
        yield "key", self.key

    def arguments(self) -> dict[str, Any]:
        """Never the value."""
        return {"action": self.action, "key": self.key, "bytes": self.size}

    def shown(self) -> str:
        """As in set of the key "a" with 5 bytes."""
        return f'{self.action} of the key "{self.key}" with {self.size} bytes'

    def capability(self) -> Capability:
        """This action on this key."""
        size = self.size or None
        return KvCapability.model_validate({"actions": [self.action], "prefix": self.key, "bytesMax": size})


@dataclass(frozen=True, slots=True)
class SecretAsk:
    """The use of a secret in a request to a host."""

    operation: ClassVar[str] = "secret"
    name: str
    host: str
    port: int
    size: ClassVar[int] = 0

    def facts(self) -> Asked:
        """host, name."""
        yield from (("host", pattern) for pattern in matching(self.host, self.port))
        yield from (("name", name) for name in (self.name, "*"))

    def arguments(self) -> dict[str, Any]:
        """Its name, never its value."""
        return {"name": self.name, "host": self.host, "port": self.port}

    def shown(self) -> str:
        """As in the secret "github" at api.github.com:443."""
        return f'the secret "{self.name}" at {HostPattern(self.host, self.port)}'

    def capability(self) -> Capability:
        """This secret at this host."""
        return SecretCapability(name=self.name, host=str(HostPattern(self.host, self.port)))


@dataclass(frozen=True, slots=True)
class ModuleAsk:
    """A call of a module's action."""

    operation: ClassVar[str] = "module"
    module: str
    action: str
    size: int = 0

    def facts(self) -> Asked:
        """module, action."""
        yield from (("called", name) for name in (self.module, "*"))
        yield "action", self.action

    def arguments(self) -> dict[str, Any]:
        """Never what is sent."""
        return {"module": self.module, "action": self.action, "bytes": self.size}

    def shown(self) -> str:
        """As in qmail.send."""
        return f"{self.module}.{self.action}"

    def capability(self) -> Capability:
        """This action of this module."""
        return ModuleCapability(module=self.module, actions=(self.action,))


def plain_form(capability: Capability) -> Mapping[str, Any]:
    """A capability as flows and policies write it, without what is left at its default."""
    given = capability.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {"operation": capability.operation, **given}
