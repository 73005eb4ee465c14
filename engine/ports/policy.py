"""The socket for a subnet's policy: what may run, where, with which limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from engine.base.limits import Limits
from engine.ports.grants import Capability

PERSONAL = "personal"
"""The subnet a fresh node has."""


@dataclass(frozen=True, slots=True)
class EgressPolicy:
    """Where steps may connect to. Private, loopback and link-local addresses are refused unless
    ``allow`` names their host, address or CIDR; ``deny`` wins over ``allow``; with ``only_allowed``
    even public hosts must be named. Hosts may start with ``*.``; an entry may end in ``:port``."""

    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    only_allowed: bool = False
    public_only: bool = False  # private addresses are refused whatever ``allow`` says


@dataclass(frozen=True, slots=True)
class Budget:
    """What a subnet may use on a day (UTC) on the nodes of one database; None: as much as its limits let."""

    executions: int | None = None
    steps: int | None = None
    cpu_seconds: int | None = None  # that guests run
    egress_bytes: int | None = None  # that steps send and receive over the network


NO_BUDGET = Budget()


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a subnet's policy document."""

    subnet: str
    revision: int = 1
    limits: Limits = field(default_factory=Limits)
    code: Literal["any", "approved-only", "none"] = "any"
    approved: frozenset[str] = frozenset()  # CIDs of the code that ``approved-only`` lets run
    flows: Literal["any", "approved-only"] = "any"
    revoked: frozenset[str] = frozenset()  # CIDs of code and flow versions that may run no more
    expired: bool = False  # it was signed for a time that is over
    quarantined: frozenset[str] = frozenset()  # CIDs of code that this node runs no more, for now
    egress: EgressPolicy = field(default_factory=EgressPolicy)
    files_root: str | None = None  # file steps may touch only what is below; None: nothing
    unsigned_flows: bool = True  # versions that nobody signed may start
    environment: tuple[str, ...] = ()  # names that expressions may read through $env
    commands: tuple[str, ...] = ()  # commands that steps may execute
    step_types_denied: tuple[str, ...] = ()
    capabilities: tuple[Capability, ...] = ()  # ceilings of what steps may ask for; empty: nothing
    ceilings: Mapping[str, tuple[Capability, ...]] = field(default_factory=dict)
    """What code, and steps of a flow version, may ask for, by CID: what was approved for it. Code that is
    named here has these ceilings and not ``capabilities``."""
    modules: Mapping[str, str] = field(default_factory=dict)  # CID of each module that may be called by name
    nodes: tuple[str, ...] = ()  # nodes that may run for this subnet; empty: this one
    budget: Budget = NO_BUDGET
    anomalies: Literal["alert", "halt"] = "alert"  # what is done about an execution that is unusual
    document: Mapping[str, Any] = field(default_factory=dict)


class PolicyPort(Protocol):
    """Gives the policy in force; cheap enough to ask before every step."""

    def of(self, subnet: str) -> Policy:
        """Raises :class:`UnknownObject` where there is no such subnet."""

    def renew(self, subnet: str) -> None:
        """Look again with the next :meth:`of`: this process changed the policy just now."""
