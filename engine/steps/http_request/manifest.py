"""What http.request is and which parameters it has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, ConfigDict, Field, WithJsonSchema, field_validator, model_validator

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters
from engine.steps.http_request.parameters import (
    BODY_KINDS,
    Auth,
    Batching,
    Body,
    JsonflowOptions,
    NoAuth,
    Pagination,
    Redirects,
    ResponseOptions,
    Scalar,
    Tls,
)

METHODS_READING = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing on the other side (RFC 9110 section 9.2.1)."""

METHODS_REFUSED = frozenset({"CONNECT", "TRACE"})

_SHORTHANDS = ("body", "json", "form", "text")


SHOWN_AS_PAIRS = WithJsonSchema({"type": "object", "additionalProperties": True})
"""Editors offer names and values; a text with JSON is taken all the same."""


class HttpRequestParameters(Parameters):
    """Parameters of http.request."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    url: str = Field(description="The address, with http:// or https://.")
    method: str = Field(
        default="GET",
        pattern=r"^[A-Za-z][A-Za-z-]{0,30}$",
        description="GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS or another method.",
    )
    query: Annotated[dict[str, Any] | str, SHOWN_AS_PAIRS] = Field(
        default_factory=dict,
        description="Query parameters added to the address, also as JSON text; a list repeats one, "
        "null leaves it out.",
    )
    headers: Annotated[dict[str, Scalar | list[Scalar]] | str, SHOWN_AS_PAIRS] = Field(
        default_factory=dict,
        description="Headers, also as JSON text; a list repeats one, null leaves it out.",
    )
    accept: str = Field(default="", description="The header Accept, where headers have none.")
    auth: Auth = Field(default_factory=NoAuth, description="How the request is authenticated.")
    body: Body | None = Field(
        default=None,
        description="The body. A value that is none of the kinds is sent as JSON, a string as text.",
    )
    jsonBody: Any = Field(
        default=None,
        validation_alias=AliasChoices("json"),
        serialization_alias="json",
        description="Short for a body of kind json.",
    )
    form: dict[str, Scalar | list[Scalar]] | None = Field(
        default=None, description="Short for a body of kind form."
    )
    text: str | None = Field(default=None, description="Short for a body of kind text.")
    response: ResponseOptions = Field(
        default_factory=ResponseOptions, description="How the response becomes items."
    )
    bodyOnly: bool = Field(
        default=False,
        description="Give the body alone, a list as one item each; else status, headers and body.",
    )
    neverError: bool = Field(default=False, description="Take error statuses (400 and above) for results.")
    pagination: Pagination | None = Field(default=None, description="How to fetch the further pages.")
    batching: Batching | None = Field(default=None, description="Pauses between requests for many items.")
    queryArrays: Literal["repeat", "brackets", "indices"] = Field(
        default="repeat",
        description="How a list in the query is written: a=1&a=2, a[]=1&a[]=2 or a[0]=1&a[1]=2.",
    )
    redirects: Redirects = Field(default_factory=Redirects, description="Whether to follow redirects.")
    timeoutMs: int | None = Field(
        default=None, ge=1, description="Time for one request with all its redirects; else the step's own."
    )
    connectTimeoutMs: int = Field(default=10_000, ge=1, description="Time for making a connection.")
    proxy: str | None = Field(
        default=None, repr=False, description="An HTTP proxy: http://user:password@host:port."
    )
    tls: Tls = Field(default_factory=Tls, description="How TLS connections are made.")
    options: JsonflowOptions | None = Field(default=None, description="JSONFlow's options.")

    @model_validator(mode="before")
    @classmethod
    def _one_body(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        given = [
            name for name in _SHORTHANDS if name in values and (name == "json" or values[name] is not None)
        ]
        if len(given) > 1:
            raise ValueError(f"give one of {', '.join(given)}, not all of them")
        body = values.get("body")
        if isinstance(body, str):
            return {**values, "body": {"kind": "text", "text": body}}
        if body is not None and not (isinstance(body, Mapping) and body.get("kind") in BODY_KINDS):
            return {**values, "body": {"kind": "json", "value": body}}
        return values

    @field_validator("method")
    @classmethod
    def _known_method(cls, value: str) -> str:
        if value.upper() in METHODS_REFUSED:
            raise ValueError(f"{value.upper()} is not a request a flow may send")
        return value.upper()

    @property
    def time_limit_ms(self) -> int | None:
        """Time for one request, wherever it was given."""
        return self.timeoutMs or (self.options.timeout if self.options else None)


MANIFEST = Manifest(
    type="http.request",
    label="HTTP request",
    summary="Sends a request to an HTTP server and gives its response.",
    group="network",
    effect=Effect.WRITE,
    parameters=HttpRequestParameters,
    icon="globe",
    aliases=("network_request",),
)
