"""What form.page is and which parameters it has."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from engine.base.limits import WAIT_MS_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.form_fields import FormEnding, FormPage


class FormPageParameters(FormPage):
    """Parameters of form.page."""

    show: Literal["page", "ending"] = Field(
        "page", description="page asks and waits for the answers; ending is what people see last."
    )
    ending: FormEnding = Field(
        default_factory=lambda: FormEnding.model_validate({}), description="For ending: what it shows."
    )
    timeoutMs: int | None = Field(
        None,
        ge=1,
        le=WAIT_MS_MAX,
        description="For page: milliseconds until it goes on without answers.",
    )

    @model_validator(mode="after")
    def _asks(self) -> FormPageParameters:
        """A page asks for something."""
        if self.show == "page" and not self.fields:
            raise ValueError("a page needs fields")
        return self


MANIFEST = Manifest(
    type="form.page",
    label="Form page",
    summary="Shows a further page of a form and waits for its answers, or shows the ending.",
    group="flow",
    effect=Effect.PURE,
    parameters=FormPageParameters,
    icon="file-text",
)
