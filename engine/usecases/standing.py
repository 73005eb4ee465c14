"""Whose identity was revoked: what they started does not go on."""

from __future__ import annotations

from engine.ports.access_store import AccessStore
from engine.ports.identities import IdentityStore
from engine.usecases.persons import ACTOR_PREFIX


class Standing:
    """:class:`engine.validation.trust.Standing` over the stores of tokens and identities."""

    def __init__(self, access: AccessStore, identities: IdentityStore) -> None:
        self._access, self._identities = access, identities

    def revision(self) -> int:
        """Grows whenever a token or an identity changes."""
        return self._access.tokens_revision()

    def revoked(self, subnet: str) -> frozenset[str]:
        """The actors that act for an identity which was revoked, or stands under one that was."""
        ended = self._ended(subnet)
        if not ended:
            return frozenset()
        tokens = {token.id for token in self._access.tokens(subnet) if token.identity in ended}
        return frozenset({*ended, *(f"{ACTOR_PREFIX}{identity}" for identity in ended), *tokens})

    def _ended(self, subnet: str) -> set[str]:
        records = self._identities.records(subnet)
        ended = {record.id for record in records if record.revoked_us is not None}
        while below := {one.id for one in records if one.delegator in ended and one.id not in ended}:
            ended |= below
        return ended
