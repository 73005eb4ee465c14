"""The socket for executions: journals, leases, the inbox of signals and the outbox of effects.

One execution has one writer: the holder of its lease. Everyone else talks to it by posting a
signal. ``commit`` is the one atomic act: facts, header, outbox and consumed signals together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from engine.base.record import record
from engine.journal.facts import Fact
from engine.journal.state import Status
from engine.ports.proofs import Trail


@record
class Header:
    """What is known of an execution without its journal."""

    id: str
    subnet: str
    flow: str
    version: str
    status: Status
    trigger_type: str
    mode: str
    priority: int
    actor: str
    created_us: int
    updated_us: int
    sequence: int = 0  # facts in the journal
    head: str = ""  # hash of the last entry, hex
    current_step: str = ""
    error: Mapping[str, Any] | None = None
    wake_us: int | None = None  # when a timer of it is due
    started_us: int | None = None
    ended_us: int | None = None
    parent: str = ""  # execution that waits for it
    waits_for: str = ""  # event types its parked steps wait for, between bars: "|a.b|c.*|"
    lease_owner: str = ""
    lease_until_us: int = 0
    keep_until_us: int | None = None  # retention: its data may be deleted after this
    concurrency_max: int | None = None  # executions of this flow at once; more wait in the lane
    custom: Mapping[str, str] | None = None  # what its steps said of it


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An effect to carry out after the commit; at least once, so its receiver knows its ``id``.

    ``kind``: ``start-child``, ``tell-parent``, ``start-error-flow``, ``event``.
    """

    id: str
    kind: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Posted:
    """A signal in an execution's inbox.

    ``kind``: ``pause``, ``resume``, ``abort``, ``answer`` (a parked step's answer), ``child``,
    ``event``, ``checkpoint``, ``restore``.
    """

    id: str
    execution: str
    kind: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    actor: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact as stored. ``hash`` (hex) covers all entries up to this one; see
    :mod:`engine.audit.verifier.chain`."""

    sequence: int
    fact: Fact
    hash: str
    payload: bytes = b""
    salt: bytes = b""


@dataclass(frozen=True, slots=True)
class Commit:
    """What one commit writes. ``expected`` is the sequence of the last entry already stored."""

    header: Header
    expected: int
    facts: Sequence[Fact]
    outgoing: Sequence[Outgoing] = ()
    consumed: Sequence[str] = ()  # ids of signals whose facts these are
    drop_before: int = 0  # delete entries below this sequence (truncation)


class JournalStore(Protocol):
    """Executions and their journals."""

    def create(self, commit: Commit) -> str:
        """Store a new execution with its first facts (``expected`` is 0); gives the new head.

        Raises :class:`JournalConflict` where the execution already exists: it was started before.
        """

    def commit(self, commit: Commit, owner: str) -> str:
        """Append, if ``owner`` still holds the lease; gives the new head hash.

        The header's status, lease and times are written too. Raises :class:`LeaseLost` or
        :class:`JournalConflict`, and then nothing was written.
        """

    def header(self, execution: str) -> Header:
        """Raises :class:`UnknownObject`."""

    def headers(self, executions: Sequence[str]) -> Sequence[Header]:
        """Those of the executions that exist, in any order."""

    def load(self, execution: str) -> tuple[Header, list[Entry]]:
        """Header and entries in order, hashes checked (:class:`CorruptData`)."""

    def entries(self, execution: str, after: int = 0, limit: int = 1000) -> list[Entry]:
        """Entries with a sequence above ``after``, for logs and streams."""

    def trail(self, execution: str) -> Trail:
        """What proves the journal, as stored and not checked; also of one whose contents were erased."""

    # leases -------------------------------------------------------------------------------------
    def take(self, execution: str, owner: str, now_us: int, until_us: int) -> bool:
        """Take the lease if it is free, expired or already ours; one of two racers gets True."""

    def renew(self, owner: str, until_us: int) -> int:
        """Extend all leases of an owner; gives how many it still has."""

    def release(self, execution: str, owner: str) -> None: ...
    def release_all(self, owner_prefix: str) -> int:
        """Free the leases of owners that are known to be dead; gives how many."""

    # inbox --------------------------------------------------------------------------------------
    def post(self, signal: Posted) -> bool:
        """Put a signal in an execution's inbox; False where its id was there or consumed before."""

    def post_all(self, signals: Sequence[Posted]) -> list[Posted]:
        """Put many signals in inboxes, in one transaction; gives those that were not there before. Executions
        that are gone are passed over."""

    def with_signals(self, executions: Sequence[str]) -> list[str]:
        """Those of the given executions whose inbox is not empty."""

    def inbox(self, execution: str) -> list[Posted]: ...

    # outbox -------------------------------------------------------------------------------------
    def outbox(self, now_us: int, limit: int = 100) -> list[Outgoing]:
        """Effects not yet carried out and due for a try."""

    def sent(self, ids: Sequence[str]) -> None:
        """These were carried out."""

    def postpone(self, id: str, until_us: int, error: str) -> None:
        """This one could not be carried out; try again later."""

    # what needs a worker ------------------------------------------------------------------------
    def due(self, now_us: int, limit: int = 200) -> list[str]:
        """Executions that need a worker now and have none: unfinished and unleased, timer due, or
        with signals in the inbox. Those in their lane (pending) are not among them."""

    def next_wake_us(self) -> int | None:
        """The earliest timer of all unleased executions."""

    def admit(self, subnet: str, running_max: int, now_us: int) -> list[str]:
        """Executions in their lanes that may run now, best priority first, then oldest, as many as
        there is room for in the subnet and in their flows; their status becomes running."""

    def running(self, subnet: str, flow: str | None = None) -> int:
        """Executions with status running."""

    def leave_lane(self, execution: str) -> bool:
        """Take one pending execution out of its lane (status running, no lease); False where it
        is not pending."""

    def pending(self, subnet: str) -> int:
        """Executions waiting in their lanes."""

    def delete(self, execution: str) -> None:
        """Delete journal and header; raises :class:`WrongState` while it is not ended."""

    def shred(self, execution: str) -> None:
        """Erase the contents of an ended execution for good: its keys, payloads, signals. Header, digests
        and hashes stay. Raises :class:`WrongState` while it is not ended; shredding twice is no error."""

    def expired(self, now_us: int, limit: int = 200) -> list[str]:
        """Ended executions whose retention is over."""

    def keep_until(self, execution: str, until_us: int) -> None:
        """Put off the end of an ended execution's retention; nothing happens where it ends later."""

    def waiting_for(self, subnet: str, event_type: str) -> list[str]:
        """Unfinished executions whose header's ``waits_for`` names this event type, exactly or by a
        prefix pattern (``orders.*``)."""

    def list(self, query: ExecutionQuery) -> Sequence[Header]:
        """Newest first."""


@dataclass(frozen=True, slots=True)
class ExecutionQuery:
    """A page of executions, newest first; made from ``since_us`` to before ``until_us``."""

    subnet: str
    flow: str | None = None
    status: str | None = None
    parent: str | None = None
    before: str | None = None  # cursor: an execution id
    limit: int = 50
    since_us: int | None = None
    until_us: int | None = None
