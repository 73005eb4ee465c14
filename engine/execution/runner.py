"""Carries out one attempt of one step and says what came of it, as an input for ``decide``."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from engine.base.errors import (
    DatabaseUnavailable,
    ErrorInfo,
    PolicyViolation,
    QflowError,
    SandboxViolation,
    StepCancelled,
)
from engine.base.limits import FAILURE_LOG_LINES_MAX, Limits
from engine.execution.binaries import BlockBinaries, SubnetBlocks, with_stored_files
from engine.execution.bindings import Binding, Bindings, codes_in
from engine.execution.budgets import Budgets
from engine.execution.cancellation import CancelToken
from engine.execution.credentials import Pocket
from engine.execution.data import (
    Given,
    ItemStore,
    checked_items,
    given_to,
    input_cid,
    output_cid,
    with_provenance,
)
from engine.execution.error_items import failed_items, failures_apart
from engine.execution.expressions import Around, Written, batch_of, sandbox_limits
from engine.execution.foresight import Outlook, Row, Seer
from engine.execution.gate import cleared, input_finding, step_finding
from engine.execution.inputs import Input, StepRaised, StepRefused, StepReturned, StepWaits, StepWithheld
from engine.execution.kept import FlowValues
from engine.execution.parking import wait_map
from engine.execution.references import resolve
from engine.execution.rows import View, behind, own_of
from engine.execution.scope import ScopeOf
from engine.execution.stand_ins import StandIn, stand_in_of
from engine.execution.violations import Place, Violations
from engine.flow.model import FAILURE, MAIN
from engine.flow.plan import Plan
from engine.journal.facts import PortData, port_from_plain
from engine.journal.state import ExecutionState, Task
from engine.ports import traffic
from engine.ports.block_store import BlockStore
from engine.ports.capabilities import (
    Capabilities,
    Credentials,
    Holder,
    HostCalls,
    KeyValueStore,
    Surroundings,
)
from engine.ports.clock import Clock
from engine.ports.grants import Capability
from engine.ports.permissions import RENEWED_EVENT
from engine.ports.policy import Policy, PolicyPort
from engine.ports.sandbox import (
    NOTHING_SPENT,
    Ahead,
    Determinism,
    ExpressionBatch,
    RowAhead,
    Sandbox,
    Spent,
    Usage,
    spent,
)
from engine.ports.step_catalogue import (
    Breakers,
    Effect,
    PortItems,
    Signal,
    StepContext,
    StepResult,
    StepType,
)
from engine.validation.code_gate import check_flow
from engine.validation.operation import Finding
from engine.validation.refusals import error_of
from engine.validation.trust import Trust

log = logging.getLogger("qflow.step")


@dataclass(frozen=True)
class Services:
    """What runs of steps need of the node."""

    bindings: Bindings
    items: ItemStore
    blocks: BlockStore
    policy: PolicyPort
    breakers: Callable[[str], Breakers]  # by subnet
    clock: Clock
    limits: Limits
    node: str
    timezone: str
    resume_url: Callable[[str, int], str]
    sandbox: Sandbox
    trust: Trust
    environment: Mapping[str, str]  # the node's; steps see what their policy lists
    violations: Violations
    capabilities: Capabilities | None = None  # None: no step reaches the host
    credentials: Credentials | None = None  # None: no step gets any
    values: KeyValueStore | None = None  # None: flows keep nothing
    budgets: Budgets | None = None  # None: there are no budgets
    outlook: Outlook = field(default_factory=Outlook)  # which steps are asked for with others


class Attempt:
    """One attempt, made ready on the driver's thread so that it can run on any."""

    def __init__(
        self,
        services: Services,
        plan: Plan,
        state: ExecutionState,
        task: Task,
        execution: str,
        around: Around,
        row: Row,
    ) -> None:
        self.services, self.plan, self.task = services, plan, task
        self._around, self._row = around, row
        self.id, self.run, self.step = task.id, task.run, plan.step(task.step)
        self.subnet, self.epoch = state.started.subnet, state.epoch
        self.started_us = services.clock.now_us()
        self.token = CancelToken()
        self.execution = execution
        self.signal = task.signal
        self.inputs: PortItems = {}
        self._given = self._url = ""
        self._chance = b""
        self.written: Written | None = None
        self._state = state
        flow = state.started.flow
        self._holder = partial(Holder, self.subnet, flow, execution, task.step, task.run, task.attempt)
        self._pocket = Pocket(services.credentials, self._holder, self.step)
        self._prepared: Callable[[], Input] | None = None
        self.effect = services.bindings.effect(plan, task.step)
        self._acts = self.effect != Effect.PURE
        self._blocks = SubnetBlocks(services.blocks, self.subnet)
        self._binaries = BlockBinaries(self._blocks, services.limits.binary_bytes_max)

    def prepare(self) -> None:
        """Gather everything that reads the state; errors are kept for :meth:`perform`.

        Raises :class:`DatabaseUnavailable`: that the node's database is away is no error of the step.
        """
        try:
            self._prepared = self._plan_call()
        except DatabaseUnavailable:
            raise
        except (QflowError, KeyError, TypeError, ValueError, RecursionError) as error:
            info = ErrorInfo.of(error, self.step.id)
            self._prepared = lambda: self.failed(info)

    def perform(self) -> Input:
        """Run the step; any error becomes an input, never an exception."""
        prepared, self._prepared = self._prepared, None  # which holds this attempt, too
        assert prepared is not None
        if self._acts:  # much may have changed since it was made ready
            try:
                finding = self._gate(acts=True)
            except DatabaseUnavailable:
                return StepWithheld(self.services.clock.now_us(), self.id)
            if finding is not None:
                return self._stopped(finding)
        try:
            return prepared()
        finally:
            self.written = None  # which leads back here

    def timeout_ms(self) -> int:
        """How long this attempt may take."""
        limit = self.services.limits.step_timeout_ms
        return min(self.step.timeout_ms or limit, limit)

    def _plan_call(self) -> Callable[[], Input]:
        state, services = self._state, self.services
        given = given_to(state, self.task)
        finding = self._gate(acts=False) or input_finding(given, self.step.id, self.execution)
        if finding is not None:
            self._acts = False
            return lambda: self._stopped(finding)
        stand_in = stand_in_of(self.plan, state.started, self.step, acts=self._acts)
        if stand_in is not None:
            self._acts = False
            self.inputs, self._given = self._inputs(given), input_cid(given)
            return lambda: self._stood_in(stand_in)
        pins = state.started.pins.get(self.step.id)
        if pins is not None:
            outputs: PortItems = {self.plan.ports[self.step.id].outputs[0]: list(pins)}
            return lambda: self._returned(StepResult(outputs), {}, "pinned")
        binding = services.bindings.get(self.plan, self.step.id)
        policy = services.violations.admit(services.policy.of(self.subnet), state.started.flow)
        _check_allowed(self.step.type, policy)
        check_flow(self.plan.version, services.node, policy)
        spent = services.budgets.finding(policy) if services.budgets else None
        if spent is not None:
            self._acts = False
            return lambda: self._stopped(spent)
        self.inputs = inputs = self._inputs(given)
        self._given = input_cid(given)
        if self.step.disabled:
            first = self.plan.ports[self.step.id].outputs[0]
            return lambda: self._returned(StepResult({first: _first(inputs)}), inputs, "disabled")
        context = self._context(binding, policy, inputs)
        return lambda: self._call(binding, context, inputs)

    def _stood_in(self, stand_in: StandIn) -> Input:
        if stand_in.refused is not None:
            return StepRefused(self.services.clock.now_us(), self.id, stand_in.refused)
        if stand_in.error is not None:
            return self.failed(stand_in.error)
        return self._returned(StepResult(dict(stand_in.outputs)), {}, "mocked")

    def _gate(self, *, acts: bool) -> Finding | None:
        services = self.services
        return step_finding(
            services.trust.gate,
            self.plan,
            self._state,
            self.task,
            self.execution,
            items=services.items,
            node=services.node,
            acts=acts,
        )

    def _stopped(self, finding: Finding) -> Input:
        """What time or a renewal can mend pauses the execution; anything else ends it."""
        now_us = self.services.clock.now_us()
        if finding.waits:
            return StepWithheld(now_us, self.id, RENEWED_EVENT, finding.message, finding.as_json())
        return StepRefused(now_us, self.id, ErrorInfo.of(error_of(finding), self.step.id))

    def _inputs(self, given: Given) -> PortItems:
        ports = self.plan.ports[self.step.id].inputs
        inputs = self.services.items.inputs(self.subnet, given, ports)
        if self.step.join == "all" and set(inputs) - set(ports):
            inputs = {MAIN: [item for items in inputs.values() for item in items]}
        if self.step.execute_once:
            inputs = {port: items[:1] for port, items in inputs.items()}
        return inputs

    def _context(self, binding: Binding, policy: Policy, inputs: PortItems) -> StepContext:
        state, services, task, step = self._state, self.services, self.task, self.step
        zone = self.plan.flow.settings.timezone or services.timezone
        scope = ScopeOf(self.plan, state, services.items, binding.roots, self.execution, zone, task)
        first = _first(inputs)
        where = f"steps.{step.id}.parameters"
        sandbox = self._sandbox(binding, policy, zone)
        written = self._written(binding, policy, inputs, zone, sandbox) if binding.templates else None
        code = binding.kind.code_in(step.parameters)
        made, parameters = binding.made, step.parameters

        def resolved(value: Any, index: int) -> Any:
            if made is None:
                return value
            row = {} if written is None else written.row(index)
            items = scope.for_item(first, index, self.started_us)
            if value is parameters:
                return made(items, (None, where), row)
            return resolve(value, items, where, row)

        started = state.started
        return StepContext(
            step=step,
            inputs=inputs,
            resolve=resolved,
            model=binding.kind.manifest.parameters,
            execution_id=self.execution,
            flow=self.plan.flow,
            subnet=self.subnet,
            run=task.run,
            attempt=task.attempt,
            now_us=self.started_us,
            seed=self._seed(),
            timezone=zone,
            memory=state.memory.get(step.id, {}),
            policy=policy,
            limits=policy.limits,
            cancellation=self.token,
            breakers=services.breakers(self.subnet),
            blocks=self._blocks,
            binaries=self._binaries,
            sandbox=sandbox,
            timeout_ms=self.timeout_ms(),
            trigger={"type": started.trigger_type, "step": started.trigger_step, "mode": started.mode},
            resume_url=self._resume_url,
            depth=started.depth,
            fixed=binding.fixed,
            about=self._batch((code,), policy, inputs, zone).context if code else {},
            open_host=self._opener(binding.kind, policy),
            kept=self._kept(),
            credential=self._pocket.take,
        )

    def _seed(self) -> bytes:
        if not self._chance:
            self._chance = hashlib.sha256(
                f"{self.execution}:{self.step.id}:{self.task.run}".encode()
            ).digest()
        return self._chance

    def _opener(
        self, kind: StepType, policy: Policy
    ) -> Callable[[Sequence[Capability], Collection[str]], HostCalls] | None:
        """Opens the host to this attempt and to no other."""
        services, host = self.services, self.services.capabilities
        if host is None:
            return None

        def opened(requested: Sequence[Capability], codes: Collection[str]) -> HostCalls:
            breakers, timeout_ms = services.breakers(self.subnet), self.timeout_ms()
            around = Surroundings(self._holder(), policy, breakers, self.token, timeout_ms)
            named = {cid for _, cid in codes_in(kind, self.step)}
            pieces = tuple((cid, self.plan.version) if cid in named else (cid,) for cid in codes)
            return host.open(replace(around, pieces=pieces), requested)

        return opened

    def _kept(self) -> FlowValues | None:
        services = self.services
        if services.values is None:
            return None
        return FlowValues(services.values, self.subnet, self._state.started.flow, services.clock)

    def _sandbox(self, binding: Binding, policy: Policy, zone: str) -> Sandbox:
        """The sandbox; for a step that may be the first of a row, with foresight."""
        services, row = self.services, self._row
        if not binding.foretells or self._state.started.case:
            return services.sandbox
        if not row.outlook.begins_at((self.plan.version, self.step.id)):
            return services.sandbox
        own, others = partial(own_of, binding, policy), partial(self._behind, policy, zone)
        return Seer(services.sandbox, row, self.step.id, own, others)

    def _behind(self, policy: Policy, zone: str, own: Ahead) -> tuple[Sequence[str], RowAhead] | None:
        services, plan, state = self.services, self.plan, self._state
        view = View(
            plan,
            state,
            services.bindings,
            policy,
            services.outlook,
            partial(cleared, services.trust.gate, plan, state, services.items),
            lambda task, templates: self._batch(templates, policy, {}, zone, task),
        )
        return behind(view, self.task, own)

    def _written(
        self, binding: Binding, policy: Policy, inputs: PortItems, zone: str, sandbox: Sandbox
    ) -> Written:
        batch = self._batch(binding.templates, policy, inputs, zone)
        limits = sandbox_limits(policy.limits, self.timeout_ms())
        self.written = Written(sandbox, batch, limits)
        return self.written

    def _batch(
        self,
        templates: Sequence[str],
        policy: Policy,
        inputs: PortItems,
        zone: str,
        task: Task | None = None,
    ) -> ExpressionBatch:
        return batch_of(
            self.plan,
            self._state,
            task or self.task,
            templates,
            inputs,
            self.services.items,
            around=self._around.of(policy),
            determinism=Determinism(self.started_us, self._seed(), zone),
            resume_url=self._resume_url,
        )

    def _resume_url(self) -> str:
        if not self._url:
            self._url = self.services.resume_url(self.execution, self.task.id)
        return self._url

    def _call(self, binding: Binding, context: StepContext, inputs: PortItems) -> Input:
        services, sent_before = self.services, traffic.total()
        try:
            if self.signal is not None:
                result = binding.kind.resume(context, self._signal(self.signal))
            else:
                result = binding.kind.run(context)
            result = self._pocket.cleared(result)
            if result.wait is not None:
                return self._waits(result)
            return _with_traffic(self._returned(result, inputs, binding.code), traffic.total() - sent_before)
        except StepCancelled:
            return self.failed(ErrorInfo.of(QflowError("the step was cancelled"), self.step.id))
        except Exception as error:  # whatever a step raises is its result, not the engine's
            self._pocket.clear(error)
            if not isinstance(error, QflowError):
                log.exception("step failed", extra={"execution": self.execution, "step": self.step.id})
            if isinstance(error, SandboxViolation):
                services.violations.record(self._place(), context.policy, error)
            return self.failed(ErrorInfo.of(error, self.step.id), _logs_of(error), spent(error))

    def _place(self) -> Place:
        started, task = self._state.started, self.task
        return Place(started.flow, self.execution, task.step, task.run, task.attempt, started.actor)

    def _signal(self, signal: Mapping[str, Any]) -> Signal:
        """The signal, with a child's items brought in from their block."""
        payload = dict(signal["payload"])
        data = payload.pop("output", None)
        if data is not None:
            payload["items"] = self.services.items.load(self.subnet, port_from_plain(data))
        return Signal(signal["kind"], payload, signal["actor"])

    def _returned(self, result: StepResult, inputs: PortItems, code: str) -> StepReturned:
        items = {port: checked_items(self.step.id, port, given) for port, given in result.outputs.items()}
        items = {port: with_stored_files(given, self._binaries) for port, given in items.items()}
        if inputs:
            items = with_provenance(inputs, items)
        if self.step.on_error != "stop":
            items = failures_apart(self.step, items, _first(inputs), brief=self.plan.flow.format == "n8n")
        if self.step.always_output:
            items = self._with_output(items)
        outputs = {port: self.services.items.store(self.subnet, given) for port, given in items.items()}
        answer = result.answer
        return StepReturned(
            now_us=self.services.clock.now_us(),
            task=self.id,
            outputs=outputs,
            input_cid=self._given,
            output_cid=output_cid(outputs),
            code=result.code or code,
            memory=result.memory,
            answer=None
            if answer is None
            else {"status": answer.status, "headers": dict(answer.headers), "body": answer.body},
            logs=result.logs,
            custom=result.custom,
            usage=result.usage if self.written is None else result.usage.plus(self.written.usage),
            started_us=self.started_us,
        )

    def _with_output(self, items: PortItems) -> PortItems:
        """One empty item on the first port where nothing came out; in n8n's flows, where nothing came out
        there."""
        first = self.plan.ports[self.step.id].outputs[0]
        found = items.get(first) if self.plan.flow.format == "n8n" else any(items.values())
        return items if found else {**items, first: [{"json": {}}]}

    def _waits(self, result: StepResult) -> StepWaits:
        now = self.services.clock.now_us()
        call = (self.execution, self.step.id, self.run, self.task.attempt, self.epoch)
        wait = wait_map(result, call, lambda items: self.services.items.store(self.subnet, items))
        return StepWaits(now, self.id, wait, result.memory, self.started_us)

    def failed(self, info: ErrorInfo, logs: Sequence[str] = (), gone: Spent = NOTHING_SPENT) -> StepRaised:
        """The attempt as failed, with the items with which the flow may go on."""
        outputs: dict[str, PortData] = {}
        if self.step.on_error != "stop":
            ports = self.plan.ports[self.step.id].outputs
            port = FAILURE if self.step.on_error == "failure" else (ports[0] if ports else MAIN)
            given, brief = _first(self.inputs), self.plan.flow.format == "n8n"
            passed = port != FAILURE and self.services.bindings.passes_on(self.plan, self.step.id)
            failed = list(given) if passed else failed_items(self.step, info, given, brief=brief)
            outputs = {port: self.services.items.store(self.subnet, failed)}
        return StepRaised(self.services.clock.now_us(), self.id, info, self.started_us, outputs, logs, gone)


def _with_traffic(returned: StepReturned, egress_bytes: int) -> StepReturned:
    if not egress_bytes:
        return returned
    return replace(returned, usage=returned.usage.plus(Usage(egress_bytes=egress_bytes)))


def _logs_of(error: Exception) -> list[str]:
    """What the code printed before it failed; the error then no longer carries it."""
    logs = error.details.pop("logs", ()) if isinstance(error, QflowError) else ()
    return [str(line) for line in logs][-FAILURE_LOG_LINES_MAX:]


def _first(inputs: PortItems) -> list[dict[str, Any]]:
    return next(iter(inputs.values()), [])


def _check_allowed(type_name: str, policy: Policy) -> None:
    if type_name in policy.step_types_denied:
        raise PolicyViolation(f"the policy of subnet {policy.subnet!r} forbids steps of type {type_name}")
