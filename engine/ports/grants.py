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
    uses_max: Count | None = Field(
        default=None, description="How often it may be used; none: the node's bound."
    )
    seconds_max: Annotated[int, Field(ge=1, le=86_400)] | None = Field(
        default=None, description="For how many seconds after it was granted; none: the node's bound."
    )


class HttpCapability(_Bounded):
    """Requests to a host: a name or address, ``*.suffix`` or ``*``, with ``:port`` for one port only.

    ``path`` is a prefix of whole segments; ``bytes_max`` bounds the request's body and the answer's.
    """

    operation: Literal["http"] = "http"
    host: Annotated[str, Field(min_length=1, max_length=260)] = Field(
        description="A name or address, *.suffix or *, with :port for one port only."
    )
    methods: Annotated[tuple[Method, ...], Field(min_length=1, max_length=16)] = Field(
        default=("GET", "HEAD"), description="The HTTP methods, or *."
    )
    path: Path = Field(default="/", description="What paths begin with, in whole segments.")
    bytes_max: Bytes | None = Field(default=None, description="Most bytes of a body, sent or received.")


class KvCapability(_Bounded):
    """The values kept for the flow whose keys begin with ``prefix``; ``bytes_max`` bounds one value."""

    operation: Literal["kv"] = "kv"
    actions: Annotated[tuple[Literal["get", "set", "delete", "list", "*"], ...], Field(min_length=1)] = Field(
        default=("get", "set", "delete", "list"), description="What may be done with the values, or *."
    )
    prefix: Annotated[str, Field(max_length=512)] = Field(default="", description="What keys begin with.")
    bytes_max: Bytes | None = Field(default=None, description="Most bytes of one value.")


class SecretCapability(_Bounded):
    """Use of a secret, by name, in a request to a host; never its value."""

    operation: Literal["secret"] = "secret"
    name: Word = Field(description="The secret's name.")
    host: Annotated[str, Field(min_length=1, max_length=260)] = Field(
        default=ANY, description="The host that may get it, or *."
    )


class ModuleCapability(_Bounded):
    """Calls of a module's actions; ``bytes_max`` bounds what is sent."""

    operation: Literal["module"] = "module"
    module: Word = Field(description="The module's name, or *.")
    actions: Annotated[tuple[Word, ...], Field(min_length=1, max_length=64)] = Field(
        default=(ANY,), description="The actions that may be called, or *."
    )
    bytes_max: Bytes | None = Field(default=None, description="Most bytes that are sent.")


Capability = Annotated[
    HttpCapability | KvCapability | SecretCapability | ModuleCapability, Field(discriminator="operation")
]
"""One thing a step may do; what is not named is not allowed."""
