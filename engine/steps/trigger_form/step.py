"""How trigger.form is registered; running it passes the answers on."""

from __future__ import annotations

from typing import Any

from engine.flow.model import Step
from engine.ports.flow_store import FORM_MARK, Registration
from engine.ports.parameters import validated
from engine.ports.step_catalogue import TriggerType
from engine.steps.trigger_form.manifest import MANIFEST, FormTriggerParameters


class FormTrigger(TriggerType):
    """Starts a flow with the answers of a form, one item with its files; the web door shows the pages."""

    manifest = MANIFEST

    def registration(self, step: Step) -> Registration:
        """A webhook below a mark of its own, with the form in its ``spec``."""
        given: FormTriggerParameters = validated(FormTriggerParameters, step.parameters, step.id)
        form = given.model_dump(include={"title", "description", "fields", "button"})
        spec: dict[str, Any] = {"methods": ["GET", "POST"], "form": form, "ending": given.ending.model_dump()}
        if given.authenticate is not None:
            spec["authenticate"] = given.authenticate.model_dump()
        if given.ignoreBots:
            spec["ignoreBots"] = True
        return Registration("webhook", step.id, f"{FORM_MARK}/{given.path}", spec)
