"""Subnets, their policy documents and API tokens on Django's database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.base.canonical import decode, encode
from engine.base.errors import PolicyViolation, StaleRevision, UnknownObject, WrongState
from engine.ports.access_store import Subnet, TokenRecord
from engine.ports.permissions import first_grant
from engine.ports.policy import PERSONAL
from engine.storage import subnet_erasure
from engine.storage.database import Database, Row, text
from engine.storage.identities import COUNTER as IDENTITIES
from engine.storage.permissions import insert_grant
from engine.storage.policies import default_document, parsed

_SUBNET = "INSERT INTO engine_subnet (id, name, created_us) VALUES (%s, %s, %s) ON CONFLICT (id) DO NOTHING"
_SUBNETS = "SELECT id, name, created_us, ending_us FROM engine_subnet WHERE ended_us IS NULL"
_DOCUMENT = (
    "INSERT INTO engine_policy_document (subnet, revision, document, created_us) VALUES (%s, %s, %s, %s)"
    " ON CONFLICT (subnet, revision) DO NOTHING"
)
_IN_FORCE = (
    "SELECT revision, document FROM engine_policy_document WHERE subnet = %s ORDER BY revision DESC LIMIT 1"
)
_SIGNED = (
    "INSERT INTO engine_signed_policy (subnet, version, revision, envelope) VALUES (%s, %s, %s, %s)"
    " ON CONFLICT (subnet, version) DO NOTHING"
)
_NEWEST_SIGNED = (
    "SELECT version, envelope FROM engine_signed_policy WHERE subnet = %s ORDER BY version DESC LIMIT 1"
)
_SIGNED_SINCE = (
    "SELECT envelope FROM engine_signed_policy WHERE subnet = %s AND version > %s ORDER BY version"
)
_ISSUED_COLUMNS = "id, name, subnet, scopes, created_us, expires_us, revoked, identity"
_ISSUE = f"INSERT INTO engine_api_token ({_ISSUED_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"  # noqa: S608
_TOKEN = f"SELECT {_ISSUED_COLUMNS} FROM engine_api_token WHERE id = %s"  # noqa: S608
_TOKENS = f"SELECT {_ISSUED_COLUMNS} FROM engine_api_token WHERE subnet = %s ORDER BY created_us, id"  # noqa: S608
_COUNTER = "tokens"
_COUNT = (
    "INSERT INTO engine_counter (name, value) VALUES (%s, 1)"
    " ON CONFLICT (name) DO UPDATE SET value = engine_counter.value + 1"
)
_REVISION = "SELECT SUM(value) FROM engine_counter WHERE name IN (%s, %s)"


class DjangoAccessStore:
    """:class:`engine.ports.access_store.AccessStore` on SQLite or PostgreSQL."""

    def __init__(self, using: str = "default") -> None:
        self._db = Database(using)

    def ensure_personal_subnet(self, now_us: int) -> Subnet:
        """The subnet of a fresh node, made with its policy document where it is missing."""
        self._create(PERSONAL, "Personal", now_us)
        return self.subnet(PERSONAL)

    def _create(self, subnet_id: str, name: str, now_us: int) -> bool:
        with self._db.transaction() as cursor:
            cursor.execute(_SUBNET, [subnet_id, name, now_us])
            created: bool = cursor.rowcount == 1
            if created:
                cursor.execute(_DOCUMENT, [subnet_id, 1, encode(default_document()), now_us])
                insert_grant(cursor, first_grant(subnet_id, now_us))
            return created

    def subnet(self, subnet_id: str) -> Subnet:
        """Raises :class:`UnknownObject`."""
        row = self._db.row(f"{_SUBNETS} AND id = %s", [subnet_id])
        if row is None:
            raise _no_subnet(subnet_id)
        return Subnet(*row)

    def subnets(self) -> list[Subnet]:
        """All of them, oldest first."""
        rows = self._db.rows(f"{_SUBNETS} ORDER BY created_us, id")
        return [Subnet(*row) for row in rows]

    def create_subnet(self, subnet_id: str, name: str, now_us: int) -> Subnet:
        """A subnet with the default policy as revision 1; raises :class:`WrongState` if there is one."""
        if not self._create(subnet_id, name, now_us):
            raise WrongState(f"there is a subnet {subnet_id!r} already, or was one", subnet=subnet_id)
        return Subnet(subnet_id, name, now_us)

    def end_subnet(self, subnet_id: str, now_us: int) -> None:
        """See :meth:`AccessStore.end_subnet`; raises :class:`UnknownObject`."""
        self.subnet(subnet_id)
        subnet_erasure.end(self._db, subnet_id, now_us)

    def erase_subnet(self, subnet_id: str, now_us: int) -> None:
        """See :meth:`AccessStore.erase_subnet`; raises :class:`UnknownObject`."""
        self.subnet(subnet_id)
        subnet_erasure.erase(self._db, subnet_id, now_us)

    def policy_document(self, subnet_id: str) -> tuple[int, Mapping[str, Any]]:
        """See :meth:`AccessStore.policy_document`; raises :class:`UnknownObject`."""
        row = self._db.row(_IN_FORCE, [subnet_id])
        if row is None:
            raise _no_subnet(subnet_id)
        return row[0], decode(bytes(row[1]))

    def put_policy(self, subnet_id: str, document: Mapping[str, Any], expected: int, now_us: int) -> int:
        """See :meth:`AccessStore.put_policy`; raises :class:`InvalidInput` for a document that says what no
        policy can say."""
        parsed(document)
        if self.signed_policy(subnet_id) is not None:
            raise _governed(subnet_id)
        revision, _ = self.policy_document(subnet_id)
        values = [subnet_id, expected + 1, encode(dict(document)), now_us]
        if revision == expected and self._db.write(_DOCUMENT, values) == 1:
            return expected + 1
        newest, _ = self.policy_document(subnet_id)
        message = (
            f"the policy of {subnet_id} is at revision {newest}, not {expected}; load it and change that"
        )
        raise StaleRevision(message, revision=newest)

    def adopt_policy(
        self, subnet_id: str, version: int, document: Mapping[str, Any], envelope: bytes, now_us: int
    ) -> int:
        """See :meth:`AccessStore.adopt_policy`; raises :class:`InvalidInput` as :meth:`put_policy` does."""
        parsed(document)
        with self._db.transaction() as cursor:
            cursor.execute(_NEWEST_SIGNED, [subnet_id])
            newest = cursor.fetchone()
            cursor.execute(_IN_FORCE, [subnet_id])
            revision = cursor.fetchone()[0] + 1
            if version == (newest[0] if newest else 0) + 1:
                cursor.execute(_SIGNED, [subnet_id, version, revision, envelope])
                if cursor.rowcount == 1:
                    cursor.execute(_DOCUMENT, [subnet_id, revision, encode(dict(document)), now_us])
                    if cursor.rowcount == 1:
                        return int(revision)
            raise StaleRevision(f"another policy of {subnet_id} was adopted first", version=version)

    def signed_policy(self, subnet_id: str) -> bytes | None:
        """See :meth:`AccessStore.signed_policy`."""
        row = self._db.row(_NEWEST_SIGNED, [subnet_id])
        return None if row is None else bytes(row[1])

    def signed_policies(self, subnet_id: str, after: int = 0) -> list[bytes]:
        """See :meth:`AccessStore.signed_policies`."""
        return [bytes(envelope) for (envelope,) in self._db.rows(_SIGNED_SINCE, [subnet_id, after])]

    def add_token(self, record: TokenRecord) -> None:
        """See :meth:`AccessStore.add_token`."""
        self.subnet(record.subnet)
        scopes = " ".join(record.scopes)
        values = [record.id, text(record.name), record.subnet, scopes, record.created_us, record.expires_us]
        with self._db.transaction() as cursor:
            cursor.execute(_ISSUE, [*values, record.revoked, record.identity])
            cursor.execute(_COUNT, [_COUNTER])

    def token(self, token_id: str) -> TokenRecord | None:
        """One token, if there is such."""
        row = self._db.row(_TOKEN, [token_id])
        return None if row is None else _record(row)

    def tokens(self, subnet_id: str) -> list[TokenRecord]:
        """All tokens of a subnet, revoked ones too, oldest first."""
        return [_record(row) for row in self._db.rows(_TOKENS, [subnet_id])]

    def revoke_token(self, token_id: str) -> None:
        """From now on the token stands for nobody; raises :class:`UnknownObject`."""
        with self._db.transaction() as cursor:
            cursor.execute("UPDATE engine_api_token SET revoked = TRUE WHERE id = %s", [token_id])
            if cursor.rowcount != 1:
                raise UnknownObject(f"there is no token {token_id!r}", token=token_id)
            cursor.execute(_COUNT, [_COUNTER])

    def tokens_revision(self) -> int:
        """See :meth:`AccessStore.tokens_revision`."""
        return int(self._db.value(_REVISION, [_COUNTER, IDENTITIES]) or 0)


def _record(row: Row) -> TokenRecord:
    id, name, subnet, scopes, created_us, expires_us, revoked, identity = row
    granted = tuple(scopes.split())
    return TokenRecord(id, name, subnet, granted, created_us, expires_us, bool(revoked), identity)


def _governed(subnet_id: str) -> PolicyViolation:
    return PolicyViolation(
        f"the members of subnet {subnet_id!r} decide on its policy: propose a change to its DAO",
        subnet=subnet_id,
    )


def _no_subnet(subnet_id: str) -> UnknownObject:
    return UnknownObject(f"there is no subnet {subnet_id!r}", subnet=subnet_id)
