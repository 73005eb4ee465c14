"""What trigger.form is and which parameters it has."""

from __future__ import annotations

import re

from pydantic import Field, field_validator

from engine.base.limits import WEBHOOK_PATH_BYTES_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.form_fields import FormEnding, FormPage
from engine.steps.trigger_webhook.authentication import Authentication

_PATH = re.compile(r"(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._~-]+(?:/(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._~-]+)*\Z")


class FormTriggerParameters(FormPage):
    """Parameters of trigger.form."""

    path: str = Field(min_length=1, max_length=WEBHOOK_PATH_BYTES_MAX - 8, description="Path below /form/.")
    ending: FormEnding = Field(
        default_factory=lambda: FormEnding.model_validate({}),
        description="What is shown at the end, unless a step form.page says more.",
    )
    authenticate: Authentication | None = Field(
        None, description="How people prove who they are; others do not see the form."
    )
    ignoreBots: bool = Field(False, description="Refuse crawlers and link previews.")

    @field_validator("path")
    @classmethod
    def _plain_path(cls, value: str) -> str:
        """The path without slashes around it."""
        path = value.strip("/")
        if not _PATH.match(path):
            raise ValueError("use letters, digits, '-', '_', '.' and '~', with slashes between")
        return path


MANIFEST = Manifest(
    type="trigger.form",
    label="Form",
    summary="Starts the flow when people send a form.",
    group="trigger",
    effect=Effect.PURE,
    parameters=FormTriggerParameters,
    inputs=(),
    trigger=True,
    icon="edit",
)
