"""What is unusual: steps that take or give far more than they did, and actors whose checks keep failing.

What is usual is learned online, in constant memory per step and actor. Durations and sizes are compared as
logarithms, since both spread over orders of magnitude. A rule says when something is unusual enough; its
reason says against what.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from engine.base.limits import WATCHED_MAX
from engine.validation.operation import Finding, Stage
from engine.validation.risk import Circumstances
from engine.validation.statistics import Fading, Rate

MINUTE_US = 60_000_000
SHARED_ACTORS = frozenset({"local", "qonsent", "system", "webhook"})
"""Many act under these names: slowing one down or shutting it out would stop the others, too."""

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """From where on something is unusual."""

    runs_min: int = 50  # of a step, before its durations and sizes are judged
    deviations: float = 6.0  # from the mean of the logarithms
    deviation_min: float = 0.35  # a step that never varied is not unusual at the first flicker
    took_us_min: int = 1_000_000  # shorter durations are never unusual
    items_min: int = 100  # fewer items are never unusual
    failures_throttle: float = 60.0  # failed checks of an actor, each halved once a minute
    failures_quarantine: float = 600.0
    quarantine_us: int = 15 * MINUTE_US


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something unusual. ``identity`` is to be quarantined where it is named."""

    subnet: str
    finding: Finding
    flow: str = ""
    execution: str = ""
    actor: str = ""
    identity: str = ""


class Bounded(Generic[V]):
    """The values of the keys used last; an old key begins anew."""

    def __init__(self, make: Callable[[], V], most: int = WATCHED_MAX) -> None:
        self._make, self._most = make, most
        self._values: OrderedDict[tuple[str, ...], V] = OrderedDict()

    def of(self, *key: str) -> V:
        """The value of a key."""
        value = self._values.get(key)
        if value is None:
            value = self._values[key] = self._make()
            if len(self._values) > self._most:
                self._values.popitem(last=False)
        else:
            self._values.move_to_end(key)
        return value

    def known(self, *key: str) -> V | None:
        """The value of a key that was used before."""
        return self._values.get(key)


@dataclass(slots=True)
class _Usual:
    took: Fading = field(default_factory=Fading)
    items: Fading = field(default_factory=Fading)


@dataclass(slots=True)
class _Source:
    present: Rate = field(default_factory=Rate)
    usual: Rate = field(default_factory=lambda: Rate(half_life_us=10 * MINUTE_US))
    size: Fading = field(default_factory=Fading)
    first_us: int = 0
    events: int = 0


class Watch:
    """Learns what is usual; safe for threads. Times are those of a clock that never goes back."""

    def __init__(self, monotonic_us: Callable[[], int], rules: Sensitivity | None = None) -> None:
        self.rules = rules or Sensitivity()
        self._monotonic_us = monotonic_us
        self._steps = Bounded(_Usual)
        self._failures = Bounded(lambda: Rate(half_life_us=MINUTE_US))
        self._sources = Bounded(_Source)
        self._lock = threading.Lock()

    # --- steps --------------------------------------------------------------------------------------

    def step_ended(self, subnet: str, flow: str, step: str, took_us: int, items: int) -> Finding | None:
        """Learn from a run of a step, and say what was unusual about it."""
        with self._lock:
            usual = self._steps.of(subnet, flow, step)
            large = took_us >= self.rules.took_us_min or items >= self.rules.items_min
            found = self._unusual(flow, step, usual, took_us, items) if large else None
            usual.took.add(math.log1p(max(0, took_us)))
            usual.items.add(math.log1p(items))
        return found

    def _unusual(self, flow: str, step: str, usual: _Usual, took_us: int, items: int) -> Finding | None:
        rules = self.rules
        what = f"step {step!r} of flow {flow!r}"
        if took_us >= rules.took_us_min and self._far(usual.took, took_us):
            typical = math.expm1(usual.took.mean) / 1000
            return _strange("duration", what, f"it took {took_us / 1000:.0f} ms, usually {typical:.1f} ms")
        if items >= rules.items_min and self._far(usual.items, items):
            typical = math.expm1(usual.items.mean)
            return _strange("size", what, f"it gave {items} items, usually {typical:.0f}")
        return None

    def _far(self, usual: Fading, value: float) -> bool:
        if usual.count < self.rules.runs_min:
            return False
        spread = max(usual.deviation, self.rules.deviation_min)
        return math.log1p(value) > usual.mean + self.rules.deviations * spread

    # --- actors whose checks fail -------------------------------------------------------------------

    def check_failed(self, subnet: str, actor: str) -> Anomaly | None:
        """Count a failed check; at some point the actor is to be shut out for a while."""
        if actor in SHARED_ACTORS:
            return None
        limit, now_us = self.rules.failures_quarantine, self._monotonic_us()
        with self._lock:
            failures = self._failures.of(subnet, actor)
            before = failures.level
            failures.add(now_us)
            crossed = before < limit <= failures.level
        if not crossed:
            return None
        found = _strange("failed_checks", f"actor {actor!r}", f"{limit:.0f} of its checks failed lately")
        return Anomaly(subnet, found, actor=actor, identity=actor)

    def wait_ms(self, subnet: str, actor: str) -> int:
        """For how long an actor must wait, since too many of its checks failed; 0 for not at all."""
        with self._lock:
            failures = self._failures.known(subnet, actor)
            level = failures.faded(self._monotonic_us()) if failures is not None else 0.0
        if level < self.rules.failures_throttle:
            return 0
        halvings = math.log2(level / self.rules.failures_throttle)
        return int(halvings * MINUTE_US / 1000) + 1

    # --- what comes from outside --------------------------------------------------------------------

    def arrived(self, subnet: str, door: str, source: str, given: Circumstances, size: int) -> Circumstances:
        """Complete the circumstances of an event with what is known of its source."""
        now_us = self._monotonic_us()
        with self._lock:
            new = self._sources.known(subnet, door, source) is None
            seen = self._sources.of(subnet, door, source)
            seen.first_us = seen.first_us or now_us
            present, usual = seen.present.add(now_us), seen.usual.add(now_us)
            known_long = now_us - seen.first_us > 5 * MINUTE_US and seen.events >= 100
            typical = math.expm1(seen.size.mean)
            known_size = seen.size.count >= 20 and typical > 0
            seen.size.add(math.log1p(size))
            seen.events += 1
            failures = self._failures.known(subnet, source)
            failed = failures.faded(now_us) if failures is not None else 0.0
        return Circumstances(
            signed=given.signed,
            authenticated=given.authenticated,
            new_source=new,
            rate_ratio=present / usual if known_long and usual > 0 else 1.0,
            size_ratio=size / typical if known_size else 1.0,
            failed_checks=int(failed),
            age_s=given.age_s,
            depth=given.depth,
        )


def _strange(kind: str, what: str, why: str) -> Finding:
    return Finding(
        Stage.QERBEROS, f"anomaly_{kind}", what, why, "look at its log; quarantine it if it is not yours"
    )
