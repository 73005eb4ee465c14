"""What guests use, by subnet: measures for the operator, and alerts before a limit is reached."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.base.limits import METERED_SUBNETS_MAX
from engine.ports.clock import Clock
from engine.ports.metrics import Metrics
from engine.ports.notifier import Notifier
from engine.ports.policy import Policy
from engine.ports.violations import ALERT_EVENT


@dataclass(slots=True)
class GuestUse:
    """What the guests of some steps used."""

    wall_us: list[int] = field(default_factory=list)  # of each step
    fuel: int = 0
    host_calls: int = 0
    memory_bytes: int = 0  # the most that one had


@dataclass(slots=True)
class _Window:
    """A subnet's use since a time; each kind of alert is given once a window."""

    begun_us: int
    wall_us: int = 0
    told_time: bool = False
    told_memory: bool = False


class GuestMeter:
    """Thread-safe. Alerts are events ``q.qflow.sandbox.alert.v1``: a subnet's guests took a share of the
    node's processor time in one window, or one guest a share of its memory limit."""

    def __init__(self, notifier: Notifier, metrics: Metrics, clock: Clock, cores: int) -> None:
        self._notifier, self._metrics, self._clock = notifier, metrics, clock
        self._cores = cores
        self._windows: dict[str, _Window] = {}
        self._peak_bytes = 0
        self._lock = threading.Lock()

    def used(self, policy: Policy, uses: Mapping[str, GuestUse]) -> None:
        """Count what guests of a subnet's steps used, by step type."""
        metrics = self._metrics
        for kind, use in uses.items():
            metrics.observe("sandbox_seconds", *[wall_us / 1e6 for wall_us in use.wall_us], step=kind)
            metrics.count("sandbox_fuel", use.fuel, step=kind)
            if use.host_calls:
                metrics.count("sandbox_host_calls", use.host_calls, step=kind)
        peak = max(use.memory_bytes for use in uses.values())
        if peak > self._peak_bytes:
            self._peak_bytes = peak
            metrics.gauge("sandbox_memory_peak_bytes", peak)
        self._watch(policy, sum(sum(use.wall_us) for use in uses.values()), peak)

    def _watch(self, policy: Policy, wall_us: int, peak: int) -> None:
        limits = policy.limits
        percent = limits.sandbox_alert_percent
        with self._lock:
            window = self._window(policy.subnet, limits.sandbox_alert_window_ms * 1_000)
            window.wall_us += wall_us
            given_us = limits.sandbox_alert_window_ms * 1_000 * self._cores
            time = not window.told_time and window.wall_us * 100 >= given_us * percent
            memory = not window.told_memory and peak * 100 >= limits.sandbox_memory_bytes_max * percent
            window.told_time |= time
            window.told_memory |= memory
            spent_us = window.wall_us
        if time:
            self._tell(policy, "time", spent_us, given_us)
        if memory:
            self._tell(policy, "memory", peak, limits.sandbox_memory_bytes_max)

    def _window(self, subnet: str, length_us: int) -> _Window:
        now_us = self._clock.monotonic_us()
        window = self._windows.get(subnet)
        if window is None or now_us - window.begun_us >= length_us:
            if len(self._windows) >= METERED_SUBNETS_MAX:
                self._windows.clear()
            window = self._windows[subnet] = _Window(now_us)
        return window

    def _tell(self, policy: Policy, resource: str, used: int, limit: int) -> None:
        self._metrics.count("sandbox_alerts", resource=resource)
        data = {
            "resource": resource,  # time in microseconds, memory in bytes
            "used": used,
            "limit": limit,
            "percent": policy.limits.sandbox_alert_percent,
            "windowMs": policy.limits.sandbox_alert_window_ms,
            "atUs": self._clock.now_us(),
        }
        self._notifier.event(policy.subnet, ALERT_EVENT, data)
