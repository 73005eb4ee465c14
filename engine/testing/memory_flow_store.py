"""A flow store in memory, with the rules of the real one."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.base.errors import StaleRevision, UnknownObject, WrongState
from engine.flow.model import Flow
from engine.ports.flow_store import ActiveTrigger, FlowRecord, FlowSignature, Registration, VersionRecord
from engine.storage.routes import overlap, routes_of

_Key = tuple[str, str]  # subnet, flow


@dataclass(slots=True)
class _Entry:
    record: FlowRecord
    history: list[VersionRecord] = field(default_factory=list)  # oldest first


class MemoryFlowStore:
    """A :class:`FlowStore` for tests and simulation; one lock makes every method a transaction."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._signatures: dict[tuple[str, str, str], FlowSignature] = {}
        self._entries: dict[_Key, _Entry] = {}
        self._versions: dict[tuple[str, str], Flow] = {}
        self._triggers: dict[_Key, list[ActiveTrigger]] = {}
        self._routes_revision = 0

    def create(self, subnet: str, flow: Flow, author: str, message: str, now_us: int) -> FlowRecord:
        """Store a new flow with its first version."""
        with self._lock:
            if (subnet, flow.id) in self._entries:
                raise WrongState(f"there is a flow {flow.id!r} already; update it, or choose another id")
            record = _described(
                FlowRecord(subnet, flow.id, flow.name, flow.owner, flow.version, created_us=now_us),
                flow,
                now_us,
            )
            entry = _Entry(record)
            self._entries[subnet, flow.id] = entry
            self._add_version(entry, flow, author, message, now_us)
            return record

    def save(
        self, subnet: str, flow: Flow, revision: str, author: str, message: str, now_us: int
    ) -> FlowRecord:
        """Add a version after ``revision``."""
        with self._lock:
            entry = self._entry(subnet, flow.id)
            newest = entry.record.revision
            if flow.version == newest:
                return entry.record
            if revision != newest:
                raise StaleRevision(newest=newest, given=revision)
            entry.record = _described(replace(entry.record, revision=flow.version), flow, now_us)
            self._add_version(entry, flow, author, message, now_us)
            return entry.record

    def _add_version(self, entry: _Entry, flow: Flow, author: str, message: str, now_us: int) -> None:
        self._versions[entry.record.subnet, flow.version] = flow
        number = len(entry.history) + 1
        entry.history.append(VersionRecord(number, flow.version, author, message, now_us))

    def record(self, subnet: str, flow_id: str) -> FlowRecord:
        """What is known of a flow."""
        with self._lock:
            return self._entry(subnet, flow_id).record

    def _entry(self, subnet: str, flow_id: str) -> _Entry:
        entry = self._entries.get((subnet, flow_id))
        if entry is None:
            raise UnknownObject(f"there is no flow {flow_id!r}")
        return entry

    def version(self, subnet: str, version: str) -> Flow:
        """A flow version by CID."""
        with self._lock:
            flow = self._versions.get((subnet, version))
        if flow is None:
            raise UnknownObject(f"there is no flow version {version!r}")
        return flow

    def sign(self, subnet: str, signature: FlowSignature) -> None:
        """Somebody answers for a version."""
        with self._lock:
            self._signatures[subnet, signature.version, signature.identity] = signature

    def signatures(self, subnet: str, version: str) -> list[FlowSignature]:
        """Who answers for a version."""
        with self._lock:
            found = [one for key, one in self._signatures.items() if key[:2] == (subnet, version)]
        return sorted(found, key=lambda one: (one.at_us, one.identity))

    def history(self, subnet: str, flow_id: str) -> list[VersionRecord]:
        """Newest first."""
        with self._lock:
            return self._entry(subnet, flow_id).history[::-1]

    def tag(self, subnet: str, flow_id: str, version: str, tag: str) -> None:
        """Name the newest entry of a version."""
        with self._lock:
            entry = self._entry(subnet, flow_id)
            number = _number_of(entry, version)
            entry.history = [
                replace(old, tags=_tags(old.tags, tag, old.number == number)) for old in entry.history
            ]

    def untag(self, subnet: str, flow_id: str, tag: str) -> str | None:
        """Take a name away."""
        with self._lock:
            entry = self._entry(subnet, flow_id)
            named = next((old.version for old in entry.history if tag in old.tags), None)
            entry.history = [replace(old, tags=_tags(old.tags, tag, False)) for old in entry.history]
            return named

    def archive(self, subnet: str, flow_id: str, archived: bool, now_us: int) -> FlowRecord:
        """Put a flow away, or take it back out."""
        with self._lock:
            entry = self._entry(subnet, flow_id)
            if archived:
                self._withdraw(entry)
            entry.record = replace(entry.record, archived=archived, updated_us=now_us)
            return entry.record

    def delete(self, subnet: str, flow_id: str) -> None:
        """Delete a flow; its versions stay for the executions that pin them."""
        with self._lock:
            self._withdraw(self._entry(subnet, flow_id))
            del self._entries[subnet, flow_id]

    def _withdraw(self, entry: _Entry) -> None:
        entry.record = replace(entry.record, published="")
        if self._triggers.pop((entry.record.subnet, entry.record.id), None):
            self._routes_revision += 1

    def publish(
        self,
        subnet: str,
        flow_id: str,
        version: str,
        registrations: Sequence[Registration],
        next_us: Mapping[str, int],
        now_us: int,
    ) -> FlowRecord:
        """Put a version and its triggers in force."""
        with self._lock:
            entry = self._entry(subnet, flow_id)
            number = _number_of(entry, version)
            self._refuse_conflicts((subnet, flow_id), registrations)
            self._triggers[subnet, flow_id] = [
                ActiveTrigger(subnet, flow_id, version, given, next_us.get(given.step))
                for given in registrations
            ]
            self._routes_revision += 1
            entry.history = [
                replace(old, published_us=now_us) if old.number == number else old for old in entry.history
            ]
            entry.record = replace(entry.record, published=version, updated_us=now_us)
            return entry.record

    def check_routes(self, subnet: str, flow_id: str, registrations: Sequence[Registration]) -> None:
        """Raise :class:`WrongState` where publishing would."""
        with self._lock:
            self._refuse_conflicts((subnet, flow_id), registrations)

    def _refuse_conflicts(self, key: _Key, registrations: Sequence[Registration]) -> None:
        taken = {
            route: trigger.flow
            for other, triggers in self._triggers.items()
            if other != key
            for trigger in triggers
            for route in _routes(trigger.registration)
        }
        for registration in registrations:
            self._refuse_overlaps(key[0], registration)
            for route in _routes(registration):
                if route in taken:
                    method, _ = route
                    raise WrongState(
                        f"{method} /webhook/{registration.key} is served by the flow {taken[route]!r}; "
                        "choose another path or unpublish that flow"
                    )

    def _refuse_overlaps(self, subnet: str, registration: Registration) -> None:
        others = [
            route
            for (owner, _), triggers in self._triggers.items()
            if owner != subnet
            for trigger in triggers
            for route in routes_of(trigger.registration)
        ]
        for method, pattern in routes_of(registration):
            if any(method == taken and overlap(pattern, other) for taken, other in others):
                raise WrongState(
                    f"{method} /webhook/{registration.key} is served by a flow of another subnet"
                )

    def unpublish(self, subnet: str, flow_id: str, now_us: int) -> FlowRecord:
        """Take the published version and its triggers out of force."""
        with self._lock:
            entry = self._entry(subnet, flow_id)
            self._withdraw(entry)
            entry.record = replace(entry.record, updated_us=now_us)
            return entry.record

    def triggers(self, kind: str, subnet: str | None = None) -> list[ActiveTrigger]:
        """All registrations in force of a kind."""
        with self._lock:
            return [
                trigger
                for triggers in self._triggers.values()
                for trigger in triggers
                if trigger.registration.kind == kind and subnet in (None, trigger.subnet)
            ]

    def routes_revision(self) -> int:
        """Grows whenever the triggers in force change."""
        with self._lock:
            return self._routes_revision

    def schedules_due(self, now_us: int, limit: int = 100) -> list[ActiveTrigger]:
        """Schedules whose tick has come, the longest due first."""
        due = [(t.next_us, t) for t in self.triggers("schedule") if t.next_us is not None]
        ordered = sorted((pair for pair in due if pair[0] <= now_us), key=lambda pair: pair[0])
        return [trigger for _, trigger in ordered[:limit]]

    def advance_schedule(self, trigger: ActiveTrigger, next_us: int | None) -> bool:
        """Move a schedule on, if it still stands at the trigger's tick."""
        with self._lock:
            triggers = self._triggers.get((trigger.subnet, trigger.flow), [])
            if trigger not in triggers:
                return False
            triggers[triggers.index(trigger)] = replace(trigger, next_us=next_us)
            return True

    def next_schedule_us(self) -> int | None:
        """When the next schedule is due."""
        times = (trigger.next_us for trigger in self.triggers("schedule"))
        return min((time for time in times if time is not None), default=None)

    def count(self, subnet: str) -> int:
        """How many there are."""
        with self._lock:
            return sum(owner == subnet for owner, _ in self._entries)

    def list(
        self,
        subnet: str,
        *,
        tag: str | None = None,
        text: str | None = None,
        archived: bool = False,
        limit: int = 50,
        after: str | None = None,
    ) -> Sequence[FlowRecord]:
        """Flows by id, those behind ``after``; ``text`` is looked for in id, name, description."""
        with self._lock:
            records = [entry.record for (owner, _), entry in sorted(self._entries.items()) if owner == subnet]
        return [
            record
            for record in records
            if record.archived == archived
            and (tag is None or tag in record.tags)
            and (text is None or _mentions(record, text))
            and (after is None or record.id > after)
        ][:limit]


