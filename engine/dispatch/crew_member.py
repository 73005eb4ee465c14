"""A further process of a node: drives what it is handed, and tells the node's own process of it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any

from engine.base.errors import ErrorInfo
from engine.base.limits import CREW_MEASURES_MAX
from engine.dispatch import crew_messages as m
from engine.dispatch.lines import Line
from engine.execution.session import Outcome
from engine.journal.facts import Fact
from engine.ports.journal_store import Header
from engine.usecases.world import World

log = logging.getLogger("qflow.crew")

_ENDS = frozenset({"completed", "failed", "aborted"})
"""Outcomes after which nothing more comes."""


class MemberMetrics:
    """Implements :class:`engine.ports.metrics.Metrics`: measures are told to the node's own process, which
    shows them; counts are added up and durations put together until then."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._counts: dict[m.Series, float] = {}
        self._times: dict[m.Series, list[float]] = {}
        self._levels: dict[m.Series, float] = {}
        self._held = 0
        self._lock = threading.Lock()

    def count(self, name: str, value: float = 1, **labels: str) -> None:
        """Hold it until the next execution is left."""
        series = (name, *labels.items())
        with self._lock:
            self._counts[series] = self._counts.get(series, 0.0) + value

    def observe(self, name: str, *seconds: float, **labels: str) -> None:
        """Hold it until the next execution is left, or until there are too many."""
        with self._lock:
            self._times.setdefault((name, *labels.items()), []).extend(seconds)
            self._held += len(seconds)
            full = self._held >= CREW_MEASURES_MAX
        if full:
            tell(self._line, m.MEASURED, self.taken())

    def gauge(self, name: str, value: float, **labels: str) -> None:
        """Hold it until the next execution is left."""
        with self._lock:
            self._levels[(name, *labels.items())] = value

    def text(self) -> bytes:
        """Nothing: the node's own process shows the measures."""
        return b""

    def taken(self) -> list[list[Any]]:
        """What is held, which from then on somebody else tells."""
        with self._lock:
            held = m.measures_to_plain(self._counts, self._times, self._levels)
            self._counts, self._times, self._levels, self._held = {}, {}, {}, 0
        return held


class MemberNotifier:
    """Implements :class:`engine.ports.notifier.Notifier`: says what was stored; the node's own process
    reads it where somebody watches."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def committed(self, header: Header, first_sequence: int, facts: Sequence[Fact]) -> None:
        """See :class:`Notifier`. After an end its outcome is told at once, or that it is left."""
        send = self._line.hold if header.status.ended else partial(tell, self._line)
        send(m.STORED, header.id, header.subnet, first_sequence, len(facts))

    def event(self, subnet: str, type: str, data: Mapping[str, Any]) -> None:
        """See :class:`Notifier`."""
        tell(self._line, m.EVENT, subnet, type, dict(data))


class MemberWaker:
    """Implements :class:`engine.ports.waker.Waker`: the node's own process rings."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def ring(self, execution: str, priority: int = 5) -> None:
        """See :class:`Waker`."""
        tell(self._line, m.RING, execution, priority)


def tell(line: Line, *message: Any) -> None:
    """Send where somebody listens: without the node's own process this one ends soon."""
    try:
        line.send(*message)
    except OSError:
        log.warning("the node's own process is gone", extra={"message_kind": message[0]})


class Member:
    """Serves one line until it is closed."""

    def __init__(self, line: Line, world: World) -> None:
        self._line, self._world = line, world

    def serve(self) -> None:
        """Hear and obey; returns when the node's own process hangs up."""
        while (message := self._line.receive()) is not None:
            kind, *content = message
            if kind == m.START:
                self._start(*content)
            elif kind == m.ATTEND:
                self._world.worker.attend_later(content[0])

    def poke(self, execution: str, wake_us: int | None) -> None:
        """Tell that nobody here drives an execution any more, and of its next timer."""
        metrics = self._world.metrics
        measures = metrics.taken() if isinstance(metrics, MemberMetrics) else []
        tell(self._line, m.LEFT, execution, wake_us, measures)

    def _start(self, plain: Mapping[str, Any], facts: Sequence[Mapping[str, Any]], until: Any) -> None:
        header, world = m.header_from_plain(plain), self._world
        future = world.worker.watches.add(header.id, until)
        future.add_done_callback(lambda done: self._told(header.id, done))
        try:
            plan = world.plans.get(header.subnet, header.version)
            world.worker.start(header, plan, m.facts_from_plain(facts), durable=False, here=False)
        except Exception as error:
            log.exception("an execution could not be started", extra={"execution": header.id})
            world.worker.watches.discard(header.id, future)
            tell(self._line, m.REFUSED, header.id, ErrorInfo.of(error).as_json())

    def _told(self, execution: str, done: Future[Outcome]) -> None:
        """An execution that ended is left at once; whoever waits looks by itself if that fails."""
        outcome = done.result()
        send = self._line.hold if outcome.kind in _ENDS else partial(tell, self._line)
        send(m.OUTCOME, execution, m.outcome_to_plain(outcome))
