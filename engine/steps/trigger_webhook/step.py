"""How trigger.webhook is registered; running it passes the request on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.flow.model import Step
from engine.ports.flow_store import Registration
from engine.ports.parameters import validated
from engine.ports.step_catalogue import StepContext, StepResult, TriggerType
from engine.steps.trigger_webhook.manifest import MANIFEST, WebhookTriggerParameters

OPTIONAL = (
    "verify",
    "authenticate",
    "allowOrigins",
    "ignoreBots",
    "allowAddresses",
    "denyAddresses",
    "callsPerMinute",
    "eventSchema",
    "outputsByMethod",
    "binaryField",
    "responseBody",
    "responseField",
    "responseType",
)
"""Rules of admission and rare options, which stand in a registration only where they are given."""


class WebhookTrigger(TriggerType):
    """Starts a flow for every request to its path.

    The item is ``{"headers", "params", "query", "body", "method", "path"}``; the web door builds it.
    """

    manifest = MANIFEST

    def registration(self, step: Step) -> Registration:
        """``key`` is the path pattern; ``spec`` holds the other parameters under their own names."""
        given: WebhookTriggerParameters = validated(WebhookTriggerParameters, step.parameters, step.id)
        spec = given.model_dump(exclude={"path"})
        for name in OPTIONAL:
            if not spec[name]:
                del spec[name]
        return Registration("webhook", step.id, given.path, spec)

    def ports_out(self, parameters: Mapping[str, Any]) -> tuple[str, ...]:
        """One port, or one for each method."""
        return _by_method(parameters) or super().ports_out(parameters)

    def run(self, context: StepContext) -> StepResult:
        """Pass the call on, by its method's port where each has one; HEAD goes where GET does."""
        ports = _by_method(context.step.parameters)
        if not ports:
            return super().run(context)
        called = context.items[0].get("json", {}).get("method") if context.items else None
        asked = "get" if called == "HEAD" and "head" not in ports else str(called).lower()
        return StepResult({asked if asked in ports else ports[0]: context.items})


def _by_method(parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """The ports of the methods; none where they share the first one."""
    if parameters.get("outputsByMethod") is not True:
        return ()
    listed = parameters.get("methods")
    methods = listed if isinstance(listed, list | tuple) else ("POST",)
    return tuple(dict.fromkeys(name.lower() for name in methods if isinstance(name, str) and name))
