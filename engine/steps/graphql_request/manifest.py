"""What graphql.request is and which parameters it has."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters
from engine.steps.http_request.parameters import Auth, NoAuth, Scalar, Tls


class GraphqlParameters(Parameters):
    """Parameters of graphql.request."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    url: str = Field(description="The address of the server, with http:// or https://.")
    query: str = Field(description="The query or mutation.")
    variables: Any = Field(None, description="Its variables: an object, or text that holds one as JSON.")
    operationName: str = Field("", description="The operation to run, where the query names several.")
    send: Literal["json", "text", "address"] = Field(
        "json", description="As JSON, as text of type application/graphql, or in the address (GET)."
    )
    headers: dict[str, Scalar | list[Scalar]] = Field(default_factory=dict, description="More headers.")
    auth: Auth = Field(default_factory=NoAuth, description="How the request is authenticated.")
    tls: Tls = Field(default_factory=Tls, description="How TLS connections are made.")
    textInto: str = Field("", description="The field that gets the answer as text; without it, it is read.")


MANIFEST = Manifest(
    type="graphql.request",
    label="GraphQL",
    summary="Sends a query to a GraphQL server and gives its answer.",
    group="network",
    effect=Effect.WRITE,
    parameters=GraphqlParameters,
    icon="globe",
)
