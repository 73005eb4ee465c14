"""Plans of flow versions, compiled once and kept."""

from __future__ import annotations

import threading
from collections import OrderedDict

from engine.base.errors import UnknownObject
from engine.base.limits import PLANS_MAX
from engine.flow.model import Flow
from engine.flow.plan import Plan, Ports, compile_plan
from engine.ports.flow_store import FlowStore
from engine.ports.metrics import Metrics
from engine.ports.step_catalogue import StepCatalogue, TriggerType


def plan_of(flow: Flow, catalogue: StepCatalogue) -> Plan:
    """Compile a flow with the ports its step types have; unknown types get one port each way and
    fail when they run."""
    ports, triggers = {}, []
    for step in flow.steps:
        try:
            kind = catalogue.get(step.type)
        except UnknownObject:
            ports[step.id] = Ports()
            continue
        inputs, outputs = kind.ports_in(step.parameters), kind.ports_out(step.parameters)
        ports[step.id] = Ports(inputs, outputs, kind.needs_all_inputs(step.parameters))
        if isinstance(kind, TriggerType):
            triggers.append(step.id)
    return compile_plan(flow, ports, tuple(triggers))


class Plans:
    """A bounded cache of plans by subnet and version; safe for threads."""

    def __init__(self, flows: FlowStore, catalogue: StepCatalogue, metrics: Metrics) -> None:
        self._flows, self._catalogue, self._metrics = flows, catalogue, metrics
        self._plans: OrderedDict[tuple[str, str], Plan] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, subnet: str, version: str) -> Plan:
        """The plan of a version; raises :class:`UnknownObject` where the subnet has none such."""
        key = (subnet, version)
        with self._lock:
            plan = self._plans.get(key)
            if plan is not None:
                self._plans.move_to_end(key)
        self._metrics.count("cache_lookups", cache="plans", result="hit" if plan else "miss")
        if plan is None:
            plan = plan_of(self._flows.version(subnet, version), self._catalogue)
            with self._lock:
                self._plans[key] = plan
                while len(self._plans) > PLANS_MAX:
                    self._plans.popitem(last=False)
        return plan
