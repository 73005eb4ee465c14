"""How trigger.manual runs: it passes on what the flow was started with."""

from __future__ import annotations

from engine.ports.step_catalogue import TriggerType
from engine.steps.trigger_manual.manifest import MANIFEST


class ManualTrigger(TriggerType):
    """Starts a flow by hand."""

    manifest = MANIFEST
