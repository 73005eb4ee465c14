"""A journal store in memory, with the rules, hashes and errors of the real one."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from engine.base.canonical import digest
from engine.base.errors import JournalConflict, LeaseLost, UnknownObject, WrongState
from engine.base.ordered import pack, unpack
from engine.journal.state import Status
from engine.ports.journal_store import Commit, Entry, ExecutionQuery, Header, Outgoing, Posted
from engine.ports.proofs import SignedHead, Trail
from engine.ports.signer import Signing
from engine.storage.chain import START, Link, Sealed, opened, payloads, sealed
from engine.storage.headers import CHANGING
from engine.storage.heads import signed, trail_of
from engine.storage.lanes import awaits

_ACTIVE = (Status.PAUSED, Status.RUNNING, Status.WAITING)


@dataclass(slots=True)
class Stored:
    """One execution; a consumed signal stays in ``inbox`` as None."""

    header: Header
    base: Link = START
    salt_key: bytes | None = None
    entries: list[Sealed] = field(default_factory=list)
    heads: list[SignedHead] = field(default_factory=list)
    inbox: dict[str, Posted | None] = field(default_factory=dict)

    @property
    def signals(self) -> list[Posted]:
        """What waits in the inbox."""
        return [signal for signal in self.inbox.values() if signal is not None]

    @property
    def order(self) -> tuple[int, int, str]:
        """Best priority first, then oldest."""
        return self.header.priority, self.header.created_us, self.header.id


@dataclass(slots=True)
class _Effect:
    effect: Outgoing
    due_us: int = 0


def salt_key_of(execution: str) -> bytes:
    """The salt key of an execution in memory: the same in every run of a simulation."""
    return digest(execution.encode())


class MemoryJournal:
    """A :class:`JournalStore` for tests and simulation; one lock makes every method a transaction."""

    def __init__(self, signing: Signing | None = None) -> None:
        self._lock = threading.RLock()
        self._signing = signing
        self.stored: dict[str, Stored] = {}
        self._outbox: dict[str, _Effect] = {}

    # --- journals ---------------------------------------------------------------------------------

    def create(self, commit: Commit) -> str:
        """Store a new execution."""
        contents = payloads(commit.facts)
        with self._lock:
            if commit.header.id in self.stored:
                message = f"execution {commit.header.id} was started before"
                raise JournalConflict(message, execution=commit.header.id)
            stored = Stored(
                replace(commit.header, sequence=0, head=""), salt_key=salt_key_of(commit.header.id)
            )
            self.stored[commit.header.id] = stored
            return self._write(stored, stored.header, commit, contents)

    def commit(self, commit: Commit, owner: str) -> str:
        """Append, if the lease and the sequence are what the writer thinks."""
        contents, id = payloads(commit.facts), commit.header.id
        with self._lock:
            stored = self.stored.get(id)
            if stored is None or stored.header.lease_owner != owner:
                raise LeaseLost(f"{owner} no longer holds the lease of execution {id}", execution=id)
            sequence = stored.header.sequence
            if sequence != commit.expected:
                message = f"execution {id} has {sequence} entries where its writer expected {commit.expected}"
                raise JournalConflict(message, execution=id, sequence=sequence)
            changed = {name: getattr(commit.header, name) for name in CHANGING}
            return self._write(stored, replace(stored.header, **changed), commit, contents)

    def _write(self, stored: Stored, header: Header, commit: Commit, contents: list[bytes]) -> str:
        end = Link(stored.header.sequence, stored.header.head)
        new = sealed(end, stored.salt_key, contents, header.id)
        head = new[-1].hash.hex() if new else stored.header.head
        stored.header = replace(header, sequence=stored.header.sequence + len(new), head=head)
        stored.entries += new
        if new and self._signing is not None:
            stored.heads.append(signed(self._signing, header, new[-1]))
        for effect in commit.outgoing:
            kept = replace(effect, payload=unpack(pack(dict(effect.payload))))
            self._outbox.setdefault(effect.id, _Effect(kept))
        for signal in commit.consumed:
            stored.inbox[signal] = None
        dropped = commit.drop_before - 1
        if dropped > stored.base.sequence:
            last = stored.entries[dropped - stored.base.sequence - 1]
            stored.entries = stored.entries[dropped - stored.base.sequence :]
            stored.base = Link(dropped, last.hash.hex())
        return head

    def header(self, execution: str) -> Header:
        """The header."""
        with self._lock:
            return self._of(execution).header

    def headers(self, executions: Sequence[str]) -> Sequence[Header]:
        """See :meth:`JournalStore.headers`."""
        with self._lock:
            return [self.stored[each].header for each in executions if each in self.stored]

    def _of(self, execution: str) -> Stored:
        stored = self.stored.get(execution)
        if stored is None:
            raise UnknownObject(f"there is no execution {execution!r}", execution=execution)
        return stored

    def load(self, execution: str) -> tuple[Header, list[Entry]]:
        """Header and all entries, checked."""
        with self._lock:
            stored = self._of(execution)
            end = Link(stored.header.sequence, stored.header.head)
            entries = opened(execution, stored.base, stored.salt_key, list(stored.entries), end.sequence, end)
            return stored.header, entries

    def entries(self, execution: str, after: int = 0, limit: int = 1000) -> list[Entry]:
        """Entries behind a sequence."""
        with self._lock:
            found = [entry for entry in self.load(execution)[1] if entry.sequence > after]
            return found[:limit]

    def signed_heads(self) -> dict[str, list[SignedHead]]:
        """The signed heads of all journals."""
        with self._lock:
            return {execution: list(stored.heads) for execution, stored in self.stored.items()}

    def trail(self, execution: str) -> Trail:
        """What proves a journal."""
        with self._lock:
            stored = self._of(execution)
            return trail_of(stored.base, stored.salt_key, stored.entries, stored.heads)

    # --- leases -----------------------------------------------------------------------------------

    def take(self, execution: str, owner: str, now_us: int, until_us: int) -> bool:
        """Take the lease if it may be taken."""
        with self._lock:
            stored = self.stored.get(execution)
            if stored is None or stored.header.status not in _ACTIVE:
                return False
            if stored.header.lease_owner != owner and not _free(stored.header, now_us):
                return False
            stored.header = replace(stored.header, lease_owner=owner, lease_until_us=until_us)
            return True

    def renew(self, owner: str, until_us: int) -> int:
        """Extend an owner's leases."""
        with self._lock:
            held = [s for s in self._with(*_ACTIVE) if owner and s.header.lease_owner == owner]
            for stored in held:
                stored.header = replace(stored.header, lease_until_us=until_us)
            return len(held)

    def release(self, execution: str, owner: str) -> None:
        """Give a lease up, if the owner has it."""
        with self._lock:
            stored = self.stored.get(execution)
            if stored is not None and stored.header.lease_owner == owner:
                stored.header = replace(stored.header, lease_owner="", lease_until_us=0)

    def release_all(self, owner_prefix: str) -> int:
        """Free the leases of dead owners."""
        with self._lock:
            held = [
                stored
                for stored in self.stored.values()
                if stored.header.lease_owner and stored.header.lease_owner.startswith(owner_prefix)
            ]
            for stored in held:
                stored.header = replace(stored.header, lease_owner="", lease_until_us=0)
            return len(held)

    # --- inbox and outbox -------------------------------------------------------------------------

    def post(self, signal: Posted) -> bool:
        """Put a signal in an inbox, unless it was there before."""
        kept = replace(signal, payload=unpack(pack(dict(signal.payload))))
        with self._lock:
            stored = self._of(signal.execution)
            inbox = stored.inbox
            if signal.id in inbox or stored.salt_key is None:
                return False
            inbox[signal.id] = kept
            return True

    def post_all(self, signals: Sequence[Posted]) -> list[Posted]:
        """Put many, of executions that are there."""
        with self._lock:
            return [one for one in signals if one.execution in self.stored and self.post(one)]

    def with_signals(self, executions: Sequence[str]) -> list[str]:
        """Those with something in the inbox."""
        with self._lock:
            wanted = sorted(set(executions) & self.stored.keys())
            return [execution for execution in wanted if self.stored[execution].signals]

    def inbox(self, execution: str) -> list[Posted]:
        """What waits in an inbox, oldest first."""
        with self._lock:
            stored = self.stored.get(execution)
            return stored.signals if stored else []

    def outbox(self, now_us: int, limit: int = 100) -> list[Outgoing]:
        """Effects due for a try."""
        with self._lock:
            due = sorted((e for e in self._outbox.values() if e.due_us <= now_us), key=lambda e: e.due_us)
            return [entry.effect for entry in due[:limit]]

    def sent(self, ids: Sequence[str]) -> None:
        """Forget effects that were carried out."""
        with self._lock:
            for id in ids:
                self._outbox.pop(id, None)

    def postpone(self, id: str, until_us: int, error: str) -> None:
        """Try an effect later."""
        with self._lock:
            if id in self._outbox:
                self._outbox[id].due_us = until_us

    # --- what needs a worker ----------------------------------------------------------------------

    def _with(self, *statuses: Status) -> Iterator[Stored]:
        return (stored for stored in self.stored.values() if stored.header.status in statuses)

    def due(self, now_us: int, limit: int = 200) -> list[str]:
        """Executions that need a worker now."""
        with self._lock:
            due = [s for s in self._with(*_ACTIVE) if _free(s.header, now_us) and _needs_worker(s, now_us)]
            return [stored.header.id for stored in sorted(due, key=lambda s: s.order)[:limit]]

    def next_wake_us(self) -> int | None:
        """The earliest timer of unleased executions."""
        with self._lock:
            times = [
                stored.header.wake_us
                for stored in self._with(Status.RUNNING, Status.WAITING)
                if stored.header.wake_us is not None and not stored.header.lease_owner
            ]
            return min(times, default=None)

    def admit(self, subnet: str, running_max: int, now_us: int) -> list[str]:
        """Move executions from their lanes to running; a flow's lane is first in, first out."""
        with self._lock:
            running = self._with(Status.RUNNING)
            busy = Counter(stored.header.flow for stored in running if stored.header.subnet == subnet)
            full: set[str] = set()
            admitted: list[str] = []
            for stored in sorted(self._with(Status.PENDING), key=lambda s: s.order):
                header = stored.header
                if header.subnet != subnet or header.flow in full or busy.total() >= running_max:
                    continue
                if header.concurrency_max is not None and busy[header.flow] >= header.concurrency_max:
                    full.add(header.flow)
                    continue
                busy[header.flow] += 1
                stored.header = replace(header, status=Status.RUNNING, updated_us=now_us)
                admitted.append(header.id)
            return admitted

    def leave_lane(self, execution: str) -> bool:
        """Take one execution out of its lane."""
        with self._lock:
            stored = self.stored.get(execution)
            if stored is None or stored.header.status is not Status.PENDING:
                return False
            stored.header = replace(stored.header, status=Status.RUNNING)
            return True

    def running(self, subnet: str, flow: str | None = None) -> int:
        """How many run."""
        with self._lock:
            headers = [stored.header for stored in self._with(Status.RUNNING)]
        return sum(header.subnet == subnet and flow in (None, header.flow) for header in headers)

    def pending(self, subnet: str) -> int:
        """How many wait in their lanes."""
        with self._lock:
            return sum(stored.header.subnet == subnet for stored in self._with(Status.PENDING))

    def waiting_for(self, subnet: str, event_type: str) -> list[str]:
        """Executions whose parked steps wait for this event type, oldest first."""
        with self._lock:
            headers = [s.header for s in self._with(*_ACTIVE) if s.header.subnet == subnet]
        headers.sort(key=lambda header: (header.created_us, header.id))
        return [header.id for header in headers if awaits(header.waits_for, event_type)]

    # --- the shelf --------------------------------------------------------------------------------

    def delete(self, execution: str) -> None:
        """Delete an ended execution; its effects in the outbox stay."""
        with self._lock:
            self._ended(execution, "delete")
            del self.stored[execution]

    def shred(self, execution: str) -> None:
        """Erase the contents of an ended execution."""
        with self._lock:
            stored = self._ended(execution, "shred")
            stored.salt_key, stored.header = None, replace(stored.header, error=None)
            stored.entries = [entry._replace(payload=b"") for entry in stored.entries]
            stored.inbox = dict.fromkeys(stored.inbox)

    def _ended(self, execution: str, verb: str) -> Stored:
        stored = self._of(execution)
        status = stored.header.status
        if not status.ended:
            message = f"execution {execution} is {status}; abort it before you {verb} it"
            raise WrongState(message, execution=execution, status=str(status))
        return stored

    def expired(self, now_us: int, limit: int = 200) -> list[str]:
        """Ended executions whose retention is over, the longest expired first."""
        with self._lock:
            over = [
                (stored.header.keep_until_us, stored.header.id)
                for stored in self.stored.values()
                if stored.header.status.ended
                and stored.header.keep_until_us is not None
                and stored.header.keep_until_us <= now_us
            ]
        return [id for _, id in sorted(over)[:limit]]

    def keep_until(self, execution: str, until_us: int) -> None:
        """Put off the end of its retention."""
        with self._lock:
            stored = self._of(execution)
            ends_us = stored.header.keep_until_us
            if ends_us is not None and ends_us < until_us:
                stored.header = replace(stored.header, keep_until_us=until_us)

    def list(self, query: ExecutionQuery) -> Sequence[Header]:
        """A page of executions, newest first."""
        with self._lock:
            headers = [s.header for s in self.stored.values() if s.header.subnet == query.subnet]
        headers.sort(key=_age, reverse=True)
        if query.before is not None:
            cursors = [header for header in headers if header.id == query.before]
            headers = [header for header in headers if cursors and _age(header) < _age(cursors[0])]
        headers = [header for header in headers if _within(header, query)]
        wanted = {"flow": query.flow, "status": query.status, "parent": query.parent}
        filters = {name: value for name, value in wanted.items() if value is not None}
        return [h for h in headers if all(getattr(h, n) == v for n, v in filters.items())][: query.limit]


def _age(header: Header) -> tuple[int, str]:
    return header.created_us, header.id


def _within(header: Header, query: ExecutionQuery) -> bool:
    late_enough = query.since_us is None or header.created_us >= query.since_us
    return late_enough and (query.until_us is None or header.created_us < query.until_us)


def _free(header: Header, now_us: int) -> bool:
    return not header.lease_owner or header.lease_until_us <= now_us


def _needs_worker(stored: Stored, now_us: int) -> bool:
    header = stored.header
    if stored.signals or header.status is Status.RUNNING:
        return True
    return header.status is Status.WAITING and header.wake_us is not None and header.wake_us <= now_us
