"""Circuit breakers: a target that keeps failing is left alone for a while, then tried with one probe.

::

    closed --(failures_max within the window, no success between)--> open
    open ----(cool-down over; one probe may pass)------------------> half-open
    half-open --(probe succeeds)--> closed
    half-open --(probe fails)-----> open, with a longer cool-down
    half-open --(probe never reports within probe_us)--> another probe may pass

The pattern is from https://martinfowler.com/bliki/CircuitBreaker.html. Times are microseconds of a
clock that never goes back.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from engine.base.errors import CircuitOpen
from engine.base.limits import BREAKER_TARGETS_MAX


class Phase(StrEnum):
    """The states of a circuit."""

    CLOSED = "closed"  # requests pass
    OPEN = "open"  # requests are refused
    HALF_OPEN = "half-open"  # one probe is out


@dataclass(frozen=True, slots=True)
class BreakerRules:
    """When a circuit opens and for how long."""

    failures_max: int = 5  # this many failures without a success between
    window_us: int = 60_000_000  # within this time
    cooldown_us: int = 10_000_000  # the first cool-down
    factor: float = 2.0  # each further one is this times longer
    cooldown_max_us: int = 300_000_000
    probe_us: int = 60_000_000  # a probe that is silent for so long is given up


@dataclass(frozen=True, slots=True)
class Circuit:
    """The state of one circuit. ``trips`` counts openings since it was last closed."""

    phase: Phase = Phase.CLOSED
    failures: tuple[int, ...] = ()  # when the last ones happened, oldest first
    until_us: int = 0  # open: end of the cool-down; half-open: when the probe is given up
    trips: int = 0


CLOSED = Circuit()


def admit(circuit: Circuit, rules: BreakerRules, now_us: int) -> tuple[Circuit, int]:
    """Ask to pass: the next state, and 0 or for how long (microseconds) the request is refused."""
    if circuit.phase is Phase.CLOSED:
        return circuit, 0
    if now_us < circuit.until_us:
        return circuit, circuit.until_us - now_us
    return replace(circuit, phase=Phase.HALF_OPEN, until_us=now_us + rules.probe_us), 0


def succeeded(circuit: Circuit) -> Circuit:
    """A request came back well. One sent before the circuit opened does not close it."""
    return circuit if circuit.phase is Phase.OPEN else CLOSED


def failed(circuit: Circuit, rules: BreakerRules, now_us: int) -> Circuit:
    """A request failed. One sent before the circuit opened does not lengthen the cool-down."""
    if circuit.phase is Phase.OPEN:
        return circuit
    recent = tuple(at for at in circuit.failures if now_us - at < rules.window_us)
    failures = (*recent, now_us)[-rules.failures_max :]
    if circuit.phase is Phase.CLOSED and len(failures) < rules.failures_max:
        return replace(circuit, failures=failures)
    until_us = now_us + cooldown_us(rules, circuit.trips)
    return Circuit(Phase.OPEN, failures, until_us, circuit.trips + 1)


def cooldown_us(rules: BreakerRules, trips: int) -> int:
    """How long the circuit stays open after having opened ``trips`` times before."""
    exponent = min(trips, 64)  # keeps the power finite; the cap is reached long before
    return int(min(rules.cooldown_us * rules.factor**exponent, rules.cooldown_max_us))


class BreakerRegistry:
    """The circuits of a node, by subnet and target; safe for threads.

    Only targets that failed lately are remembered, at most ``targets_max``; past that the one
    that was used least recently is forgotten, closed circuits before others.
    """

    def __init__(
        self,
        monotonic_us: Callable[[], int],
        rules: BreakerRules = BreakerRules(),
        targets_max: int = BREAKER_TARGETS_MAX,
    ) -> None:
        self._now, self._rules, self._targets_max = monotonic_us, rules, targets_max
        self._circuits: OrderedDict[tuple[str, str], Circuit] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, subnet: str) -> SubnetBreakers:
        """The breakers as steps of one subnet see them."""
        return SubnetBreakers(self, subnet)

    def phase(self, subnet: str, target: str) -> Phase:
        """The phase a target is in, for dashboards."""
        with self._lock:
            return self._circuits.get((subnet, target), CLOSED).phase

    def check(self, subnet: str, target: str) -> None:
        """Raise :class:`CircuitOpen` while the circuit is open or its probe is out."""
        with self._lock:
            circuit = self._circuits.get((subnet, target), CLOSED)
            following, refused_us = admit(circuit, self._rules, self._now())
            self._store((subnet, target), following)
        if refused_us:
            raise _open(target, circuit, refused_us)

    def report(self, subnet: str, target: str, ok: bool) -> None:
        """Tell how a request to the target went."""
        key = (subnet, target)
        with self._lock:
            circuit = self._circuits.get(key, CLOSED)
            self._store(key, succeeded(circuit) if ok else failed(circuit, self._rules, self._now()))

    def __len__(self) -> int:
        with self._lock:
            return len(self._circuits)

    def _store(self, key: tuple[str, str], circuit: Circuit) -> None:
        if circuit == CLOSED:
            self._circuits.pop(key, None)
            return
        self._circuits[key] = circuit
        self._circuits.move_to_end(key)
        while len(self._circuits) > self._targets_max:
            self._forget_one()

    def _forget_one(self) -> None:
        closed = (key for key, circuit in self._circuits.items() if circuit.phase is Phase.CLOSED)
        del self._circuits[next(closed, next(iter(self._circuits)))]


class SubnetBreakers:
    """Implements :class:`engine.ports.step_catalogue.Breakers` for one subnet."""

    __slots__ = ("_registry", "_subnet")

    def __init__(self, registry: BreakerRegistry, subnet: str) -> None:
        self._registry, self._subnet = registry, subnet

    def check(self, target: str) -> None:
        """Raise :class:`CircuitOpen` while the target is left alone."""
        self._registry.check(self._subnet, target)

    def report(self, target: str, ok: bool) -> None:
        """Tell how a request to the target went."""
        self._registry.report(self._subnet, target, ok)


def _open(target: str, circuit: Circuit, refused_us: int) -> CircuitOpen:
    retry_after_ms = -(-refused_us // 1000)
    waits = "a probe is under way" if circuit.phase is Phase.HALF_OPEN else "it is left alone"
    return CircuitOpen(
        f"{target} failed {len(circuit.failures)} times in a row; {waits} "
        f"for up to {retry_after_ms / 1000:g} s more, then it is tried again",
        target=target,
        retry_after_ms=retry_after_ms,
    )
