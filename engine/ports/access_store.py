"""The socket for subnets, their policy documents and the API tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Subnet:
    """A tenant. One that is being deleted has an ``ending_us``; one that was is no longer known."""

    id: str
    name: str
    created_us: int
    ending_us: int | None = None


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a bearer token stands for, and what it may do there.

    Scopes: ``flows:read``, ``flows:write``, ``executions:read``, ``executions:write``,
    ``system:read``, ``admin`` (all of them), ``*``.
    """

    id: str  # actor id written to facts
    name: str
    subnet: str
    scopes: frozenset[str]
    identity: str = ""  # on whose behalf; empty for the engine itself

    def may(self, scope: str) -> bool:
        """Whether the principal has this scope."""
        return bool(self.scopes & {scope, "admin", "*"})


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A token as the store knows it: all but its text, which only its holder has."""

    id: str
    name: str
    subnet: str
    scopes: tuple[str, ...]
    created_us: int
    expires_us: int | None
    revoked: bool
    identity: str = ""  # whom it stands for


class AccessStore(Protocol):
    """Subnets, policies and tokens."""

    def ensure_personal_subnet(self, now_us: int) -> Subnet:
        """The subnet of a fresh node with its policy document; made where it is missing."""

    def subnet(self, subnet_id: str) -> Subnet:
        """Raises :class:`UnknownObject`, also for one that was deleted."""

    def subnets(self) -> list[Subnet]:
        """All that are not deleted, oldest first."""

    def create_subnet(self, subnet_id: str, name: str, now_us: int) -> Subnet:
        """Raises :class:`WrongState` where there is, or was, one with this id."""

    def end_subnet(self, subnet_id: str, now_us: int) -> None:
        """It is being deleted: its tokens are revoked and its triggers gone. Doing so twice is no error."""

    def erase_subnet(self, subnet_id: str, now_us: int) -> None:
        """Erase what the subnet stored, for good; headers, digests, hashes, signed heads, public key logs
        and the id stay. Raises :class:`WrongState` while one of its executions has not ended."""

    def policy_document(self, subnet_id: str) -> tuple[int, Mapping[str, Any]]:
        """Revision and document in force; the revision counts up by one."""

    def put_policy(self, subnet_id: str, document: Mapping[str, Any], expected: int, now_us: int) -> int:
        """A new revision after ``expected``; raises :class:`StaleRevision`."""

    def adopt_policy(
        self, subnet_id: str, version: int, document: Mapping[str, Any], envelope: bytes, now_us: int
    ) -> int:
        """The document of a signed policy as a new revision, with the policy; from then on
        :meth:`put_policy` raises :class:`PolicyViolation`. Raises :class:`StaleRevision` where ``version``
        does not follow the newest."""

    def signed_policy(self, subnet_id: str) -> bytes | None:
        """The newest signed policy (:mod:`engine.validation.signed_policy`), where there is one."""

    def signed_policies(self, subnet_id: str, after: int = 0) -> list[bytes]:
        """The signed policies behind a version, oldest first."""

    def add_token(self, record: TokenRecord) -> None:
        """Store an issued token; raises :class:`UnknownObject` without such a subnet."""

    def token(self, token_id: str) -> TokenRecord | None: ...
    def tokens(self, subnet_id: str) -> list[TokenRecord]: ...
    def revoke_token(self, token_id: str) -> None: ...

    def tokens_revision(self) -> int:
        """Grows whenever a token or an identity changes; cheap to ask per request."""
