"""What webhook.respond is and which parameters it has."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters
from engine.steps.http_words import Headers, Status, checked_headers


class RespondParameters(Parameters):
    """Parameters of webhook.respond."""

    respondWith: Literal["firstItem", "allItems", "json", "text", "binary", "redirect", "noData"] = Field(
        "firstItem",
        description="What the body is: the first item, a list of all items, the value of body as JSON or "
        "as text, a file of the first item, a redirect to location, or nothing.",
    )
    body: Any = Field(None, description="The body, with json or text; references can stand anywhere in it.")
    read: bool = Field(False, description="Whether a text in body is JSON, to be read before it is sent.")
    binaryField: str = Field(
        "data", description="Name of the file in the first item, with binary; empty: its first file."
    )
    location: str | None = Field(None, description="Where to send the caller, with redirect.")
    status: Status | None = Field(
        None, description="Status of the answer; else 200, 204 with noData and 302 with redirect."
    )
    headers: Headers = Field(default_factory=dict, description="Headers of the answer.")
    tells: bool = Field(False, description="Whether a second output gives an item with what was answered.")

    @model_validator(mode="after")
    def _complete(self) -> RespondParameters:
        """What the kind of answer needs is there."""
        if self.respondWith == "redirect":
            if not self.location:
                raise ValueError("redirect needs location")
            checked_headers({"location": self.location})
        if self.respondWith in ("json", "text") and "body" not in self.model_fields_set:
            raise ValueError(f"{self.respondWith} needs body")
        return self


MANIFEST = Manifest(
    type="webhook.respond",
    label="Respond to webhook",
    summary="Answers whoever called the flow's webhook, and goes on.",
    group="network",
    effect=Effect.PURE,
    parameters=RespondParameters,
    icon="reply",
)
