"""A pipeline on fakes, with a clock that a test moves."""

from __future__ import annotations

from typing import Any

from engine.ports.permissions import Grant
from engine.testing.memory_permissions import MemoryPermissions
from engine.testing.memory_quarantine import MemoryQuarantine
from engine.testing.memory_validation_log import MemoryValidationLog
from engine.testing.observers import CountingMetrics
from engine.validation.operation import Entry, Finding, Kind, Operation, Validation
from engine.validation.trust import Grounds, Trust, build_trust

FIRST_US = 1_000_000_000


class Rig:
    """Stores that several processes may share, and the trust of one of them."""

    def __init__(self, *grants: Grant) -> None:
        self.wall_us = self.monotonic_us = FIRST_US
        self.permissions, self.quarantine = MemoryPermissions(*grants), MemoryQuarantine()
        self.log, self.metrics = MemoryValidationLog(), CountingMetrics()
        self.denied: list[tuple[Operation, Finding]] = []
        self._ids = 0
        self.trust = self.process()

    def process(self) -> Trust:
        """The trust of another process on the same stores."""
        return build_trust(
            Grounds(
                permissions=self.permissions,
                quarantine=self.quarantine,
                log=self.log,
                metrics=self.metrics,
                now_us=lambda: self.wall_us,
                monotonic_us=lambda: self.monotonic_us,
                new_id=self._new_id,
                denied=lambda operation, finding: self.denied.append((operation, finding)),
            )
        )

    def _new_id(self, prefix: str) -> str:
        self._ids += 1
        return f"{prefix}_{self._ids:06d}"

    def pass_time(self, us: int) -> None:
        """Both clocks go on."""
        self.wall_us += us
        self.monotonic_us += us

    def asked(self, **changes: Any) -> Validation:
        """The outcome for a step of Bob's."""
        return self.trust.pipeline.validate(step(**changes))

    def code(self, **changes: Any) -> str:
        """The finding's code; empty where it passed."""
        finding = self.asked(**changes).finding
        return finding.code if finding else ""


def step(**changes: Any) -> Operation:
    """Bob runs a step of ``orders`` in ``alpha``."""
    given = {"kind": Kind.STEP_EXECUTION, "actor": "bob", "subnet": "alpha", "action": "step.run"}
    given |= {"resource": "flows/orders/steps/pay", "id": "exe_1/pay/0/1", "execution": "exe_1"}
    return Operation(**({"entry": Entry(), **given} | changes))


def grant(id: str = "grt_1", **changes: Any) -> Grant:
    """Bob may run the steps of ``orders`` in ``alpha``."""
    given = {"id": id, "subnet": "alpha", "who": "bob", "actions": ("step.run",), "resource": "flows/orders"}
    return Grant(**(given | changes))
