"""Everything that validation is made of in a node, put together once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from engine.ports.metrics import Metrics
from engine.ports.permissions import PermissionStore
from engine.ports.quarantine import QuarantineStore
from engine.ports.signer import SignatureChecker
from engine.ports.validation_log import ValidationLog
from engine.validation.anomalies import Anomaly, Watch
from engine.validation.book import Book
from engine.validation.containment import Containment
from engine.validation.operation import Finding, Operation, Stage
from engine.validation.pipeline import Pipeline
from engine.validation.qerberos import Qerberos
from engine.validation.qindex import Qindex
from engine.validation.qlock import Qlock
from engine.validation.qonsent import Qonsent, TrustedClock
from engine.validation.revised import Revised
from engine.validation.risk import Assessment, Circumstances, Thresholds, assess
from engine.validation.step_gate import StepGate
from engine.validation.trail import Trail


class Standing(Protocol):
    """Knows whose identity was revoked."""

    def revision(self) -> int:
        """Grows whenever that may have changed; cheap to ask."""

    def revoked(self, subnet: str) -> frozenset[str]:
        """The actors of a subnet that act for an identity which is no more."""


class EverybodyStands:
    """For whoever uses validation without identities."""

    def revision(self) -> int:
        """Nothing changes."""
        return 0

    def revoked(self, subnet: str) -> frozenset[str]:
        """Nobody."""
        return frozenset()


@dataclass(frozen=True, slots=True)
class Grounds:
    """What validation stands on."""

    permissions: PermissionStore
    quarantine: QuarantineStore
    log: ValidationLog
    metrics: Metrics
    now_us: Callable[[], int]
    monotonic_us: Callable[[], int]
    new_id: Callable[[str], str]
    checker: SignatureChecker | None = None
    standing: Standing = field(default_factory=EverybodyStands)
    denied: Callable[[Operation, Finding], None] = lambda operation, finding: None
    alarmed: Callable[[Anomaly], None] = lambda anomaly: None


@dataclass(frozen=True, slots=True)
class Trust:
    """Pipeline, gate and what they look things up in."""

    pipeline: Pipeline
    gate: StepGate
    containment: Containment
    permissions: PermissionStore
    books: Revised[Book]
    log: ValidationLog
    trail: Trail
    now_us: TrustedClock
    tally: Tally
    watch: Watch
    alarmed: Callable[[Anomaly], None]

    def flush(self) -> None:
        """Write counts of passed validations and of cache look-ups down."""
        self.trail.flush()
        self.tally.flush()


class Counted(Protocol):
    """A cache that counts how often it knew the answer."""

    hits: int
    misses: int


class Tally:
    """Hands the look-ups of caches on to the metrics, now and then instead of one by one."""

    def __init__(self, metrics: Metrics, caches: Mapping[str, Counted]) -> None:
        self._metrics, self._caches = metrics, caches
        self._told: dict[str, tuple[int, int]] = {}

    def flush(self) -> None:
        """What was looked up since the last time."""
        for name, cache in self._caches.items():
            hits, misses = cache.hits, cache.misses
            told_hits, told_misses = self._told.get(name, (0, 0))
            self._told[name] = (hits, misses)
            if hits > told_hits:
                self._metrics.count("cache_lookups", hits - told_hits, cache=name, result="hit")
            if misses > told_misses:
                self._metrics.count("cache_lookups", misses - told_misses, cache=name, result="miss")


def build_trust(grounds: Grounds) -> Trust:
    """Trust on these grounds."""
    clock = TrustedClock(grounds.now_us, grounds.monotonic_us)
    books = _books(grounds)
    containment = Containment(grounds.quarantine, clock, grounds.monotonic_us)
    watch = Watch(grounds.monotonic_us)

    def denied(operation: Operation, finding: Finding) -> None:
        grounds.denied(operation, finding)
        if finding.stage in (Stage.QLOCK, Stage.QONSENT) and not finding.waits:
            anomaly = watch.check_failed(operation.subnet, operation.actor)
            if anomaly is not None:
                grounds.alarmed(anomaly)

    trail = Trail(grounds.log, grounds.metrics, grounds.now_us, lambda: grounds.new_id("val"), denied)
    qlock = Qlock(grounds.checker)
    qonsent = Qonsent(lambda subnet, fresh: books.get(subnet, fresh=fresh), clock)
    pipeline = Pipeline(qlock, qonsent, Qindex(), Qerberos(containment, assess_outside, watch.wait_ms), trail)
    gate = StepGate(pipeline, books, containment, trail, clock, grounds.monotonic_us)
    caches: dict[str, Counted] = {
        "permissions": books,
        "quarantine": containment.seen,
        "signatures": qlock,
        "steps": gate,
    }
    tally = Tally(grounds.metrics, caches)
    return Trust(
        pipeline=pipeline,
        gate=gate,
        containment=containment,
        permissions=grounds.permissions,
        books=books,
        log=grounds.log,
        trail=trail,
        now_us=clock,
        tally=tally,
        watch=watch,
        alarmed=grounds.alarmed,
    )


def _books(grounds: Grounds) -> Revised[Book]:
    """The books of all subnets; both revisions only grow, so their sum tells of a change of either."""
    permissions, standing = grounds.permissions, grounds.standing

    def revision(subnet: str) -> int:
        return permissions.revision(subnet) + standing.revision()

    def load(subnet: str) -> Book:
        grants, roles = permissions.grants(subnet), permissions.roles(subnet)
        return Book(grants, roles, permissions.consents(subnet), standing.revoked(subnet))

    return Revised(revision, load, grounds.monotonic_us)


def assess_outside(operation: Operation) -> Assessment:
    """The risk of something from outside, by the circumstances in its metadata."""
    return assess(Circumstances.of(operation.metadata), Thresholds())
