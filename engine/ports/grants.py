"""The words of capabilities: what a step asks for, and the ceilings that a policy sets; both have one form.

::

    {"operation": "http", "host": "*.example.com:443", "methods": ["GET"], "path": "/v1/", "bytesMax": 65536}
    {"operation": "kv", "actions": ["get", "set"], "prefix": "cache/", "bytesMax": 4096}
    {"operation": "secret", "name": "github", "host": "api.github.com"}
    {"operation": "module", "module": "qmail", "actions": ["send"]}

each with ``usesMax`` and ``secondsMax`` where it is bounded by count and time.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

ANY = "*"
"""Stands for every host, method, action, secret or module."""

Count = Annotated[int, Field(ge=1, le=1_000_000)]
Bytes = Annotated[int, Field(ge=0, le=2**40)]
Method = Annotated[str, Field(pattern=r"^(?:\*|[A-Z][A-Z-]{0,31})\Z")]
Word = Annotated[str, Field(pattern=r"^(?:\*|[A-Za-z0-9][A-Za-z0-9._-]{0,127})\Z")]
Path = Annotated[
    str,
    Field(max_length=2048, pattern=r"^/(?:(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._~!$&'()*+,=:@-]+(?:/|\Z))*\Z"),
]
"""An absolute path of whole segments, without percent signs and dot segments."""


class _Bounded(BaseModel):
    """What every capability is bounded by, beside its arguments; None: by the node's own bounds."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True, regex_engine="python-re"
    )
    uses_max: Count | None = None
    seconds_max: Annotated[int, Field(ge=1, le=86_400)] | None = None  # from minting


class HttpCapability(_Bounded):
    """Requests to a host: a name or address, ``*.suffix`` or ``*``, with ``:port`` for one port only.

    ``path`` is a prefix of whole segments; ``bytes_max`` bounds the request's body and the answer's.
    """

    operation: Literal["http"] = "http"
    host: Annotated[str, Field(min_length=1, max_length=260)]
    methods: Annotated[tuple[Method, ...], Field(min_length=1, max_length=16)] = ("GET", "HEAD")
    path: Path = "/"
    bytes_max: Bytes | None = None


class KvCapability(_Bounded):
    """The values kept for the flow whose keys begin with ``prefix``; ``bytes_max`` bounds one value."""

    operation: Literal["kv"] = "kv"
    actions: Annotated[tuple[Literal["get", "set", "delete", "list", "*"], ...], Field(min_length=1)] = (
        "get",
        "set",
        "delete",
        "list",
    )
    prefix: Annotated[str, Field(max_length=512)] = ""
    bytes_max: Bytes | None = None


class SecretCapability(_Bounded):
    """Use of a secret, by name, in a request to a host; never its value."""

    operation: Literal["secret"] = "secret"
    name: Word
    host: Annotated[str, Field(min_length=1, max_length=260)] = ANY


class ModuleCapability(_Bounded):
    """Calls of a module's actions; ``bytes_max`` bounds what is sent."""

    operation: Literal["module"] = "module"
    module: Word
    actions: Annotated[tuple[Word, ...], Field(min_length=1, max_length=64)] = (ANY,)
    bytes_max: Bytes | None = None


Capability = Annotated[
    HttpCapability | KvCapability | SecretCapability | ModuleCapability, Field(discriminator="operation")
]
"""One thing a step may do; what is not named is not allowed."""
