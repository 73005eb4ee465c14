"""The keeper: what a node does by itself, beside answering and running.

It rings for executions that need a worker and have none (timers due, dead owners, lost rings),
fires schedules, carries out what is left in the outbox, lets executions out of their lanes, renews
leases and deletes what retention no longer keeps. Several keepers may work on one database: every
act is claimed by a conditional update or repeats harmlessly.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from engine.base.errors import CorruptData, NodeFailure, UnknownObject
from engine.journal.usage import day_of
from engine.usecases.delete_execution import retire_executions
from engine.usecases.fire_schedules import fire_schedules
from engine.usecases.forget_audit import forget_audit
from engine.usecases.make_reports import make_reports
from engine.usecases.node_identity import tend_node_identity
from engine.usecases.relay_outbox import relay
from engine.usecases.renewals import resume_withheld
from engine.usecases.search import catch_up_all
from engine.usecases.subnet_life import finish_ending, suspension
from engine.usecases.usage import note_stored_everywhere
from engine.usecases.world import World

log = logging.getLogger("qflow.keeper")

SWEEP_MS = 1_000
RETIRE_EVERY_MS = 60_000
FORGET_EVERY_MS = 3_600_000
TEND_EVERY_MS = 3_600_000
INDEX_EVERY_MS = 5_000
REPORT_EVERY_MS = 5_000
EXECUTIONS_MAX = 100_000
"""How many executions are looked at after the clock was set back."""


CLOCK_TOLERANCE_US = 1_000_000
"""A wall clock that loses more than this between two sweeps was set back."""


@dataclass(frozen=True, slots=True)
class _SetBack:
    """The wall clock was set back: by ``check_us`` (monotonic) all owners that live have renewed their
    leases; those from before end at ``horizon_us`` (of the wall clock) at the latest."""

    horizon_us: int
    check_us: int


class Keeper:
    """Two threads: one sweeps and sleeps until the next timer, one renews leases without fail."""

    def __init__(
        self, world: World, sweep_ms: int = SWEEP_MS, insist: Callable[[str], None] = lambda execution: None
    ) -> None:
        """``insist`` wakes a worker near by for an execution that nobody took after a ring: a broker may
        accept rings while those who should hear them have not come back to it."""
        self._world, self._sweep_ms, self._insist = world, sweep_ms, insist
        self._bell = threading.Condition()
        self._stopped = threading.Event()
        self._wake_us: int | None = None  # when the present sleep ends
        self._threads: list[threading.Thread] = []
        self._retired_us: int | None = None
        self._forgot_us: int | None = None
        self._indexed_us: int | None = None
        self._tended_us: int | None = None
        self._reported_us: int | None = None
        self._rung: dict[str, int] = {}  # when it last rang (monotonic) for whom nobody has taken since
        self._lanes_in_use = True
        self._clock_ahead_us: int | None = None  # how far the wall clock was before the monotonic one
        self._set_back: _SetBack | None = None
        self._permissions: dict[str, tuple[int, int, int, str]] = {}  # the revisions last seen, by subnet
        self.swept_us = 0  # when the last sweep was done, for health

    def start(self) -> None:
        """Begin; the first sweep is done at once."""
        self._begin("qflow-keeper", self._sweep_loop)
        self.start_pulse()

    def start_pulse(self) -> None:
        """Only renew leases and look into inboxes, for a process where another one sweeps."""
        self._begin("qflow-lease", self._lease_loop)

    def _begin(self, name: str, loop: Callable[[], None]) -> None:
        thread = threading.Thread(target=loop, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def stop(self) -> None:
        """End both threads."""
        self._stopped.set()
        with self._bell:
            self._bell.notify_all()
        for thread in self._threads:
            thread.join(2)

    def poke(self, execution: str, wake_us: int | None) -> None:
        """An execution was let go: its next timer is ``wake_us``, or its place is free for another."""
        self._rung.pop(execution, None)
        if wake_us is None and not self._lanes_in_use:
            return
        with self._bell:
            if wake_us is None or self._wake_us is None or wake_us < self._wake_us:
                self._wake_us = wake_us or 0
                self._bell.notify_all()

    # --- loops ------------------------------------------------------------------------------------

    def _sweep_loop(self) -> None:
        while not self._stopped.is_set():
            self._safely(self.sweep)
            self._sleep()

    def _lease_loop(self) -> None:
        pause_s = self._world.limits.lease_ms / 1000 / 6
        while not self._stopped.wait(pause_s):
            self._safely(self._world.worker.heartbeat)
            self._safely(self._world.trust.flush)

    def _safely(self, act: Callable[[], None]) -> None:
        try:
            act()
        except NodeFailure as error:
            log.warning("the keeper waits for the database: %s", error)
        except Exception:
            log.exception("the keeper stumbled")

    def _sleep(self) -> None:
        """Until the next timer or tick, a poke, or the next sweep; what is past was rung for.

        Never longer than to the next sweep, whatever the wall clock does meanwhile.
        """
        clock = self._world.clock
        now, longest_us = clock.now_us(), clock.monotonic_us() + self._sweep_ms * 1000
        times = [at for at in self._safe_next() if at is not None and at > now]
        until = min([now + self._sweep_ms * 1000, *times])
        with self._bell:
            if self._wake_us is not None:  # poked since the sweep began
                until = min(until, self._wake_us)
            self._wake_us = until
            while not self._stopped.is_set():
                left_us = min(self._wake_us - clock.now_us(), longest_us - clock.monotonic_us())
                if left_us <= 0:
                    break
                self._bell.wait(left_us / 1e6)
            self._wake_us = None

    def _safe_next(self) -> tuple[int | None, int | None]:
        try:
            return self._world.journal.next_wake_us(), self._world.flows.next_schedule_us()
        except NodeFailure:
            return None, None

    # --- what a sweep does --------------------------------------------------------------------------

    def sweep(self) -> None:
        """Do everything that is due once; raises :class:`NodeFailure` where the database is away.

        Anything else that goes wrong with one part does not keep the others from being done.
        """
        self._mind_the_clock()
        for part in (
            self._ring_due,
            self._fire,
            self._relay,
            self._let_out_of_lanes,
            self._retire,
            self._forget,
            self._let_renewed_go_on,
            self._log,
            self._index,
            self._tend,
            self._end_subnets,
            self._report,
            self._do_chores,
        ):
            try:
                part()
            except NodeFailure:
                raise
            except Exception:
                log.exception("the keeper stumbled")
        self.swept_us = self._world.clock.now_us()

    def _mind_the_clock(self) -> None:
        """Free leases of dead owners that would end in a far future, since the clock was set back."""
        clock, lease_us = self._world.clock, self._world.limits.lease_ms * 1000
        now, monotonic = clock.now_us(), clock.monotonic_us()
        before, self._clock_ahead_us = self._clock_ahead_us, now - monotonic
        if before is not None and now - monotonic < before - CLOCK_TOLERANCE_US:
            log.warning("the clock was set back by %d s", (before - now + monotonic) // 1_000_000)
            self._set_back = _SetBack(before + monotonic + lease_us, monotonic + 2 * lease_us)
        if self._set_back is not None and monotonic >= self._set_back.check_us:
            self._free_leases(self._set_back.horizon_us, now + 2 * lease_us)
            self._set_back = None

    def _free_leases(self, horizon_us: int, latest_us: int) -> None:
        """Free what is leased for longer than any living owner does it."""
        journal = self._world.journal
        for execution in journal.due(horizon_us, EXECUTIONS_MAX):
            header = journal.header(execution)
            if header.lease_owner and header.lease_until_us > latest_us:
                journal.release(execution, header.lease_owner)

    def _fire(self) -> None:
        fire_schedules(self._world)

    def _relay(self) -> None:
        relay(self._world, self._world.journal.outbox(self._world.clock.now_us()))

    def _let_renewed_go_on(self) -> None:
        """Where permissions, quarantine or policy changed since the last sweep, or a day with its budgets
        began, resume what waits for that."""
        world, trust, day = self._world, self._world.trust, day_of(self._world.clock.now_us())
        for subnet in world.access.subnets():
            permissions = trust.permissions.revision(subnet.id), trust.containment.revision(subnet.id)
            revision = (*permissions, _policy_revision(world, subnet.id), day)
            if self._permissions.get(subnet.id) != revision:
                resume_withheld(world, subnet.id)
                self._permissions[subnet.id] = revision

    def _retire(self) -> None:
        now = self._world.clock.monotonic_us()
        if self._retired_us is None or now - self._retired_us > RETIRE_EVERY_MS * 1000:
            self._retired_us = now
            retire_executions(self._world)
            note_stored_everywhere(self._world)
            self._world.seen.expire(self._world.clock.now_us())

    def _forget(self) -> None:
        """A batch a sweep, until the audit trail holds nothing that is too old; then not for an hour."""
        now = self._world.clock.monotonic_us()
        due = self._forgot_us is None or now - self._forgot_us > FORGET_EVERY_MS * 1000
        if due and forget_audit(self._world):
            self._forgot_us = now

    def _index(self) -> None:
        now = self._world.clock.monotonic_us()
        if self._indexed_us is None or now - self._indexed_us > INDEX_EVERY_MS * 1000:
            self._indexed_us = now
            catch_up_all(self._world)

    def _report(self) -> None:
        now = self._world.clock.monotonic_us()
        if self._reported_us is None or now - self._reported_us > REPORT_EVERY_MS * 1000:
            self._reported_us = now
            make_reports(self._world)

    def _log(self) -> None:
        """Take the heads of journals into the node's log, off the path of those who wrote them."""
        self._world.log.append(self._world.clock.now_us())

    def _ring_due(self) -> None:
        """Ring for whoever needs a worker; not again for a while, since a ring takes its time."""
        world, now = self._world, self._world.clock.monotonic_us()
        before = dict(self._rung)
        for execution, at_us in before.items():
            if at_us <= now - self._sweep_ms * 1000:
                self._rung.pop(execution, None)
        for execution in world.journal.due(world.clock.now_us()):
            if execution not in self._rung:
                self._rung[execution] = now
                world.waker.ring(execution)
                if execution in before:
                    self._insist(execution)

    def _let_out_of_lanes(self) -> None:
        world, waiting, now_us = self._world, False, self._world.clock.now_us()
        for subnet in world.access.subnets():
            if suspension(world, subnet.id) is not None:
                continue
            try:
                room = world.policy.of(subnet.id).limits.executions_running_max
            except CorruptData as error:  # its executions wait; those of others do not
                log.error("no execution of subnet %s is let go: %s", subnet.id, error)
                continue
            for execution in world.journal.admit(subnet.id, room, now_us):
                world.waker.ring(execution)
            waiting = waiting or world.journal.pending(subnet.id) > 0
        self._lanes_in_use = waiting

    def _end_subnets(self) -> None:
        finish_ending(self._world)

    def _do_chores(self) -> None:
        for chore in self._world.chores:
            chore(self._world)

    def _tend(self) -> None:
        now = self._world.clock.monotonic_us()
        if self._tended_us is None or now - self._tended_us > TEND_EVERY_MS * 1000:
            self._tended_us = now
            world = self._world
            tend_node_identity(world.identities, world.entropy, world.node)


def _policy_revision(world: World, subnet: str) -> int:
    """That of the policy in force; 0 where what is stored is no policy that was signed."""
    try:
        return world.policy.of(subnet).revision
    except (CorruptData, UnknownObject):
        return 0
