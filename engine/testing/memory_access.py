"""An access store in memory."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.base.canonical import decode, encode
from engine.base.errors import PolicyViolation, StaleRevision, UnknownObject, WrongState
from engine.ports.access_store import Subnet, TokenRecord
from engine.ports.policy import PERSONAL
from engine.storage.policies import default_document, parsed
from engine.testing.memory_identities import MemoryIdentities


class MemoryAccess:
    """An :class:`AccessStore` for tests and simulation; one lock makes every method a transaction."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._subnets: dict[str, Subnet] = {}
        self._policies: dict[str, list[bytes]] = {}
        self._signed: dict[str, list[bytes]] = {}
        self._tokens: dict[str, TokenRecord] = {}
        self._tokens_revision = 0
        self._ended: set[str] = set()
        self.identities = MemoryIdentities()

    def ensure_personal_subnet(self, now_us: int) -> Subnet:
        """The subnet of a fresh node."""
        with self._lock:
            if PERSONAL not in self._subnets:
                self.create_subnet(PERSONAL, "Personal", now_us)
            return self._subnets[PERSONAL]

    def subnet(self, subnet_id: str) -> Subnet:
        """One subnet."""
        with self._lock:
            if subnet_id not in self._subnets:
                raise UnknownObject(f"there is no subnet {subnet_id!r}", subnet=subnet_id)
            return self._subnets[subnet_id]

    def subnets(self) -> list[Subnet]:
        """All of them, oldest first."""
        with self._lock:
            return sorted(self._subnets.values(), key=lambda subnet: (subnet.created_us, subnet.id))

    def create_subnet(self, subnet_id: str, name: str, now_us: int) -> Subnet:
        """A subnet with the default policy."""
        with self._lock:
            if subnet_id in self._subnets or subnet_id in self._ended:
                raise WrongState(f"there is a subnet {subnet_id!r} already, or was one", subnet=subnet_id)
            self._policies[subnet_id] = [encode(default_document())]
            self._subnets[subnet_id] = Subnet(subnet_id, name, now_us)
            return self._subnets[subnet_id]

    def end_subnet(self, subnet_id: str, now_us: int) -> None:
        """No token of it counts any more."""
        with self._lock:
            subnet = self.subnet(subnet_id)
            if subnet.ending_us is None:
                self._subnets[subnet_id] = replace(subnet, ending_us=now_us)
            for token in self.tokens(subnet_id):
                self.revoke_token(token.id)

    def erase_subnet(self, subnet_id: str, now_us: int) -> None:
        """Only the id is left. Of executions this store knows nothing."""
        with self._lock:
            self.subnet(subnet_id)
            del self._subnets[subnet_id], self._policies[subnet_id]
            self._tokens = {id: one for id, one in self._tokens.items() if one.subnet != subnet_id}
            self._ended.add(subnet_id)

    def policy_document(self, subnet_id: str) -> tuple[int, Mapping[str, Any]]:
        """Revision and document in force."""
        with self._lock:
            self.subnet(subnet_id)
            revisions = self._policies[subnet_id]
            return len(revisions), decode(revisions[-1])

    def put_policy(self, subnet_id: str, document: Mapping[str, Any], expected: int, now_us: int) -> int:
        """The next revision."""
        parsed(document)
        with self._lock:
            if self._signed.get(subnet_id):
                raise PolicyViolation(f"the members of subnet {subnet_id!r} decide on its policy")
            newest, _ = self.policy_document(subnet_id)
            if newest != expected:
                message = f"the policy of {subnet_id} is at revision {newest}, not {expected}"
                raise StaleRevision(message, revision=newest)
            self._policies[subnet_id].append(encode(dict(document)))
            return expected + 1

    def adopt_policy(
        self, subnet_id: str, version: int, document: Mapping[str, Any], envelope: bytes, now_us: int
    ) -> int:
        """The next version."""
        parsed(document)
        with self._lock:
            revision, _ = self.policy_document(subnet_id)
            signed = self._signed.setdefault(subnet_id, [])
            if version != len(signed) + 1:
                raise StaleRevision(f"another policy of {subnet_id} was adopted first", version=version)
            signed.append(envelope)
            self._policies[subnet_id].append(encode(dict(document)))
            return revision + 1

    def signed_policy(self, subnet_id: str) -> bytes | None:
        """The newest one."""
        return next(reversed(self._signed.get(subnet_id, [])), None)

    def signed_policies(self, subnet_id: str, after: int = 0) -> list[bytes]:
        """All behind a version."""
        return self._signed.get(subnet_id, [])[after:]

    def add_token(self, record: TokenRecord) -> None:
        """A token was issued."""
        with self._lock:
            self.subnet(record.subnet)
            self._tokens[record.id] = record
            self._tokens_revision += 1

    def token(self, token_id: str) -> TokenRecord | None:
        """One token."""
        return self._tokens.get(token_id)

    def tokens(self, subnet_id: str) -> list[TokenRecord]:
        """All tokens of a subnet, oldest first."""
        with self._lock:
            tokens = [token for token in self._tokens.values() if token.subnet == subnet_id]
        return sorted(tokens, key=lambda token: (token.created_us, token.id))

    def revoke_token(self, token_id: str) -> None:
        """The token stands for nobody any more."""
        with self._lock:
            if token_id not in self._tokens:
                raise UnknownObject(f"there is no token {token_id!r}", token=token_id)
            self._tokens[token_id] = replace(self._tokens[token_id], revoked=True)
            self._tokens_revision += 1

    def tokens_revision(self) -> int:
        """How often a token or an identity changed."""
        return self._tokens_revision + self.identities.revision()
