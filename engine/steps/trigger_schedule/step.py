"""How trigger.schedule is registered and when it fires; running it passes the tick on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.flow.model import Step
from engine.ports.flow_store import Registration
from engine.ports.parameters import validated
from engine.ports.step_catalogue import TriggerType
from engine.steps.trigger_schedule.manifest import MANIFEST, ScheduleTriggerParameters
from engine.steps.trigger_schedule.ticks import cron_tick, interval_tick


class ScheduleTrigger(TriggerType):
    """Starts a flow by the clock."""

    manifest = MANIFEST

    def registration(self, step: Step) -> Registration:
        """``spec`` holds ``cron`` (a list) or ``interval_ms``, and ``timezone`` where the step names
        one; publishing puts in the flow's or the node's otherwise."""
        given: ScheduleTriggerParameters = validated(ScheduleTriggerParameters, step.parameters, step.id)
        spec: dict[str, Any] = {"cron": given.cron} if given.cron else {"interval_ms": given.intervalMs}
        if given.timezone:
            spec["timezone"] = given.timezone
        return Registration("schedule", step.id, "", spec)

    def next_tick_us(self, spec: Mapping[str, Any], after_us: int) -> int | None:
        """The first tick after a time: a function of its arguments, so that two schedulers agree.

        Without a ``timezone`` in the spec, cron means UTC.
        """
        if spec.get("interval_ms"):
            return interval_tick(spec["interval_ms"] * 1000, after_us)
        given = spec["cron"]
        expressions = [given] if isinstance(given, str) else given
        zone = spec.get("timezone") or "UTC"
        ticks = [cron_tick(expression, zone, after_us) for expression in expressions]
        return min((tick for tick in ticks if tick is not None), default=None)
