"""The socket for grants, roles and consents of a subnet.

*Who* is an actor's id, or ``*`` for everybody in the subnet. *Actions* are dotted words: ``step.run``;
``step.*`` is all that begins so, ``*`` everything. *Resources* are paths: ``flows/orders`` is the flow and
all that lies below it, ``flows/*/steps/pay`` that step of every flow, ``*`` everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.base.ids import derived

EVERYBODY = "*"

REVOKED_EVENT = "q.qflow.permission.revoked.v1"
RENEWED_EVENT = "q.qflow.permission.renewed.v1"
"""Also what an execution waits for that was paused since a permission expired."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Somebody may do something to something, for a purpose, for a while.

    It gives its ``actions``, those that its ``scopes`` stand for, and those of its ``role``. With a
    ``purpose`` it is good for operations of that purpose only; without, for every one. With a ``share`` it
    came by that link, and holds for the person who opened it, whatever the person's own scopes are.
    """

    id: str
    subnet: str
    who: str
    actions: tuple[str, ...] = ()
    resource: str = "*"
    scopes: tuple[str, ...] = ()
    role: str = ""
    purpose: str = ""
    granted_by: str = ""
    granted_us: int = 0
    expires_us: int | None = None
    revoked_us: int | None = None
    revoked_by: str = ""
    share: str = ""


@dataclass(frozen=True, slots=True)
class Role:
    """A bundle of actions under a name; who holds it is said by grants."""

    subnet: str
    name: str
    actions: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    description: str = ""
    updated_us: int = 0


@dataclass(frozen=True, slots=True)
class Consent:
    """A person agrees that data about them is used for a purpose, by what lies below a resource."""

    id: str
    subnet: str
    person: str
    purpose: str
    resource: str = "*"
    recorded_by: str = ""
    given_us: int = 0
    expires_us: int | None = None
    withdrawn_us: int | None = None
    withdrawn_by: str = ""


def first_grant(subnet: str, now_us: int) -> Grant:
    """The grant that a new subnet has: whoever has a token may do what its scopes allow. Revoking it makes
    every other grant count."""
    return Grant(
        id=derived("grt", subnet, "first"),
        subnet=subnet,
        who=EVERYBODY,
        actions=("*",),
        granted_by="system",
        granted_us=now_us,
    )


class PermissionStore(Protocol):
    """Grants, roles and consents, past ones too; every change moves the subnet's revision."""

    def revision(self, subnet: str) -> int:
        """A number that grows with every change in the subnet."""

    def grants(self, subnet: str) -> Sequence[Grant]: ...
    def add_grant(self, grant: Grant) -> None: ...
    def revoke_grant(self, subnet: str, grant: str, by: str, now_us: int) -> Grant:
        """The grant as it is now; revoking twice changes nothing. Raises :class:`UnknownObject`."""

    def renew_grant(self, subnet: str, grant: str, expires_us: int | None) -> Grant:
        """The grant with a new end. Raises :class:`UnknownObject`, and :class:`WrongState` for one that
        was revoked."""

    def roles(self, subnet: str) -> Sequence[Role]: ...
    def put_role(self, role: Role) -> None:
        """Make a role, or change it for all who hold it."""

    def delete_role(self, subnet: str, name: str) -> None:
        """Raises :class:`UnknownObject`."""

    def consents(self, subnet: str) -> Sequence[Consent]: ...
    def add_consent(self, consent: Consent) -> None: ...
    def withdraw_consent(self, subnet: str, consent: str, by: str, now_us: int) -> Consent:
        """The consent as it is now; twice changes nothing. Raises :class:`UnknownObject`."""

    def forget_person(self, subnet: str, person: str, instead: str) -> int:
        """Write another name into a person's consents, which ended; gives how many. They prove then that
        somebody consented, and no more who."""

    def renew_consent(self, subnet: str, consent: str, expires_us: int | None) -> Consent:
        """The consent with a new end; as :meth:`renew_grant`."""
