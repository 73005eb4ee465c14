"""The socket for flows: drafts, versions, publishing, and the triggers a published flow has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from engine.flow.model import Flow

FORM_MARK = "~form"
"""Stands before the path of a form, where that of a webhook would begin."""


@dataclass(frozen=True, slots=True)
class FlowRecord:
    """A flow as the store knows it. ``revision`` is the CID of the draft: a save must carry it."""

    subnet: str
    id: str
    name: str
    owner: str
    revision: str  # CID of the newest version (the draft)
    published: str = ""  # CID of the published version, empty if none
    archived: bool = False
    tags: tuple[str, ...] = ()
    category: str = ""
    visibility: str = "private"
    description: str = ""
    created_us: int = 0
    updated_us: int = 0


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """One entry of a flow's history; numbers count from 1 and never repeat."""

    number: int
    version: str  # CID
    author: str
    message: str
    created_us: int
    tags: tuple[str, ...] = ()  # names given to this version
    published_us: int | None = None  # when it last was published


@dataclass(frozen=True, slots=True)
class FlowSignature:
    """Somebody answers for a version: a signature over it (:mod:`engine.usecases.vouchers`)."""

    version: str
    identity: str
    key: str  # multikey
    at_us: int
    signature: bytes


@dataclass(frozen=True, slots=True)
class Registration:
    """A trigger of a published flow.

    ``kind`` ``webhook``: ``key`` is the path pattern without leading slash (``orders/:id``) and
    ``spec`` holds ``methods``; ``schedule``: ``spec`` holds ``cron`` or ``interval_ms`` and
    ``timezone``; ``event``: ``key`` is the event type, ``spec`` may hold ``match``.
    """

    kind: str
    step: str
    key: str = ""
    spec: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ActiveTrigger:
    """A registration in force: which flow and version it starts."""

    subnet: str
    flow: str
    version: str
    registration: Registration
    next_us: int | None = None  # schedules: the next tick


class FlowStore(Protocol):
    """Flows of all subnets. Every method that changes something is one transaction."""

    def create(self, subnet: str, flow: Flow, author: str, message: str, now_us: int) -> FlowRecord:
        """Raises :class:`WrongState` (409) where the id is taken in the subnet."""

    def save(
        self, subnet: str, flow: Flow, revision: str, author: str, message: str, now_us: int
    ) -> FlowRecord:
        """Add a version. Raises :class:`StaleRevision` unless ``revision`` is the newest, with the
        newest in its details; saving what is already newest changes nothing."""

    def record(self, subnet: str, flow_id: str) -> FlowRecord:
        """Raises :class:`UnknownObject`."""

    def version(self, subnet: str, version: str) -> Flow:
        """A flow version by CID; checked against it. Raises :class:`UnknownObject`."""

    def history(self, subnet: str, flow_id: str) -> list[VersionRecord]:
        """Newest first."""

    def sign(self, subnet: str, signature: FlowSignature) -> None:
        """Keep a signature; a later one of the same identity takes its place."""

    def signatures(self, subnet: str, version: str) -> Sequence[FlowSignature]:
        """Who answers for a version, oldest first."""

    def tag(self, subnet: str, flow_id: str, version: str, tag: str) -> None:
        """Name a version; a tag moves if it was on another one."""

    def untag(self, subnet: str, flow_id: str, tag: str) -> str | None:
        """Take a name away; gives the version that had it, None where none had."""

    def archive(self, subnet: str, flow_id: str, archived: bool, now_us: int) -> FlowRecord:
        """Archiving unpublishes."""

    def delete(self, subnet: str, flow_id: str) -> None:
        """Delete the flow and its triggers; versions that executions pin stay."""

    def publish(
        self,
        subnet: str,
        flow_id: str,
        version: str,
        registrations: Sequence[Registration],
        next_us: Mapping[str, int],
        now_us: int,
    ) -> FlowRecord:
        """Make a version the published one and its triggers those in force, in one transaction.

        ``next_us`` gives the first tick per schedule step. Raises :class:`WrongState` where another
        flow of any subnet already serves the same method and webhook path.
        """

    def check_routes(self, subnet: str, flow_id: str, registrations: Sequence[Registration]) -> None:
        """Raises :class:`WrongState` where :meth:`publish` would, and changes nothing."""

    def unpublish(self, subnet: str, flow_id: str, now_us: int) -> FlowRecord: ...

    def triggers(self, kind: str, subnet: str | None = None) -> list[ActiveTrigger]:
        """All registrations in force of a kind (routes are cached by :attr:`routes_revision`)."""

    def routes_revision(self) -> int:
        """Grows whenever the triggers in force change; cheap to ask per request."""

    def schedules_due(self, now_us: int, limit: int = 100) -> list[ActiveTrigger]: ...

    def advance_schedule(self, trigger: ActiveTrigger, next_us: int | None) -> bool:
        """Move a schedule from its tick to the next; of two callers one gets True."""

    def next_schedule_us(self) -> int | None: ...

    def count(self, subnet: str) -> int:
        """How many flows a subnet has, archived ones too."""

    def list(
        self,
        subnet: str,
        *,
        tag: str | None = None,
        text: str | None = None,
        archived: bool = False,
        limit: int = 50,
        after: str | None = None,
    ) -> Sequence[FlowRecord]: ...
