"""Holds: what must be kept as evidence, whatever retention and erasure say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.base.errors import InvalidInput, Problem, UnknownObject, WrongState
from engine.base.limits import GRANT_TEXT_CHARACTERS_MAX, HOLDS_MAX
from engine.ports.access_store import Principal
from engine.ports.audit_trail import Kept
from engine.ports.holds import Held, Hold
from engine.ports.journal_store import Header
from engine.usecases.permission import require
from engine.usecases.remember import remember_done
from engine.usecases.subject_data import mentions, names_of, names_of_actor
from engine.usecases.world import World


@dataclass(frozen=True, slots=True)
class NewHold:
    """A hold to place: on an execution or an identity (``subject``), or on all that began within a time."""

    kind: str
    reason: str
    subject: str = ""
    since_us: int = 0
    until_us: int = 0  # excluded


def list_holds(world: World, actor: Principal) -> Sequence[Hold]:
    """All holds of the actor's subnet, released ones too, oldest first."""
    require(world, actor, "system:read", "holds")
    return world.holds.holds(actor.subnet)


def place_hold(world: World, actor: Principal, given: NewHold) -> Hold:
    """Keep something until it is released; raises :class:`InvalidInput` with all problems."""
    require(world, actor, "admin", "holds", "hold.place")
    if problems := [*_problems(given), *_missing(world, actor, given)]:
        raise InvalidInput("the hold is not valid", problems)
    if len(world.holds.in_force(actor.subnet)) >= HOLDS_MAX:
        raise WrongState(f"a subnet has at most {HOLDS_MAX} holds in force; release one first")
    hold = Hold(
        id=world.new_id("hld"),
        subnet=actor.subnet,
        kind=Held(given.kind),
        subject=given.subject,
        reason=given.reason,
        by=actor.id,
        placed_us=world.clock.now_us(),
        since_us=given.since_us,
        until_us=given.until_us,
    )
    world.holds.place(hold)
    _remember(world, actor, "hold.place", hold, hold.reason)
    return hold


def release_hold(world: World, actor: Principal, hold: str, reason: str = "") -> Hold:
    """Let retention and erasure go on; raises :class:`UnknownObject`, :class:`WrongState`."""
    require(world, actor, "admin", "holds", "hold.release")
    if problems := _wrong_text("reason", reason, least=0):
        raise InvalidInput("the release is not valid", problems)
    released = world.holds.release(actor.subnet, hold, actor.id, reason, world.clock.now_us())
    _remember(world, actor, "hold.release", released, reason)
    return released


def holding(world: World, header: Header) -> Hold | None:
    """The hold that keeps an execution, if any: on it, on who started it or whom it names, on its time."""
    holds = world.holds.in_force(header.subnet)
    names = names_of_actor(world, header.actor) if holds else frozenset()
    for hold in holds:
        if hold.keeps(header.id, names, header.created_us):
            return hold
        if hold.kind is Held.IDENTITY and mentions(world, header, hold.subject):
            return hold
    return None


def refuse_held(world: World, header: Header, verb: str) -> None:
    """Raise :class:`WrongState` where a hold keeps an execution."""
    hold = holding(world, header)
    if hold is not None:
        raise WrongState(
            f"execution {header.id} is kept by the hold {hold.id} ({hold.reason}); release that before you "
            f"{verb} it: qflow audit hold release {hold.id}",
            execution=header.id,
            hold=hold.id,
        )


def hold_on(world: World, subnet: str, names: Iterable[str]) -> Hold | None:
    """The hold that names a person, if any."""
    known = set(names)
    holds = world.holds.in_force(subnet)
    return next((hold for hold in holds if hold.kind is Held.IDENTITY and hold.subject in known), None)


def kept_events(world: World, subnet: str) -> Kept:
    """The events of the audit trail that the holds of a subnet keep."""
    executions, actors, times = list[str](), set[str](), list[tuple[int, int]]()
    for hold in world.holds.in_force(subnet):
        if hold.kind is Held.EXECUTION:
            executions.append(hold.subject)
        elif hold.kind is Held.RANGE:
            times.append((hold.since_us, hold.until_us))
        else:
            actors |= names_of(world, subnet, hold.subject)
    return Kept(executions, sorted(actors), times)


def _missing(world: World, actor: Principal, given: NewHold) -> list[Problem]:
    """An execution must be there; a person need not be known."""
    if given.kind != Held.EXECUTION or not given.subject:
        return []
    try:
        known = world.journal.header(given.subject).subnet == actor.subnet
    except UnknownObject:
        known = False
    return [] if known else [Problem("subject", f"there is no execution {given.subject!r}")]


def _problems(given: NewHold) -> list[Problem]:
    problems = _wrong_text("reason", given.reason, least=1)
    if given.kind not in tuple(Held):
        return [*problems, Problem("kind", f"one of {', '.join(Held)}")]
    if given.kind == Held.RANGE:
        if not 0 <= given.since_us < given.until_us or given.subject:
            problems.append(Problem("since", "a range has a begin, a later end, and no subject"))
    elif given.since_us or given.until_us:
        problems.append(Problem("since", "only a range has a begin and an end"))
    else:
        problems += _wrong_text("subject", given.subject, least=1)
    return problems


def _wrong_text(name: str, text: str, least: int) -> list[Problem]:
    limit = GRANT_TEXT_CHARACTERS_MAX
    if least <= len(text) <= limit and (text.isprintable() or not text):
        return []
    return [Problem(name, f"{least} to {limit} characters, no control characters")]


def _remember(world: World, actor: Principal, action: str, hold: Hold, reason: str) -> None:
    """Without the person's id where a person is held: it may be a data subject's."""
    on = hold.subject if hold.kind is Held.EXECUTION else ""
    details = {"kind": str(hold.kind), "reason": reason}
    if hold.kind is Held.RANGE:
        details |= {"since_us": str(hold.since_us), "until_us": str(hold.until_us)}
    remember_done(world, actor, "change", action, hold.id, execution=on, details=details)