def _described(record: FlowRecord, flow: Flow, now_us: int) -> FlowRecord:
    return replace(
        record,
        name=flow.name,
        owner=flow.owner or record.owner,
        tags=flow.metadata.tags,
        category=flow.metadata.category,
        visibility=flow.metadata.visibility,
        description=flow.description,
        updated_us=now_us,
    )


def _number_of(entry: _Entry, version: str) -> int:
    """The newest entry of the history that has this version."""
    for record in reversed(entry.history):
        if record.version == version:
            return record.number
    raise UnknownObject(f"flow {entry.record.id!r} has no version {version!r}")


def _tags(tags: tuple[str, ...], tag: str, wanted: bool) -> tuple[str, ...]:
    others = tuple(other for other in tags if other != tag)
    return (*others, tag) if wanted else others


def _routes(registration: Registration) -> list[tuple[str, str]]:
    """Method and path with parameter names left out: ``a/:id`` and ``a/:name`` are the same route."""
    if registration.kind != "webhook":
        return []
    path = re.sub(r":[^/]+", ":", registration.key)
    return [(method, path) for method in registration.spec.get("methods", ())]


def _mentions(record: FlowRecord, text: str) -> bool:
    return text.lower() in f"{record.id}\n{record.name}\n{record.description}".lower()
