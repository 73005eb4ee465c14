"""Quotas of subnets: how much one may have and do, so that no tenant takes the room of others.

What is counted in memory is counted by each process of the node for a second at most, then read again.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from engine.base.canonical import DAG_CBOR
from engine.base.errors import QuotaExceeded
from engine.base.limits import TEST_RUNS_MAX, UNLIMITED
from engine.execution.budgets import Budgets
from engine.journal.usage import day_of
from engine.ports.access_store import AccessStore
from engine.ports.block_store import BlockStore
from engine.ports.clock import Clock
from engine.ports.flow_store import FlowStore
from engine.ports.policy import PolicyPort
from engine.ports.usage import UsageStore

RECOUNT_US = 1_000_000
"""How old a count from the database may be; what this process adds meanwhile is added to it."""

DAY_S = 86_400


@dataclass(slots=True)
class _Count:
    day: str
    until_us: int  # monotonic
    value: int


class Quotas:
    """Raises :class:`QuotaExceeded` where a subnet has used up what its policy gives it; thread-safe."""

    def __init__(
        self, policy: PolicyPort, usage: UsageStore, flows: FlowStore, access: AccessStore, clock: Clock
    ) -> None:
        self._policy, self._usage, self._clock = policy, usage, clock
        self._flows, self._access = flows, access
        self._budgets = Budgets(usage, clock)
        self._begun: dict[str, _Count] = {}
        self._stored: dict[str, _Count] = {}
        self._testing: Counter[str] = Counter()
        self._lock = threading.Lock()

    def start(self, subnet: str) -> None:
        """One more execution today."""
        policy = self._policy.of(subnet)
        spent = self._budgets.spent(policy)
        if spent is not None:
            what = f"{spent.name} a day (UTC), as its members decided"
            raise exceeded("budget", spent.most or 0, what, self._rest_of_day_s())
        limit, budget = policy.limits.executions_per_day_max, policy.budget.executions
        most = limit if budget is None else min(limit, budget)
        if most >= UNLIMITED:
            return
        if self._counted(self._begun, subnet, 1, most) > most:
            quota = "executions_per_day_max" if most == limit else "budget"
            raise exceeded(quota, most, "executions today (UTC)", self._rest_of_day_s())

    def _rest_of_day_s(self) -> int:
        return DAY_S - self._clock.now_us() // 1_000_000 % DAY_S

    def room(self, subnet: str, size: int) -> None:
        """So many more bytes in blocks."""
        most = self._policy.of(subnet).limits.stored_bytes_max
        if most >= UNLIMITED:
            return
        if self._counted(self._stored, subnet, size, most) > most:
            raise exceeded("stored_bytes_max", most, "bytes stored; delete executions or files")

    @contextmanager
    def testing(self, subnet: str) -> Iterator[None]:
        """While this lasts, one more of its flows is tested by this process."""
        with self._lock:
            if self._testing[subnet] >= TEST_RUNS_MAX:
                raise exceeded("TEST_RUNS_MAX", TEST_RUNS_MAX, "flows tested at once; wait for one to end")
            self._testing[subnet] += 1
        try:
            yield
        finally:
            with self._lock:
                self._testing[subnet] -= 1
                self._testing += Counter()  # forgets those at nothing

    def flow(self, subnet: str) -> None:
        """One more flow."""
        most = self._policy.of(subnet).limits.flows_max
        if self._flows.count(subnet) >= most:
            raise exceeded("flows_max", most, "flows; delete one")

    def token(self, subnet: str) -> None:
        """One more token; revoked and expired ones do not count."""
        most, now_us = self._policy.of(subnet).limits.tokens_max, self._clock.now_us()
        held = [
            one
            for one in self._access.tokens(subnet)
            if not one.revoked and (one.expires_us is None or one.expires_us > now_us)
        ]
        if len(held) >= most:
            raise exceeded("tokens_max", most, "tokens; revoke one")

    def _counted(self, counts: dict[str, _Count], subnet: str, more: int, most: int) -> int:
        """The count with this one; one that goes beyond ``most`` is not added."""
        now_us, day = self._clock.monotonic_us(), day_of(self._clock.now_us())
        with self._lock:
            known = counts.get(subnet)
        if known is None or known.day != day or now_us >= known.until_us:
            fresh = _Count(day, now_us + RECOUNT_US, self._read(counts, subnet, day))
            with self._lock:
                known = counts[subnet] = fresh
        with self._lock:
            if known.value + more <= most:
                known.value += more
                return known.value
            return known.value + more

    def _read(self, counts: dict[str, _Count], subnet: str, day: str) -> int:
        if counts is self._stored:
            return self._usage.note_stored(subnet, day).stored_bytes
        return sum(one.amounts.executions for one in self._usage.days(subnet, day, day))


def exceeded(quota: str, most: int, what: str, seconds: int | None = None) -> QuotaExceeded:
    """The error: what, its limit, and when it frees, where time frees it."""
    frees = "" if seconds is None else f"; it frees in {seconds} s"
    details = {} if seconds is None else {"retry_after_s": max(1, seconds)}
    message = f"this subnet may have at most {most} {what} ({quota}){frees}"
    return QuotaExceeded(message, quota=quota, limit=most, **details)


class RoomyBlocks:
    """A block store that stores only what the subnet has room for."""

    def __init__(self, blocks: BlockStore, quotas: Quotas) -> None:
        self._blocks, self._quotas = blocks, quotas
        self.get, self.has, self.drop, self.cids = blocks.get, blocks.has, blocks.drop, blocks.cids

    def put(self, subnet: str, data: bytes, codec: int = DAG_CBOR) -> str:
        """See :meth:`BlockStore.put`; raises :class:`QuotaExceeded`."""
        self._quotas.room(subnet, len(data))
        return self._blocks.put(subnet, data, codec)
