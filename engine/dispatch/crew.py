"""The further processes of a node, as its own process sees them.

One Python process runs Python on one core. The node's own process answers the web and admits calls; what
is admitted, and waited for, is driven by whichever member has least to do. All of them write to the same
database, each under leases of its own, so a member that dies takes nothing with it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.base.errors import ErrorInfo, ErrorType, QflowError, UnknownObject
from engine.dispatch import crew_messages as m
from engine.dispatch.lines import Line
from engine.execution.session import Outcome
from engine.journal.facts import Fact
from engine.ports.journal_store import Header
from engine.usecases.world import World

log = logging.getLogger("qflow.crew")

MEASURES = ("count", "observe", "gauge")


@dataclass(eq=False)
class Mate:
    """A member: its line, its process, and the executions it has."""

    line: Line
    process: int
    ended: Callable[[], None] = lambda: None  # waits for the process to end
    has: dict[str, Header] = field(default_factory=dict)
    alive: bool = True


class EngineCrew:
    """Implements :class:`engine.ports.crew.Crew`. Thread-safe."""

    def __init__(self, mates: Sequence[Mate]) -> None:
        self._mates = list(mates)
        self._lock = threading.Lock()
        self._world: World | None = None
        self._poke: Callable[[str, int | None], None] = lambda execution, wake_us: None

    def begin(self, world: World, poke: Callable[[str, int | None], None]) -> None:
        """Hear the members from now on; ``poke`` tells the keeper of executions that were let go."""
        self._world, self._poke = world, poke
        for mate in self._mates:
            name = f"qflow-crew-{mate.process}"
            threading.Thread(target=self._hear, args=(mate,), name=name, daemon=True).start()

    def stop(self) -> None:
        """Hang up: members let steps land, give their leases back and end."""
        self._world = None
        for mate in self._mates:
            mate.line.close()
        for mate in self._mates:
            mate.ended()

    def drive(self, header: Header, facts: Sequence[Fact], until: str) -> bool:
        """See :class:`Crew`."""
        with self._lock:
            living = [mate for mate in self._mates if mate.alive]
            if not living or self._world is None:
                return False
            mate = min(living, key=lambda each: len(each.has))
            mate.has[header.id] = header
        try:
            mate.line.send(m.START, m.header_to_plain(header), m.facts_to_plain(facts), until)
        except OSError:
            with self._lock:
                mate.has.pop(header.id, None)
            return False
        return True

    def attend(self, execution: str) -> bool:
        """See :class:`Crew`."""
        mate = next((mate for mate in self._mates if execution in mate.has), None)
        if mate is None:
            return False
        try:
            mate.line.send(m.ATTEND, execution)
        except OSError:
            return False
        return True

    # --- what members tell ------------------------------------------------------------------------

    def _hear(self, mate: Mate) -> None:
        while (message := mate.line.receive()) is not None:
            world = self._world
            if world is None:
                break
            try:
                self._told(world, mate, message[0], message[1:])
            except Exception:
                log.exception("a member's message was lost", extra={"message_kind": message[0]})
        self._mourn(mate)

    def _told(self, world: World, mate: Mate, kind: str, content: list[Any]) -> None:
        if kind == m.OUTCOME:
            world.worker.watches.resolve(content[0], m.outcome_from_plain(content[1]))
        elif kind == m.REFUSED:
            mate.has.pop(content[0], None)
            world.worker.watches.resolve(content[0], _failed(ErrorInfo.from_json(content[1])))
        elif kind == m.LEFT:
            mate.has.pop(content[0], None)
            self._poke(content[0], content[1])
            _measure(world, content[2])
        elif kind == m.RING:
            world.waker.ring(content[0], content[1])
        elif kind == m.STORED:
            self._stored(world, *content)
        elif kind == m.EVENT:
            world.notifier.event(*content)
        elif kind == m.MEASURED:
            _measure(world, content[0])

    def _stored(self, world: World, execution: str, subnet: str, first: int, count: int) -> None:
        """Tell watchers, if there are any, what a member stored."""
        watched = getattr(world.notifier, "watched", None)
        if watched is not None and not watched(subnet, execution):
            return
        entries = world.journal.entries(execution, first - 1, count)
        world.notifier.committed(world.journal.header(execution), first, [entry.fact for entry in entries])

    def _mourn(self, mate: Mate) -> None:
        """Nobody is at the other end any more: what it had stored goes on here."""
        with self._lock:
            mate.alive, left, mate.has = False, list(mate.has), {}
        world = self._world
        if world is None:  # the node is stopping
            return
        log.error("a process of this node ended; %d executions go on in the others", len(left))
        mate.line.close()
        mate.ended()
        world.journal.release_all(f"{world.node}:{mate.process}:")
        for execution in left:
            self._take_over(world, execution)

    def _take_over(self, world: World, execution: str) -> None:
        try:
            world.journal.header(execution)
        except UnknownObject:  # nothing of it was stored, and nothing was promised
            message = "the process that drove the execution ended before anything was stored; call again"
            lost = ErrorInfo(ErrorType.NODE_FAILURE.value, "process_lost", message, True)
            world.worker.watches.resolve(execution, _failed(lost))
        except QflowError:
            return  # the sweep finds it
        else:
            world.worker.attend_later(execution)


def _failed(error: ErrorInfo) -> Outcome:
    return Outcome("failed", None, [], error)


def _measure(world: World, measures: Sequence[tuple[str, str, Mapping[str, str], Sequence[float]]]) -> None:
    for kind, name, labels, values in measures:
        if kind in MEASURES:
            getattr(world.metrics, kind)(name, *values, **labels)
