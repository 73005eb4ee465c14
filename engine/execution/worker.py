"""The driver: takes executions, carries out what ``decide`` says, and commits.

Every live execution is a session with a mailbox. Turns of one session never overlap; turns of
different sessions share a small pool of threads, in which subnets are served in turn. Pure steps run
within the turn, steps that act run in a pool of their own after the commit that says they are about to.
When nothing is left that can run here and now, the session is committed, its lease given up: an
execution that waits costs no memory and no thread.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from engine.base.errors import (
    ErrorInfo,
    ErrorType,
    JournalConflict,
    LeaseLost,
    NodeFailure,
    QflowError,
)
from engine.base.ids import ulid
from engine.base.limits import UNLIMITED, Limits
from engine.execution import measures
from engine.execution.alarm import Alarm
from engine.execution.crash import crash_point
from engine.execution.data import ItemStore
from engine.execution.fair_pool import FairPool
from engine.execution.inputs import Input, Proceed, Recovered, Signalled
from engine.execution.pace import Pace
from engine.execution.plans import Plans
from engine.execution.runner import Attempt, Services
from engine.execution.session import Look, Session
from engine.execution.watches import Watches
from engine.flow.plan import Plan
from engine.journal import facts as f
from engine.journal.fold import apply, begin, fold
from engine.ports.clock import Clock, Entropy
from engine.ports.journal_store import Header, JournalStore, Outgoing, Posted
from engine.ports.metrics import Metrics
from engine.ports.notifier import Notifier
from engine.ports.step_catalogue import Effect

log = logging.getLogger("qflow.worker")

ARRIVALS = "@arrivals"  # whose turn it is to be taken up; what is taken up waits its subnet's turn
COMMIT_RETRY_FIRST_MS = 50
COMMIT_RETRY_MAX_MS = 1_000


@dataclass(frozen=True)
class Parts:
    """What a worker is made of."""

    journal: JournalStore
    plans: Plans
    services: Services
    notifier: Notifier
    metrics: Metrics
    clock: Clock
    entropy: Entropy
    limits: Limits
    owner: str  # node:process:incarnation, unique to this worker
    relay: Callable[[Sequence[Outgoing]], None]  # carries out effects after a commit
    poke: Callable[[str, int | None], None]  # tells the keeper of an execution let go, and its timer


class Worker:
    """Runs executions. ``drivers`` threads take turns, ``brisk`` at once while short; ``acts`` steps act."""

    def __init__(self, parts: Parts, drivers: int = 4, acts: int = 32, brisk: int | None = None) -> None:
        self._parts = parts
        self._acts_max = acts
        self._drivers = FairPool(drivers, "qflow-driver", brisk=brisk)
        self._actors = FairPool(acts, "qflow-step", most=max(1, acts * 3 // 4))
        self._alarm = Alarm(parts.clock)
        self._sessions: dict[str, Session] = {}
        self._adrift: set[str] = set()  # leases we may hold without a session
        self._lock = threading.Lock()
        self._draining = False  # nothing new begins
        self._stopped = False  # no more turns
        self._pace = Pace()
        self.watches = Watches()

    # --- doors ------------------------------------------------------------------------------------

    @property
    def owner(self) -> str:
        """The name under which this worker holds leases."""
        return self._parts.owner

    @property
    def items(self) -> ItemStore:
        """Where items of executions are stored."""
        return self._parts.services.items

    @property
    def services(self) -> Services:
        """What runs of steps need of the node."""
        return self._parts.services

    def poke(self, execution: str, wake_us: int | None) -> None:
        """Tell the keeper of an execution that nobody holds now, and of its next timer."""
        self._parts.poke(execution, wake_us)

    def live(self) -> list[str]:
        """Executions this worker holds now."""
        with self._lock:
            return list(self._sessions)

    def start(
        self, header: Header, plan: Plan, facts: Sequence[f.Fact], *, durable: bool, here: bool
    ) -> None:
        """Accept an execution and drive it in this process.

        With ``durable`` its first facts are committed before this returns; without, they go with
        the first commit (the caller waits for the outcome, so nothing was promised yet). With
        ``here`` the first turn runs on the calling thread. Raises :class:`JournalConflict` where
        the execution was started before.
        """
        state = begin(plan, facts[0])
        for fact in facts[1:]:
            apply(plan, state, fact)
        session = Session(header, plan, state, self._parts.services, self.owner, stored=False)
        session.buffer.facts.extend(facts)
        if durable:
            self._commit_first(session)
        with self._lock:
            self._sessions[header.id] = session
        self._schedule(session, on_this_thread=here)

    def _commit_first(self, session: Session) -> None:
        try:
            self._commit(session)
        except NodeFailure:  # it may be stored all the same, with a lease of ours
            self._adrift.add(session.id)
            raise

    def attend(self, execution: str, *, wait_s: float = 0) -> bool:
        """Look at an execution: the answer to a ring. True where this worker has it (now).

        With ``wait_s`` it returns when the session is closed, or after that time.
        """
        with self._lock:
            session = self._sessions.get(execution)
        if session is None:
            session = self._open(execution)
            if session is None:
                return False
        else:
            session.mailbox.append(Look())
        self._schedule(session)
        if wait_s:
            session.closed.wait(wait_s)
        return True

    def attend_later(self, execution: str) -> None:
        """The same on a driver thread; never raises."""
        if not self._draining:
            self._drivers.submit(ARRIVALS, partial(self._attend_quietly, execution))

    def _attend_quietly(self, execution: str) -> None:
        try:
            self.attend(execution)
        except QflowError as error:
            log.warning("could not attend: %s", error, extra={"execution": execution})
        except Exception:
            log.exception("could not attend", extra={"execution": execution})

    def heartbeat(self) -> None:
        """Renew the leases of live sessions and look into their inboxes; called by the keeper."""
        live = self.live()
        if live:
            self._parts.journal.renew(self.owner, self._lease_until())
            for execution in self._parts.journal.with_signals(live):
                self.attend_later(execution)
        for execution in list(self._adrift):
            self._let_go(execution)

    def stop(self, timeout_s: float = 3.0) -> None:
        """Begin nothing new, let steps in flight land, give leases back.

        A step still in flight after ``timeout_s`` runs again when the execution is resumed.
        """
        self._draining = True
        with self._lock:
            sessions = list(self._sessions.values())
        for session in sessions:
            self._post(session, Look())
        deadline = self._parts.clock.monotonic_us() + int(timeout_s * 1e6)
        for session in sessions:
            left = (deadline - self._parts.clock.monotonic_us()) / 1e6
            if not session.closed.wait(max(0.0, left)):
                session.drop_in_flight()
        self._stopped = True
        self._alarm.stop()
        self._drivers.shutdown(wait=True)
        self._actors.shutdown(wait=False)
        try:
            self._parts.journal.release_all(self.owner)
        finally:
            for session in sessions:
                session.closed.set()

    # --- sessions ---------------------------------------------------------------------------------

    def _open(self, execution: str) -> Session | None:
        parts = self._parts
        now = parts.clock.now_us()
        try:
            if self._draining or not parts.journal.take(execution, self.owner, now, self._lease_until()):
                return None
            header, entries = parts.journal.load(execution)
            plan = parts.plans.get(header.subnet, header.version)
            state = fold(plan, [entry.fact for entry in entries])
        except BaseException:
            self._let_go(execution)
            raise
        session = Session(header, plan, state, parts.services, self.owner, stored=True)
        session.kept_from = entries[0].sequence if entries else 0
        if state.running:
            session.mailbox.append(Recovered(now))
        session.mailbox.append(Look())
        with self._lock:
            known = self._sessions.setdefault(execution, session)
        return known

    def _let_go(self, execution: str) -> None:
        """Free a lease that no session stands for: renewed with the others, it would never end.
        Where the database is away, the next heartbeat tries again."""
        self._adrift.add(execution)
        if execution not in self._sessions:
            try:
                self._parts.journal.release(execution, self.owner)
            except NodeFailure:
                return
        self._adrift.discard(execution)

    def _schedule(self, session: Session, *, on_this_thread: bool = False) -> None:
        with session.lock:
            closed = session.closed.is_set()
            if session.scheduled or (closed and not session.mailbox):
                return
            session.scheduled = not closed
        if closed:  # it was forgotten while this arrived
            self.attend_later(session.id)
        elif on_this_thread:
            self._turn(session)
        elif not self._stopped:
            self._drivers.submit(session.header.subnet, partial(self._turn, session))

    def _post(self, session: Session, given: Input | Look) -> None:
        session.mailbox.append(given)
        self._schedule(session)

    # --- one turn ---------------------------------------------------------------------------------

    def _turn(self, session: Session) -> None:
        """Go on until nothing can run here and now, the time slice ends or the session closes."""
        try:
            again = self._go_on(session)
        except (LeaseLost, JournalConflict) as error:
            log.warning("gave up an execution: %s", error, extra={"execution": session.id})
            self._give_up(session)
            return
        except NodeFailure as error:
            self._stall(session, error)
            return
        except Exception:
            log.exception("the driver failed", extra={"execution": session.id})
            self._give_up(session)
            return
        session.stalled_since_us = 0
        with session.lock:
            session.scheduled = False
            again = again or bool(session.mailbox)
        if again:
            self._schedule(session)

    def _go_on(self, session: Session) -> bool:
        clock, limits = self._parts.clock, self._parts.limits
        policy = self._parts.services.policy.of(session.header.subnet)
        session.hold(clock.now_us())
        session.steps_per_minute = policy.limits.steps_per_minute_max
        slice_end = clock.monotonic_us() + limits.time_slice_ms * 1000
        while not self._stopped:
            self._begin(session)
            self._act_pending(session)
            moved = self._empty_mailbox(session)
            before = session.state.sequence, len(session.in_flight)
            room = 0 if self._draining else self._acts_max
            self._absorb(session, Proceed(clock.now_us(), room))
            moved = moved or before != (session.state.sequence, len(session.in_flight))
            if session.state.status.ended:
                break
            if session.must_commit(clock.now_us(), limits):
                self._commit(session)
            if not moved and not session.mailbox and not session.to_act:
                break
            if clock.monotonic_us() > slice_end:
                self._act_pending(session)
                self._commit(session)
                return True
        return self._rest(session)

    def _rest(self, session: Session) -> bool:
        """Nothing runs here and now: commit, and let go of the session if nothing is in flight."""
        if session.in_flight and not session.state.status.ended:
            if session.buffer:
                self._commit(session)
            return False
        if session.mailbox and not session.state.status.ended:
            return True
        self._commit(session, release=True)
        self._forget(session)
        return False

    def _empty_mailbox(self, session: Session) -> bool:
        moved = False
        while session.mailbox:
            given, moved = session.mailbox.popleft(), True
            if isinstance(given, Look):
                self._look(session)
            else:
                self._absorb(session, given)
        return moved

    def _look(self, session: Session) -> None:
        """Take what is in the inbox; one look stands for all that were asked for in a row."""
        while session.mailbox and isinstance(session.mailbox[0], Look):
            session.mailbox.popleft()
        try:
            for signal in self._parts.journal.inbox(session.id):
                if signal.id not in session.buffer.consumed:
                    self._absorb(session, _signalled(signal, self._parts.clock.now_us()))
        except NodeFailure:
            session.mailbox.appendleft(Look())
            raise

    def _absorb(self, session: Session, given: Input) -> None:
        session.begun.extend(session.absorb(given))
        self._begin(session)

    def _begin(self, session: Session) -> None:
        """Make attempts ready; pure ones run now, others after the commit that says so.

        Raises :class:`DatabaseUnavailable`, which is no failure of the step: the next turn goes on here.
        """
        while session.begun and not self._too_fast(session):
            attempt = session.begun[0]
            attempt.prepare()
            session.begun.popleft()
            if attempt.effect != Effect.PURE:
                session.to_act.append(attempt)
                continue
            came = attempt.perform()
            if session.landed(attempt):
                session.mailbox.append(came)

    def _too_fast(self, session: Session) -> bool:
        """Whether the subnet's steps begin faster than its policy allows; then a later turn goes on."""
        per_minute = session.steps_per_minute
        if per_minute >= UNLIMITED or session.paced:
            return session.paced
        wait_ms = self._pace.step(session.header.subnet, per_minute, self._parts.clock.monotonic_us())
        if wait_ms:
            session.paced = True
            self._alarm.after_ms(wait_ms, lambda: self._go_on_later(session))
        return session.paced

    def _go_on_later(self, session: Session) -> None:
        session.paced = False
        self._schedule(session)

    def _act_pending(self, session: Session) -> None:
        """Let steps act, after the commit that says they are about to."""
        if not session.to_act:
            return
        crash_point("before-started-commit")
        self._commit(session)
        crash_point("after-started-commit")
        attempts, session.to_act = session.to_act, []
        for attempt in attempts:
            self._act(session, attempt)

    def _act(self, session: Session, attempt: Attempt) -> None:
        limit_ms = attempt.timeout_ms()
        alarm = self._alarm.after_ms(limit_ms, lambda: self._timed_out(session, attempt, limit_ms))

        def act() -> None:
            crash_point("before-step-acts")
            came = attempt.perform()
            crash_point("after-step-acted")
            self._alarm.cancel(alarm)
            self._land(session, attempt, came)

        self._actors.submit(session.header.subnet, act)

    def _land(self, session: Session, attempt: Attempt, came: Input) -> None:
        with session.lock:
            wanted = session.in_flight.get(attempt.id) is attempt
            if wanted:
                del session.in_flight[attempt.id]
        if wanted:
            self._post(session, came)

    def _timed_out(self, session: Session, attempt: Attempt, limit_ms: int) -> None:
        message = f"step {attempt.step.id!r} took longer than {limit_ms} ms"
        error = ErrorInfo(ErrorType.TIMEOUT_ERROR.value, "step_timed_out", message, True, attempt.step.id)
        attempt.token.cancel()
        self._land(session, attempt, attempt.failed(error))

    # --- commits ----------------------------------------------------------------------------------

    def _lease_until(self) -> int:
        return self._parts.clock.now_us() + self._parts.limits.lease_ms * 1000

    def _commit(self, session: Session, *, release: bool = False) -> None:
        """Write what is buffered; then tell the watchers and carry out the effects."""
        if not (session.buffer or release):
            return
        parts = self._parts
        now = parts.clock.now_us()
        began = parts.clock.monotonic_us()
        crash_point("before-commit")
        done = session.commit(parts.journal, now, 0 if release else self._lease_until())
        crash_point("after-commit")
        parts.metrics.observe("state_save_seconds", (parts.clock.monotonic_us() - began) / 1e6)
        first, facts, effects = done
        if facts:
            parts.notifier.committed(session.header, first, facts)
            measures.tell(session, facts, parts.metrics)
        if effects:
            parts.relay(effects)
        self.watches.tell(session, parts.services.items)
        limit = session.plan.flow.settings.history_facts_max or parts.limits.history_facts_max
        if not release and session.committed - session.kept_from >= limit:
            session.truncate(parts.journal, now, ulid("chk", now, parts.entropy.bytes(10)))

    def _give_up(self, session: Session) -> None:
        """What we know of it is wrong, or somebody else has it: whoever sweeps next reads it anew."""
        session.drop_in_flight()
        self._drop(session)
        self._let_go(session.id)
        session.closed.set()

    def _drop(self, session: Session) -> None:
        with self._lock:
            if self._sessions.get(session.id) is session:
                del self._sessions[session.id]

    def _forget(self, session: Session) -> None:
        self._drop(session)
        session.closed.set()
        ended = session.state.status.ended
        self._parts.poke(session.id, None if ended else session.header.wake_us)
        if session.mailbox and not ended:  # something arrived between the last look and now
            self.attend_later(session.id)

    def _stall(self, session: Session, error: NodeFailure) -> None:
        """The database is away: keep what was done, try again soon, for as long as it takes."""
        clock = self._parts.clock
        session.stalled_since_us = session.stalled_since_us or clock.monotonic_us()
        age_ms = (clock.monotonic_us() - session.stalled_since_us) // 1000
        delay = min(COMMIT_RETRY_FIRST_MS + age_ms, COMMIT_RETRY_MAX_MS)
        log.warning("trying again in %d ms: %s", delay, error, extra={"execution": session.id})

        def again() -> None:
            if not self._stopped:
                self._drivers.submit(session.header.subnet, partial(self._turn, session))

        self._alarm.after_ms(delay, again)


def _signalled(signal: Posted, now_us: int) -> Signalled:
    return Signalled(now_us, signal.id, signal.kind, signal.payload, signal.actor)
