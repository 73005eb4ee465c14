"""Grants, roles and consents in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from engine.base.errors import UnknownObject, WrongState
from engine.ports.permissions import Consent, Grant, Role, first_grant

Given = TypeVar("Given", Grant, Consent)
Held = TypeVar("Held", Grant, Role, Consent)


class MemoryPermissions:
    """A :class:`PermissionStore`; one lock makes every method a transaction."""

    def __init__(self, *grants: Grant) -> None:
        self._grants = {grant.id: grant for grant in grants}
        self._roles: dict[tuple[str, str], Role] = {}
        self._consents: dict[str, Consent] = {}
        self._revision = 0
        self._lock = threading.RLock()

    def revision(self, subnet: str) -> int:
        """One counter for all subnets is a counter for each."""
        with self._lock:
            return self._revision

    def grants(self, subnet: str) -> Sequence[Grant]:
        """Oldest first."""
        with self._lock:
            return sorted(_of(subnet, self._grants.values()), key=lambda grant: grant.id)

    def add_grant(self, grant: Grant) -> None:
        """A new one."""
        with self._lock:
            self._grants[grant.id] = grant
            self._revision += 1

    def revoke_grant(self, subnet: str, grant: str, by: str, now_us: int) -> Grant:
        """End it."""
        with self._lock:
            held = _found(self._grants, subnet, grant, "grant")
            if held.revoked_us is None:
                self.add_grant(replace(held, revoked_us=now_us, revoked_by=by))
            return self._grants[grant]

    def renew_grant(self, subnet: str, grant: str, expires_us: int | None) -> Grant:
        """Another end."""
        with self._lock:
            held = _found(self._grants, subnet, grant, "grant")
            if held.revoked_us is not None:
                raise WrongState(f"grant {grant!r} was revoked; make a new one")
            self.add_grant(replace(held, expires_us=expires_us))
            return self._grants[grant]

    def roles(self, subnet: str) -> Sequence[Role]:
        """By name."""
        with self._lock:
            return sorted(_of(subnet, self._roles.values()), key=lambda role: role.name)

    def put_role(self, role: Role) -> None:
        """Make or change it."""
        with self._lock:
            self._roles[role.subnet, role.name] = role
            self._revision += 1

    def delete_role(self, subnet: str, name: str) -> None:
        """Forget it."""
        with self._lock:
            if self._roles.pop((subnet, name), None) is None:
                raise UnknownObject(f"there is no role {name!r}")
            self._revision += 1

    def consents(self, subnet: str) -> Sequence[Consent]:
        """Oldest first."""
        with self._lock:
            return sorted(_of(subnet, self._consents.values()), key=lambda consent: consent.id)

    def add_consent(self, consent: Consent) -> None:
        """A new one."""
        with self._lock:
            self._consents[consent.id] = consent
            self._revision += 1

    def withdraw_consent(self, subnet: str, consent: str, by: str, now_us: int) -> Consent:
        """End it."""
        with self._lock:
            held = _found(self._consents, subnet, consent, "consent")
            if held.withdrawn_us is None:
                self.add_consent(replace(held, withdrawn_us=now_us, withdrawn_by=by))
            return self._consents[consent]

    def forget_person(self, subnet: str, person: str, instead: str) -> int:
        """Another name in consents that ended."""
        with self._lock:
            theirs = [
                one for one in self.consents(subnet) if one.person == person and one.withdrawn_us is not None
            ]
            for consent in theirs:
                self.add_consent(replace(consent, person=instead))
            return len(theirs)

    def renew_consent(self, subnet: str, consent: str, expires_us: int | None) -> Consent:
        """Another end."""
        with self._lock:
            held = _found(self._consents, subnet, consent, "consent")
            if held.withdrawn_us is not None:
                raise WrongState(f"consent {consent!r} was withdrawn; ask for a new one")
            self.add_consent(replace(held, expires_us=expires_us))
            return self._consents[consent]


def _of(subnet: str, held: Iterable[Held]) -> list[Held]:
    return [each for each in held if each.subnet == subnet]


def _found(held: dict[str, Given], subnet: str, id: str, kind: str) -> Given:
    found = held.get(id)
    if found is None or found.subnet != subnet:
        raise UnknownObject(f"there is no {kind} {id!r}")
    return found


class OpenPermissions(MemoryPermissions):
    """Permissions in which every subnet has its first grant, as those of a node have."""

    def grants(self, subnet: str) -> Sequence[Grant]:
        """Those made so far; the first is made when somebody looks."""
        first = first_grant(subnet, 0)
        with self._lock:
            self._grants.setdefault(first.id, first)
            return super().grants(subnet)

    def revoke_grant(self, subnet: str, grant: str, by: str, now_us: int) -> Grant:
        """End one; the first is there to be ended."""
        self.grants(subnet)
        return super().revoke_grant(subnet, grant, by, now_us)
