"""How trigger.error runs: it passes on the description of the failure."""

from __future__ import annotations

from engine.ports.step_catalogue import TriggerType
from engine.steps.trigger_error.manifest import MANIFEST


class ErrorTrigger(TriggerType):
    """Starts a flow because another one failed."""

    manifest = MANIFEST
