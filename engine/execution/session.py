"""One execution in the hands of one worker: its state, and the facts not yet committed.

A session is only ever touched by one thread at a time (the worker sees to that); other threads
reach it through its mailbox.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field, replace

from engine.audit.verifier.merkle import root_of
from engine.base.errors import ErrorInfo
from engine.base.limits import UNLIMITED, Limits
from engine.execution import outgoing
from engine.execution.decide import Rules, RunStep, decide
from engine.execution.expressions import Around
from engine.execution.foresight import Row
from engine.execution.inputs import Input, Signalled
from engine.execution.runner import Attempt, Services
from engine.execution.summary import header_of
from engine.flow.plan import Plan
from engine.journal import facts as f
from engine.journal.fold import apply
from engine.journal.snapshot import snapshot
from engine.journal.state import ExecutionState
from engine.ports.journal_store import Commit, Header, JournalStore, Outgoing
from engine.ports.step_catalogue import Answer, Item

ANSWER_AGE_MS = 5
"""How long an answer may wait for a commit that comes anyway."""


def receipts_root(state: ExecutionState) -> str:
    """Merkle root over the receipts of an execution, hex."""
    return root_of([bytes.fromhex(leaf) for leaf in state.receipts]).hex()


@dataclass(slots=True)
class Buffer:
    """What the next commit will write."""

    facts: list[f.Fact] = field(default_factory=list)
    outgoing: list[Outgoing] = field(default_factory=list)
    consumed: list[str] = field(default_factory=list)
    since_us: int = 0

    def __bool__(self) -> bool:
        return bool(self.facts or self.outgoing or self.consumed)


class Session:
    """State machine and commit buffer of one execution; see the module's docstring."""

    def __init__(
        self,
        header: Header,
        plan: Plan,
        state: ExecutionState,
        services: Services,
        owner: str,
        *,
        stored: bool,
    ) -> None:
        self.header, self.plan, self.state = header, plan, state
        self.owner = owner
        self.services = services
        self.stored = stored  # whether the store knows the execution yet
        self.committed = state.sequence if stored else 0
        self.kept_from = 0  # sequence from which the journal still has entries
        self.buffer = Buffer()
        self.mailbox: deque[Input | Look] = deque()
        self.in_flight: dict[int, Attempt] = {}
        self.begun: deque[Attempt] = deque()  # decided on, to be made ready
        self.to_act: list[Attempt] = []  # begun, but not before the commit that says so
        self._around = Around(plan, state.started, header.id, services.environment)
        self.row = Row(services.outlook, plan.version)
        self.lock = threading.Lock()
        self.scheduled = False
        self.closed = threading.Event()
        self.stalled_since_us = 0
        self.steps_per_minute = UNLIMITED  # what its policy said when its turn began
        self.paced = False  # its next step waits, since the subnet's steps begin too fast
        limits = services.limits
        self.retention_days = limits.retention_days
        self.rules = Rules(
            execution=header.id,
            node=services.node,
            effect_of=lambda step: str(services.bindings.effect(plan, step)),
            step_runs_max=limits.step_runs_max,
            stretch_ms_max=limits.execution_timeout_ms,
            receipts_root=receipts_root,
            remembers=lambda step: services.bindings.remembers(plan, step),
        )

    @property
    def id(self) -> str:
        """The execution's id."""
        return self.header.id

    def absorb(self, given: Input) -> list[Attempt]:
        """Decide on an input, apply the facts, and give the attempts to make ready and run now."""
        decision = decide(self.plan, self.state, given, self.rules)
        for fact in decision.facts:
            self._apply(fact)
        if isinstance(given, Signalled):
            self.buffer.consumed.append(given.id)
        return [self._attempt(effect) for effect in decision.effects]

    def _apply(self, fact: f.Fact) -> None:
        buffer, execution = self.buffer, self.header.id
        if type(fact) in outgoing.QUIET:
            apply(self.plan, self.state, fact)
        else:
            buffer.outgoing.extend(outgoing.before(self.plan, self.state, fact, execution))
            apply(self.plan, self.state, fact)
            buffer.outgoing.extend(outgoing.after(self.plan, self.state, fact, execution))
        if f.is_written(fact):
            if not buffer.facts:
                buffer.since_us = fact.at_us
            buffer.facts.append(fact)
        if isinstance(fact, f.CheckpointRestored) or self.state.status.ended:
            self.drop_in_flight()

    def _attempt(self, effect: RunStep) -> Attempt:
        task = self.state.running[effect.task]
        attempt = Attempt(self.services, self.plan, self.state, task, self.header.id, self._around, self.row)
        self.in_flight[task.id] = attempt
        return attempt

    def landed(self, attempt: Attempt) -> bool:
        """Whether an attempt that came back is still the one wanted for its task."""
        if self.in_flight.get(attempt.id) is not attempt:
            return False
        del self.in_flight[attempt.id]
        return True

    def drop_in_flight(self) -> None:
        """Cancel everything that runs; what comes back is nobody's."""
        attempts = list(self.in_flight.values())
        self.in_flight.clear()
        self.begun.clear()
        self.to_act.clear()
        for attempt in attempts:
            attempt.token.cancel()

    def hold(self, now_us: int) -> None:
        """A turn begins: what waited for it, such as the first facts of an execution, is not late by that."""
        self.buffer.since_us = self.buffer.since_us or now_us

    def must_commit(self, now_us: int, limits: Limits) -> bool:
        """Whether the batch of pure facts has grown or aged enough."""
        buffer = self.buffer
        if not buffer.facts:
            return False
        answers = self.state.answer is not None and any(type(x) is f.AnswerGiven for x in buffer.facts)
        age_ms = ANSWER_AGE_MS if answers else limits.batch_age_ms
        old = now_us - buffer.since_us > age_ms * 1000
        return old or len(buffer.facts) >= limits.batch_facts_max

    def commit(
        self, journal: JournalStore, now_us: int, lease_until_us: int
    ) -> tuple[int, list[f.Fact], list[Outgoing]]:
        """Write the buffer in one transaction; with no lease end the lease is given up.

        Gives the first sequence, facts and effects that are stored now. Raises what
        :meth:`JournalStore.commit` raises, and then the buffer is as it was.
        """
        header = header_of(self.header, self.plan, self.state, now_us, self.retention_days)
        owner = self.owner if lease_until_us else ""
        header = replace(header, lease_owner=owner, lease_until_us=lease_until_us)
        buffer = self.buffer
        commit = Commit(header, self.committed, buffer.facts, buffer.outgoing, buffer.consumed)
        if self.stored:
            head = journal.commit(commit, self.owner)
        else:
            head = journal.create(commit)
            self.stored = True
        first, self.committed = self.committed + 1, self.state.sequence
        self.header = replace(header, head=head)
        self.buffer = Buffer()
        return first, buffer.facts, buffer.outgoing

    def truncate(self, journal: JournalStore, now_us: int, checkpoint: str) -> None:
        """Write the state as a checkpoint and drop the entries before it, in one transaction."""
        fact = f.CheckpointCreated(
            at_us=now_us,
            checkpoint=checkpoint,
            label="history limit",
            state=snapshot(self.state) | {"sequence": self.state.sequence + 1},
            truncates=True,
            head=self.header.head,
        )
        header = replace(self.header, sequence=self.state.sequence + 1, updated_us=now_us)
        commit = Commit(header, self.committed, [fact], drop_before=header.sequence)
        head = journal.commit(commit, self.owner)
        apply(self.plan, self.state, fact)
        self.committed = self.kept_from = self.state.sequence
        self.header = replace(header, head=head)


@dataclass(frozen=True, slots=True)
class Look:
    """Mailbox: look into the inbox."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What someone who waits for an execution is told.

    ``kind``: answered (``answer`` is there), completed (``items`` are its result), failed or
    aborted (``error``), waiting (it parked and nothing is running).
    """

    kind: str
    answer: Answer | None = None
    items: list[Item] = field(default_factory=list)
    error: ErrorInfo | None = None
