"""A validation pipeline on fakes, as open as that of a new node."""

from __future__ import annotations

from collections.abc import Callable

from engine.base.ids import ulid
from engine.ports.clock import Clock, Entropy
from engine.ports.metrics import Metrics
from engine.ports.notifier import Notifier
from engine.ports.quarantine import QuarantineStore
from engine.ports.signer import SignatureChecker
from engine.testing.clock import SeededEntropy
from engine.testing.memory_permissions import OpenPermissions
from engine.testing.memory_quarantine import MemoryQuarantine
from engine.testing.memory_validation_log import MemoryValidationLog
from engine.testing.observers import CountingMetrics, RecordingNotifier
from engine.usecases.denials import tell_denied
from engine.validation.anomalies import Anomaly
from engine.validation.trust import EverybodyStands, Grounds, Standing, Trust, build_trust


def open_trust(
    clock: Clock,
    *,
    quarantine: QuarantineStore | None = None,
    metrics: Metrics | None = None,
    notifier: Notifier | None = None,
    entropy: Entropy | None = None,
    alarmed: Callable[[Anomaly], None] = lambda anomaly: None,
    checker: SignatureChecker | None = None,
    standing: Standing | None = None,
) -> Trust:
    """Everybody may do what their token's scopes allow, until a test changes the grants."""
    told, random = notifier or RecordingNotifier(), entropy or SeededEntropy(0)
    return build_trust(
        Grounds(
            permissions=OpenPermissions(),
            quarantine=quarantine or MemoryQuarantine(),
            log=MemoryValidationLog(),
            metrics=metrics or CountingMetrics(),
            now_us=clock.now_us,
            monotonic_us=clock.monotonic_us,
            new_id=lambda prefix: ulid(prefix, clock.now_us(), random.bytes(10)),
            denied=lambda operation, finding: tell_denied(told, operation, finding),
            alarmed=alarmed,
            checker=checker,
            standing=standing or EverybodyStands(),
        )
    )
