"""What trigger.webhook is and which parameters it has."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator

from engine.base.limits import WEBHOOK_PATH_BYTES_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters
from engine.steps.http_words import Headers, Status
from engine.steps.trigger_webhook.authentication import Authentication
from engine.steps.trigger_webhook.verification import Verification
from engine.validation.addresses import network

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]


_SEGMENT = re.compile(r":(?P<name>[A-Za-z_][A-Za-z0-9_]*)\Z|[A-Za-z0-9._~-]+\Z")


class WebhookTriggerParameters(Parameters):
    """Parameters of trigger.webhook."""

    path: str = Field(
        min_length=1,
        max_length=WEBHOOK_PATH_BYTES_MAX,
        description="Path below /webhook/, such as orders/:id; a part with a colon takes any value.",
    )
    methods: list[Method] = Field(["POST"], min_length=1, description="HTTP methods that start the flow.")
    responseMode: Literal["immediately", "lastStep", "respondStep"] = Field(
        "immediately",
        description="Who answers the caller: the node at once, the flow's last step, or the step "
        "webhook.respond.",
    )
    responseStatus: Status = Field(200, description="Status of the answer, unless a step sets another.")
    responseHeaders: Headers = Field(default_factory=dict, description="Headers of the answer.")
    responseData: Literal["firstItem", "allItems", "none"] = Field(
        "firstItem",
        description="What of the last step's output is the body, with lastStep; none: the body stays empty, "
        "with immediately, too.",
    )
    responseBody: str = Field(
        "", description="The body with immediately, as text or as JSON; without it a short message."
    )
    responseField: str = Field(
        "", max_length=256, description="The field of the first item that is the body, such as data.text."
    )
    responseType: str = Field(
        "", max_length=256, description="Media type of that body; text is then sent as it is."
    )
    verify: Verification | None = Field(
        None, description="How calls must be signed; calls that are not, or come twice, are refused."
    )
    authenticate: Authentication | None = Field(
        None, description="How callers prove who they are; others are refused."
    )
    allowOrigins: list[str] = Field(
        default_factory=list,
        max_length=100,
        description="Only pages of these origins may call from a browser, such as https://example.org.",
    )
    ignoreBots: bool = Field(False, description="Refuse crawlers and link previews.")
    allowAddresses: list[str] = Field(
        default_factory=list, max_length=100, description="Only these addresses or CIDR blocks may call."
    )
    denyAddresses: list[str] = Field(
        default_factory=list, max_length=100, description="These addresses or CIDR blocks may not call."
    )
    callsPerMinute: int | None = Field(
        None,
        ge=1,
        le=1_000_000,
        description="How often each address may call.",
    )
    eventSchema: str = Field(
        "", max_length=256, description="The event type whose registered schema the body must meet."
    )
    outputsByMethod: bool = Field(
        False, description="Give each method an output of its own, in the order of methods."
    )
    binaryField: str = Field(
        "",
        max_length=256,
        description="The field of the item's files for a body that is no text, and the beginning of the "
        "names of uploaded files; without it data, and the names of the form.",
    )
    rawBody: bool = Field(
        False, description="Keep the body as the bytes that came in, for checking signatures."
    )

    @field_validator("allowAddresses", "denyAddresses")
    @classmethod
    def _addresses(cls, value: list[str]) -> list[str]:
        """Addresses in one spelling."""
        return [str(network(text)) for text in value]

    @field_validator("methods", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        """One method may stand alone, in any case."""
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list):
            return names
        return list(dict.fromkeys(name.upper() if isinstance(name, str) else name for name in names))

    @field_validator("path")
    @classmethod
    def _plain_path(cls, value: str) -> str:
        """The path without slashes around it."""
        path = value.strip("/")
        names = [_checked(segment) for segment in path.split("/")]
        used = [name for name in names if name]
        if len(used) != len(set(used)):
            raise ValueError("two parts of the path have the same name")
        return path


def _checked(segment: str) -> str | None:
    match = _SEGMENT.match(segment)
    if match is None or segment in (".", ".."):
        raise ValueError(
            f"{segment!r} cannot be a part of the path; use letters, digits, '-', '_', '.', '~' or :name"
        )
    return match.group("name")


MANIFEST = Manifest(
    type="trigger.webhook",
    label="Webhook",
    summary="Starts the flow when its URL is called.",
    group="trigger",
    effect=Effect.PURE,
    parameters=WebhookTriggerParameters,
    inputs=(),
    trigger=True,
    icon="webhook",
)
