"""Put a version of a flow and its triggers in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from engine.base.errors import (
    InvalidInput,
    PermissionDenied,
    PolicyViolation,
    Problem,
    UnknownObject,
    WrongState,
)
from engine.flow.dump import definition_of
from engine.flow.model import Flow, Step
from engine.ports.access_store import Principal
from engine.ports.flow_store import FlowRecord, Registration
from engine.ports.step_catalogue import TriggerType
from engine.usecases.get_flow import DRAFT, view
from engine.usecases.permission import require
from engine.usecases.remember import remember_done
from engine.usecases.run_tests import NO_TESTS, require_passing
from engine.usecases.sign_flow import sign_flow
from engine.usecases.validate_flow import parsed
from engine.usecases.world import World

WEBHOOK = "trigger.webhook"


@dataclass(slots=True)
class _Compiled:
    """What the triggers of a flow put in force, or what is wrong with them."""

    registrations: list[Registration] = field(default_factory=list)
    next_us: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def publish_flow(world: World, actor: Principal, flow_id: str, version: str = DRAFT) -> FlowRecord:
    """Make a version (as named in :func:`~.get_flow.get_flow`) the one that triggers start.

    Raises :class:`UnknownObject`, :class:`InvalidInput` with what is wrong with the triggers, or which
    tests failed where they must pass, :class:`PolicyViolation` for step types the subnet denies,
    :class:`WrongState` for an archived flow, or where another flow serves the same webhook path.
    """
    require(world, actor, "flows:write", f"flows/{flow_id}")
    found = view(world, actor.subnet, flow_id, version)
    if found.record.archived:
        raise WrongState(_archived(flow_id))
    for denied in _denied(world, actor.subnet, found.flow):
        raise PolicyViolation(denied.message)
    compiled = _compile(world, found.flow)
    compiled.problems += _incomplete(world, actor.subnet, found.flow)
    if compiled.problems:
        raise InvalidInput(f"flow {flow_id!r} cannot be published", compiled.problems)
    if found.flow.settings.tests_must_pass:
        require_passing(world, actor, found.flow)
    sign_flow(world, actor, found.flow.version)
    record = world.flows.publish(
        actor.subnet,
        flow_id,
        found.flow.version,
        compiled.registrations,
        compiled.next_us,
        world.clock.now_us(),
    )
    remember_done(world, actor, "change", "flow.publish", flow_id, details={"version": found.flow.version})
    return record


def publish_refusals(world: World, actor: Principal, flow_id: str, version: str = DRAFT) -> Sequence[Problem]:
    """All for which publishing this version would be refused now, whatever its tests come to; nothing is
    changed or run. Raises :class:`UnknownObject`."""
    require(world, actor, "flows:write", f"flows/{flow_id}")
    found = view(world, actor.subnet, flow_id, version)
    compiled = _compile(world, found.flow)
    return [
        *([Problem("", _archived(flow_id), "archived")] if found.record.archived else ()),
        *_denied(world, actor.subnet, found.flow),
        *compiled.problems,
        *_incomplete(world, actor.subnet, found.flow),
        *_taken(world, actor.subnet, flow_id, compiled.registrations),
        *_untestable(world, actor, found.flow),
    ]


def _archived(flow_id: str) -> str:
    return f"flow {flow_id!r} is archived; take it out of the archive first"


def _denied(world: World, subnet: str, flow: Flow) -> Sequence[Problem]:
    """The steps whose types the subnet's policy denies."""
    denied = set(world.policy.of(subnet).step_types_denied)
    told = "step {!r}: the policy of subnet {!r} denies the step type {}"
    return [
        Problem(f"steps.{step.id}.type", told.format(step.id, subnet, step.type), "policy")
        for step in flow.steps
        if step.type in denied and not step.disabled
    ]


def _taken(
    world: World, subnet: str, flow_id: str, registrations: Sequence[Registration]
) -> Sequence[Problem]:
    """The webhook path that another flow serves."""
    try:
        world.flows.check_routes(subnet, flow_id, registrations)
    except WrongState as error:
        return [Problem("", error.message, "route_taken")]
    return ()


def _untestable(world: World, actor: Principal, flow: Flow) -> Sequence[Problem]:
    """Why tests that must pass cannot: there are none, or whoever asks may not run them."""
    if not flow.settings.tests_must_pass:
        return ()
    if not flow.tests:
        return [NO_TESTS]
    try:
        require(world, actor, "executions:write", f"flows/{flow.id}", "flow.start")
    except PermissionDenied as error:
        return [Problem("tests", f"they must pass, and you may not run them: {error.message}", "permission")]
    return ()


def _incomplete(world: World, subnet: str, flow: Flow) -> Sequence[Problem]:
    """What a draft still lacks. What was imported says itself, step by step, why it cannot run."""
    if flow.format != "qflow":
        return ()
    return parsed(definition_of(flow), world.catalogue, world.policy.of(subnet).limits, flow.id).errors


def _compile(world: World, flow: Flow) -> _Compiled:
    compiled = _Compiled()
    for step in flow.steps:
        if step.disabled:
            continue
        try:
            _add_step(world, flow, step, compiled)
        except UnknownObject as error:
            compiled.problems.append(Problem(f"steps.{step.id}.type", error.message, "unknown_step_type"))
        except InvalidInput as error:
            compiled.problems += error.problems or [Problem(f"steps.{step.id}", error.message)]
    _check_routes(compiled)
    return compiled


def _add_step(world: World, flow: Flow, step: Step, compiled: _Compiled) -> None:
    kind = world.catalogue.get(step.type)
    if not isinstance(kind, TriggerType):
        return
    registration = kind.registration(_filled_in(flow, step))
    if registration is None:
        return
    if registration.kind == "schedule":
        zone = registration.spec.get("timezone") or flow.settings.timezone or world.timezone
        registration = replace(registration, spec={**registration.spec, "timezone": zone})
        tick = kind.next_tick_us(registration.spec, world.clock.now_us())
        if tick is None:
            raise InvalidInput(
                f"step {step.id!r}: the schedule never fires",
                [Problem(f"steps.{step.id}.params", "the schedule never fires", "never_fires")],
            )
        compiled.next_us[step.id] = tick
    compiled.registrations.append(registration)


def _filled_in(flow: Flow, step: Step) -> Step:
    """A webhook without a path answers at the flow's id."""
    if step.type != WEBHOOK or step.parameters.get("path"):
        return step
    return replace(step, parameters={**step.parameters, "path": flow.id})


def _check_routes(compiled: _Compiled) -> None:
    """Two webhooks of one flow must not answer the same request."""
    owners: dict[tuple[str, str], str] = {}
    for registration in compiled.registrations:
        if registration.kind != "webhook":
            continue
        for method in registration.spec.get("methods", ()):
            owner = owners.setdefault((method, registration.key), registration.step)
            if owner != registration.step:
                message = f"{method} {registration.key} is served by step {owner!r} already"
                path = f"steps.{registration.step}.params.path"
                compiled.problems.append(Problem(path, message, "route_taken", hint="choose another path"))
