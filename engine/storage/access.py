"""Subnets, their policy documents and API tokens on Django's database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.base.canonical import decode, encode
from engine.base.errors import StaleRevision, UnknownObject, WrongState
from engine.ports.access_store import Principal, Subnet, TokenRecord
from engine.ports.permissions import first_grant
from engine.ports.policy import PERSONAL
from engine.storage.database import Database, Row
from engine.storage.permissions import insert_grant
from engine.storage.policies import default_document, parsed
from engine.storage.tokens import hash_of, id_of, new_secret

_SUBNET = "INSERT INTO engine_subnet (id, name, created_us) VALUES (%s, %s, %s) ON CONFLICT (id) DO NOTHING"
_DOCUMENT = (
    "INSERT INTO engine_policy_document (subnet, revision, document, created_us) VALUES (%s, %s, %s, %s)"
    " ON CONFLICT (subnet, revision) DO NOTHING"
)
_IN_FORCE = (
    "SELECT revision, document FROM engine_policy_document WHERE subnet = %s ORDER BY revision DESC LIMIT 1"
)
_ISSUE = (
    "INSERT INTO engine_api_token (id, subnet, name, secret_hash, scopes, created_us, expires_us, revoked)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, FALSE)"
)
_AUTHENTICATE = (
    "SELECT id, name, subnet, scopes FROM engine_api_token WHERE secret_hash = %s"
    " AND NOT revoked AND (expires_us IS NULL OR expires_us > %s)"
)
_TOKENS = (
    "SELECT id, name, subnet, scopes, created_us, expires_us, revoked FROM engine_api_token"
    " WHERE subnet = %s ORDER BY created_us, id"
)


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
        row = self._db.row("SELECT id, name, created_us FROM engine_subnet WHERE id = %s", [subnet_id])
        if row is None:
            raise _no_subnet(subnet_id)
        return Subnet(*row)

    def subnets(self) -> list[Subnet]:
        """All of them, oldest first."""
        rows = self._db.rows("SELECT id, name, created_us FROM engine_subnet ORDER BY created_us, id")
        return [Subnet(*row) for row in rows]

    def create_subnet(self, subnet_id: str, name: str, now_us: int) -> Subnet:
        """A subnet with the default policy as revision 1; raises :class:`WrongState` if there is one."""
        if not self._create(subnet_id, name, now_us):
            raise WrongState(f"there is a subnet {subnet_id!r} already", subnet=subnet_id)
        return Subnet(subnet_id, name, now_us)

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
        revision, _ = self.policy_document(subnet_id)
        values = [subnet_id, expected + 1, encode(dict(document)), now_us]
        if revision == expected and self._db.write(_DOCUMENT, values) == 1:
            return expected + 1
        newest, _ = self.policy_document(subnet_id)
        message = (
            f"the policy of {subnet_id} is at revision {newest}, not {expected}; load it and change that"
        )
        raise StaleRevision(message, revision=newest)

    def create_token(
        self, name: str, subnet_id: str, scopes: tuple[str, ...], expires_us: int | None, now_us: int
    ) -> tuple[TokenRecord, str]:
        """See :meth:`AccessStore.create_token`; raises :class:`UnknownObject` without such a subnet."""
        self.subnet(subnet_id)
        secret = new_secret()
        hashed = hash_of(secret)
        record = TokenRecord(id_of(hashed), name, subnet_id, tuple(scopes), now_us, expires_us, False)
        values = [record.id, subnet_id, name, hashed, " ".join(scopes), now_us, expires_us]
        self._db.write(_ISSUE, values)
        return record, secret

    def authenticate(self, secret: str, now_us: int) -> Principal | None:
        """Who the secret stands for; None where it is unknown, expired or revoked."""
        row = self._db.row(_AUTHENTICATE, [hash_of(secret), now_us])
        if row is None:
            return None
        id, name, subnet, scopes = row
        return Principal(id, name, subnet, frozenset(scopes.split()))

    def tokens(self, subnet_id: str) -> list[TokenRecord]:
        """All tokens of a subnet, revoked ones too, oldest first."""
        return [_record(row) for row in self._db.rows(_TOKENS, [subnet_id])]

    def revoke_token(self, token_id: str) -> None:
        """From now on the token stands for nobody; raises :class:`UnknownObject`."""
        if self._db.write("UPDATE engine_api_token SET revoked = TRUE WHERE id = %s", [token_id]) != 1:
            raise UnknownObject(f"there is no token {token_id!r}", token=token_id)


def _record(row: Row) -> TokenRecord:
    id, name, subnet, scopes, created_us, expires_us, revoked = row
    return TokenRecord(id, name, subnet, tuple(scopes.split()), created_us, expires_us, bool(revoked))


def _no_subnet(subnet_id: str) -> UnknownObject:
    return UnknownObject(f"there is no subnet {subnet_id!r}", subnet=subnet_id)
