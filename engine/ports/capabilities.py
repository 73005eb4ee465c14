"""The sockets for capability tokens: who holds one, what its uses leave behind, and what they reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from engine.base.record import record
from engine.ports.credentials import Credential, CredentialKey
from engine.ports.grants import Capability
from engine.ports.policy import Policy
from engine.ports.sandbox import HostCalls as HostCalls  # noqa: PLC0414
from engine.ports.step_catalogue import Breakers, Cancellation

USED_EVENT = "q.qflow.capability.token.used.v1"
"""Type of the event that tells of a use, allowed or denied."""


@record
class Holder:
    """The one attempt of a step that a token is for; ``run`` counts from 0, ``attempt`` from 1."""

    subnet: str
    flow: str
    execution: str
    step: str
    run: int = 0
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class CapabilityUse:
    """One use of a token, as the audit keeps it. ``arguments`` never hold a query, a header, a body or a
    secret's value; ``token`` is empty where what was shown is no token of this node, and for credentials,
    which take none."""

    id: str
    subnet: str
    execution: str
    step: str
    run: int
    attempt: int
    token: str
    operation: str
    arguments: Mapping[str, Any]
    allowed: bool
    reason: str
    at_us: int


@dataclass(frozen=True, slots=True)
class UseQuery:
    """A page of uses, newest first. ``before`` is a cursor: the id of a use."""

    subnet: str
    execution: str | None = None
    token: str | None = None
    allowed: bool | None = None
    before: str | None = None
    limit: int = 50


class CapabilityStore(Protocol):
    """The audit of uses, and the tokens that were revoked."""

    def record(self, use: CapabilityUse) -> None:
        """Keep one use durably."""

    def uses(self, query: UseQuery) -> Sequence[CapabilityUse]: ...
    def forget(self, execution: str) -> int:
        """Delete the uses of an execution, with its other data; gives how many there were."""

    def revoke(self, subnet: str, revoked: str, reason: str, now_us: int) -> None:
        """From now on refuse a token: ``revoked`` is its id, or the revocation id of one of its blocks."""

    def revoked(self, since_us: int) -> frozenset[tuple[str, str]]:
        """Subnet and id of what was revoked since a time; older tokens have expired."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A value of a flow. ``revision`` counts up by one with each change, from 1."""

    value: Any
    revision: int


class KeyValueStore(Protocol):
    """Values that the executions of one flow share, per subnet; bounded in number and size."""

    def get(self, subnet: str, flow: str, key: str) -> Kept | None: ...
    def put(self, subnet: str, flow: str, key: str, value: Any, expected: int | None, now_us: int) -> int:
        """Store and give the new revision. ``expected`` is the revision to replace: 0 for a key that must
        not exist, None for whatever is there. Raises :class:`StaleRevision`, or
        :class:`ResourceExhausted` where the flow keeps too much."""

    def delete(self, subnet: str, flow: str, key: str, expected: int | None) -> bool:
        """Whether the key was there; raises :class:`StaleRevision`."""

    def keys(self, subnet: str, flow: str, prefix: str, after: str, limit: int) -> Sequence[str]:
        """Keys with the prefix in their order, those after ``after``."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret with its scope: where it may be sent, and for whom. ``hosts`` are patterns as in
    :class:`engine.ports.grants.HttpCapability`; ``plain_http`` lets it travel without TLS."""

    name: str
    value: str = field(repr=False)
    hosts: tuple[str, ...] = ()
    subnets: tuple[str, ...] = ()
    plain_http: bool = False


class SecretSource(Protocol):
    """Where secrets come from."""

    def of(self, subnet: str) -> Mapping[str, Secret]:
        """The secrets of a subnet, by name."""


@dataclass(frozen=True, slots=True)
class HttpCall:
    """A request as it goes out; times in milliseconds."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes | None = field(default=None, repr=False)
    timeout_ms: int = 30_000
    response_bytes_max: int = 1024 * 1024


@dataclass(frozen=True, slots=True)
class HttpReply:
    """An answer; names of headers in lower case, repeated ones as several pairs."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


class HttpEgress(Protocol):
    """The way out for one attempt, behind the subnet's egress policy."""

    def send(self, call: HttpCall) -> HttpReply:
        """One request and its answer; redirects are answers, too.

        Connects only to an address that was checked. Raises :class:`EgressDenied`,
        :class:`NetworkFailure`, :class:`TimedOut`, :class:`PayloadTooLarge` and :class:`StepCancelled`.
        """


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The attempt that wants to reach the host."""

    holder: Holder
    policy: Policy
    breakers: Breakers
    cancellation: Cancellation
    timeout_ms: int
    pieces: tuple[tuple[str, ...], ...] = ()
    """What runs: for each piece of code its CID, and that of the flow version whose step names it."""


class Credentials(Protocol):
    """Hands credentials to attempts of steps, and leaves a record of each."""

    def use(self, holder: Holder, step_type: str, key: CredentialKey) -> Credential:
        """The credential, for this attempt. Raises :class:`InvalidInput` where it is not there, not filled
        in or not right, and :class:`CapabilityDenied` where its scope leaves the step type out."""


class Capabilities(Protocol):
    """Mints tokens and stands between guests and the world."""

    def open(self, surroundings: Surroundings, requested: Sequence[Capability]) -> HostCalls:
        """Grant what is asked for, and the policy allows to what runs, to this attempt alone."""
