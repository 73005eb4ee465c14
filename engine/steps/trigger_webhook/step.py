"""How trigger.webhook is registered; running it passes the request on."""

from __future__ import annotations

from engine.flow.model import Step
from engine.ports.flow_store import Registration
from engine.ports.parameters import validated
from engine.ports.step_catalogue import TriggerType
from engine.steps.trigger_webhook.manifest import MANIFEST, WebhookTriggerParameters

INGRESS = ("verify", "allowAddresses", "denyAddresses", "callsPerMinute", "eventSchema")
"""Rules of admission, which stand in a registration only where there are any."""


class WebhookTrigger(TriggerType):
    """Starts a flow for every request to its path.

    The item is ``{"headers", "params", "query", "body", "method", "path"}``; the web door builds it.
    """

    manifest = MANIFEST

    def registration(self, step: Step) -> Registration:
        """``key`` is the path pattern; ``spec`` holds the other parameters under their own names."""
        given: WebhookTriggerParameters = validated(WebhookTriggerParameters, step.parameters, step.id)
        spec = given.model_dump(exclude={"path"})
        for name in INGRESS:
            if not spec[name]:
                del spec[name]
        return Registration("webhook", step.id, given.path, spec)
