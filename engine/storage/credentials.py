"""Credentials on Django's database, their contents sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.base.canonical import decode, encode
from engine.base.errors import PayloadTooLarge, ResourceExhausted
from engine.base.limits import CREDENTIAL_BYTES_MAX, CREDENTIALS_MAX
from engine.ports.cipher import CREDENTIALS, Cipher, bound_to
from engine.ports.credentials import Contents, CredentialKey, CredentialRecord, Values
from engine.storage.database import Database, Row, text

_COLUMNS = (
    "subnet, type, name, hosts, steps, plain_http, sealed IS NOT NULL,"
    " revision, created_us, updated_us, updated_by, flows"
)
_ONE = " WHERE subnet = %s AND type = %s AND name = %s"
_OTHERS = "SELECT COUNT(*) FROM engine_credential WHERE subnet = %s AND NOT (type = %s AND name = %s)"
_PUT = (
    "INSERT INTO engine_credential (subnet, type, name, hosts, steps, plain_http, sealed, revision,"
    " created_us, updated_us, updated_by, flows) VALUES (%s, %s, %s, %s, %s, %s, %s, 1, %s, %s, %s, %s)"
    " ON CONFLICT (subnet, type, name) DO UPDATE SET hosts = excluded.hosts, steps = excluded.steps,"
    " plain_http = excluded.plain_http, sealed = COALESCE(excluded.sealed, engine_credential.sealed),"
    " revision = engine_credential.revision + 1, updated_us = excluded.updated_us,"
    " updated_by = excluded.updated_by, flows = excluded.flows"
)


class DjangoCredentialStore:
    """:class:`engine.ports.credentials.CredentialStore` on SQLite or PostgreSQL."""

    def __init__(self, cipher: Cipher, using: str = "default", most: int = CREDENTIALS_MAX) -> None:
        self._db, self._cipher, self._most = Database(using), cipher, most

    def records(self, subnet: str) -> Sequence[CredentialRecord]:
        """See :meth:`CredentialStore.records`."""
        sql = f"SELECT {_COLUMNS} FROM engine_credential WHERE subnet = %s ORDER BY type, name"  # noqa: S608
        return [_record(row) for row in self._db.rows(sql, [subnet])]

    def record(self, subnet: str, key: CredentialKey) -> CredentialRecord | None:
        """See :meth:`CredentialStore.record`."""
        row = self._db.row(f"SELECT {_COLUMNS} FROM engine_credential{_ONE}", [subnet, *key])  # noqa: S608
        return None if row is None else _record(row)

    def contents(self, subnet: str, key: CredentialKey) -> Contents | None:
        """See :meth:`CredentialStore.contents`."""
        sealed = self._db.value(f"SELECT sealed FROM engine_credential{_ONE}", [subnet, *key])  # noqa: S608
        if sealed is None:
            return None
        return Contents(*decode(self._cipher.open(subnet, CREDENTIALS, bytes(sealed), _place(subnet, key))))

    def put(self, record: CredentialRecord, values: Values | None) -> CredentialRecord:
        """See :meth:`CredentialStore.put`."""
        sealed = None if values is None else self._sealed(record.subnet, record.key, values, {})
        row = [record.subnet, *record.key, " ".join(record.hosts), " ".join(record.steps), record.plain_http]
        touched = [record.created_us, record.updated_us, text(record.updated_by), " ".join(record.flows)]
        with self._db.transaction() as cursor:
            cursor.execute(_OTHERS, [record.subnet, *record.key])
            check_room(cursor.fetchone()[0], self._most)
            cursor.execute(_PUT, [*row, sealed, *touched])
            cursor.execute(
                f"SELECT {_COLUMNS} FROM engine_credential{_ONE}",  # noqa: S608
                [record.subnet, *record.key],
            )
            return _record(cursor.fetchone())

    def keep_state(self, subnet: str, key: CredentialKey, state: Values, revision: int) -> bool:
        """See :meth:`CredentialStore.keep_state`."""
        contents = self.contents(subnet, key)
        if contents is None:
            return False
        sealed = self._sealed(subnet, key, contents.values, state)
        sql = f"UPDATE engine_credential SET sealed = %s{_ONE} AND revision = %s"  # noqa: S608
        return self._db.write(sql, [sealed, subnet, *key, revision]) == 1

    def delete(self, subnet: str, key: CredentialKey) -> bool:
        """See :meth:`CredentialStore.delete`."""
        with self._db.erasing() as cursor:
            cursor.execute(f"DELETE FROM engine_credential{_ONE}", [subnet, *key])  # noqa: S608
            gone: bool = cursor.rowcount == 1
            return gone

    def _sealed(self, subnet: str, key: CredentialKey, values: Values, state: Values) -> bytes:
        data = packed(values, state)
        return self._cipher.seal(subnet, CREDENTIALS, data, _place(subnet, key))


def packed(values: Values, state: Values) -> bytes:
    """What is sealed; raises :class:`PayloadTooLarge`."""
    data = encode([dict(values), dict(state)])
    if len(data) > CREDENTIAL_BYTES_MAX:
        raise PayloadTooLarge(f"the values of a credential are more than {CREDENTIAL_BYTES_MAX} bytes")
    return data


def check_room(held: int, most: int) -> None:
    """Raise :class:`ResourceExhausted` where a subnet has too many credentials already."""
    if held >= most:
        raise ResourceExhausted(
            f"the subnet has {held} credentials already, and may have {most}; delete some"
        )


def _place(subnet: str, key: CredentialKey) -> bytes:
    return bound_to("credential", subnet, *key)


def _record(row: Row) -> CredentialRecord:
    found = CredentialRecord(*row)
    return replace(
        found,
        hosts=tuple(row[3].split()),
        steps=tuple(row[4].split()),
        plain_http=bool(found.plain_http),
        filled=bool(found.filled),
        flows=tuple(row[11].split()),
    )
