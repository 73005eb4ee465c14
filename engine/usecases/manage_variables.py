"""The variables of a subnet: listing, setting and deleting them, and what an execution begins with."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from engine.base.errors import InvalidInput, Problem, UnknownObject
from engine.base.limits import VARIABLE_CHARACTERS_MAX, VARIABLE_NAME_CHARACTERS_MAX
from engine.flow.plan import Plan
from engine.ports.access_store import Principal
from engine.ports.variables import Variable
from engine.usecases.permission import require
from engine.usecases.remember import remember_done
from engine.usecases.world import World

RESOURCE = "variables"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def list_variables(world: World, actor: Principal) -> Sequence[Variable]:
    """All of the actor's subnet, by name."""
    require(world, actor, "flows:read", RESOURCE)
    return world.variables.all(actor.subnet)


def set_variable(world: World, actor: Principal, name: str, value: str) -> Variable:
    """Store a variable, new or changed; raises :class:`InvalidInput`. Executions that have begun keep what
    they began with."""
    require(world, actor, "admin", RESOURCE)
    _check(name, value)
    made = Variable(actor.subnet, name, value, world.clock.now_us(), actor.id)
    world.variables.put(made)
    remember_done(world, actor, "change", "variable.set", name)
    return made


def delete_variable(world: World, actor: Principal, name: str) -> None:
    """Forget a variable; raises :class:`UnknownObject`. Expressions find it undefined from then on."""
    require(world, actor, "admin", RESOURCE)
    if not world.variables.delete(actor.subnet, name):
        raise UnknownObject(f"there is no variable {name!r}")
    remember_done(world, actor, "change", "variable.delete", name)


def add_variables(world: World, actor: Principal, found: Mapping[str, Any]) -> dict[str, str]:
    """Store those that are not there yet, as an import brings them. Gives by name what came of each:
    ``added``, ``kept`` (there is one already), or why it cannot be one here."""
    require(world, actor, "admin", RESOURCE)
    known = {variable.name for variable in world.variables.all(actor.subnet)}
    told = {}
    for name, value in found.items():
        try:
            if name not in known:
                set_variable(world, actor, name, value if isinstance(value, str) else str(value))
            told[name] = "kept" if name in known else "added"
        except InvalidInput as error:
            told[name] = "; ".join(problem.message for problem in error.problems)
    return told


def starting_variables(world: World, subnet: str, plan: Plan, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an execution reads as ``$vars``: the subnet's variables as they are now, under what its start
    gives. Flows that do not speak of variables get none, so that starting them asks no store."""
    if not plan.speaks_of_variables:
        return given
    return {**{variable.name: variable.value for variable in world.variables.all(subnet)}, **given}


def _check(name: str, value: str) -> None:
    problems = []
    if not _NAME.fullmatch(name) or len(name) > VARIABLE_NAME_CHARACTERS_MAX:
        most = VARIABLE_NAME_CHARACTERS_MAX
        told = f"1 to {most} letters, digits and underscores, and no digit first"
        problems.append(Problem("name", told))
    if len(value) > VARIABLE_CHARACTERS_MAX:
        problems.append(Problem("value", f"at most {VARIABLE_CHARACTERS_MAX} characters"))
    if problems:
        raise InvalidInput(f"the variable {name[:100]!r} is not right", problems)
