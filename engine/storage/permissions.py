"""Grants, roles and consents on Django's database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, TypeVar

from engine.base.errors import UnknownObject, WrongState
from engine.ports.permissions import Consent, Grant, Role
from engine.storage.database import Database, Row, holes, text

Kept = TypeVar("Kept", Grant, Role, Consent)
Ending = TypeVar("Ending", Grant, Consent)

_TABLES: dict[type, str] = {Grant: "engine_grant", Role: "engine_role", Consent: "engine_consent"}
_COLUMNS = {kind: tuple(field.name for field in fields(kind)) for kind in _TABLES}
_LISTS = ("actions", "scopes")
_SEPARATOR = " "

_COUNT = (
    "INSERT INTO engine_counter (name, value) VALUES (%s, 1)"
    " ON CONFLICT (name) DO UPDATE SET value = engine_counter.value + 1"
)
_PUT_ROLE = (
    "INSERT INTO engine_role (subnet, name, actions, scopes, description, updated_us)"
    " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (subnet, name) DO UPDATE SET actions = excluded.actions,"
    " scopes = excluded.scopes, description = excluded.description, updated_us = excluded.updated_us"
)
_FORGET_PERSON = (
    "UPDATE engine_consent SET person = %s WHERE subnet = %s AND person = %s AND withdrawn_us IS NOT NULL"
)


def counter(subnet: str) -> str:
    """The name of the counter behind a subnet's revision."""
    return f"permissions:{subnet}"


class DjangoPermissionStore:
    """:class:`engine.ports.permissions.PermissionStore` on SQLite or PostgreSQL."""

    def __init__(self, using: str = "default") -> None:
        self._db = Database(using)

    def revision(self, subnet: str) -> int:
        """See :meth:`PermissionStore.revision`."""
        return int(self._db.value("SELECT value FROM engine_counter WHERE name = %s", [counter(subnet)]) or 0)

    def grants(self, subnet: str) -> Sequence[Grant]:
        """Oldest first, past ones too."""
        return self._all(Grant, subnet, "id")

    def add_grant(self, grant: Grant) -> None:
        """See :meth:`PermissionStore.add_grant`."""
        with self._db.transaction() as cursor:
            insert_grant(cursor, grant)

    def revoke_grant(self, subnet: str, grant: str, by: str, now_us: int) -> Grant:
        """See :meth:`PermissionStore.revoke_grant`."""
        return self._end(Grant, subnet, grant, by, now_us)

    def renew_grant(self, subnet: str, grant: str, expires_us: int | None) -> Grant:
        """See :meth:`PermissionStore.renew_grant`."""
        return self._renew(Grant, subnet, grant, expires_us)

    def roles(self, subnet: str) -> Sequence[Role]:
        """By name."""
        return self._all(Role, subnet, "name")

    def put_role(self, role: Role) -> None:
        """See :meth:`PermissionStore.put_role`."""
        with self._db.transaction() as cursor:
            cursor.execute(_COUNT, [counter(role.subnet)])
            cursor.execute(_PUT_ROLE, _row_of(role))

    def delete_role(self, subnet: str, name: str) -> None:
        """See :meth:`PermissionStore.delete_role`."""
        with self._db.transaction() as cursor:
            cursor.execute(_COUNT, [counter(subnet)])
            cursor.execute("DELETE FROM engine_role WHERE subnet = %s AND name = %s", [subnet, name])
            if cursor.rowcount != 1:
                raise UnknownObject(f"there is no role {name!r}")

    def consents(self, subnet: str) -> Sequence[Consent]:
        """Oldest first, past ones too."""
        return self._all(Consent, subnet, "id")

    def add_consent(self, consent: Consent) -> None:
        """See :meth:`PermissionStore.add_consent`."""
        with self._db.transaction() as cursor:
            _insert(cursor, consent)

    def withdraw_consent(self, subnet: str, consent: str, by: str, now_us: int) -> Consent:
        """See :meth:`PermissionStore.withdraw_consent`."""
        return self._end(Consent, subnet, consent, by, now_us)

    def renew_consent(self, subnet: str, consent: str, expires_us: int | None) -> Consent:
        """See :meth:`PermissionStore.renew_consent`."""
        return self._renew(Consent, subnet, consent, expires_us)

    def forget_person(self, subnet: str, person: str, instead: str) -> int:
        """See :meth:`PermissionStore.forget_person`."""
        with self._db.erasing() as cursor:
            cursor.execute(_COUNT, [counter(subnet)])
            cursor.execute(_FORGET_PERSON, [instead, subnet, text(person)])
            return int(cursor.rowcount)

    # --- what grants and consents have in common ----------------------------------------------------

    def _all(self, kind: type[Kept], subnet: str, order: str) -> list[Kept]:
        sql = f"SELECT {', '.join(_COLUMNS[kind])} FROM {_TABLES[kind]} WHERE subnet = %s ORDER BY {order}"  # noqa: S608
        return [_read(kind, row) for row in self._db.rows(sql, [subnet])]

    def _end(self, kind: type[Ending], subnet: str, id: str, by: str, now_us: int) -> Ending:
        end = "revoked" if kind is Grant else "withdrawn"
        sql = (
            f"UPDATE {_TABLES[kind]} SET {end}_us = %s, {end}_by = %s"  # noqa: S608
            f" WHERE subnet = %s AND id = %s AND {end}_us IS NULL"
        )
        with self._db.transaction() as cursor:
            cursor.execute(_COUNT, [counter(subnet)])
            cursor.execute(sql, [now_us, text(by), subnet, id])
            return self._one(kind, subnet, id)

    def _renew(self, kind: type[Ending], subnet: str, id: str, expires_us: int | None) -> Ending:
        end = "revoked" if kind is Grant else "withdrawn"
        sql = (
            f"UPDATE {_TABLES[kind]} SET expires_us = %s"  # noqa: S608
            f" WHERE subnet = %s AND id = %s AND {end}_us IS NULL"
        )
        with self._db.transaction() as cursor:
            cursor.execute(_COUNT, [counter(subnet)])
            cursor.execute(sql, [expires_us, subnet, id])
            if cursor.rowcount == 1:
                return self._one(kind, subnet, id)
            self._one(kind, subnet, id)
            raise WrongState(f"{kind.__name__.lower()} {id!r} was {end}; make a new one")

    def _one(self, kind: type[Ending], subnet: str, id: str) -> Ending:
        sql = f"SELECT {', '.join(_COLUMNS[kind])} FROM {_TABLES[kind]} WHERE subnet = %s AND id = %s"  # noqa: S608
        row = self._db.row(sql, [subnet, id])
        if row is None:
            raise UnknownObject(f"there is no {kind.__name__.lower()} {id!r}")
        return _read(kind, row)


def insert_grant(cursor: Any, grant: Grant) -> None:
    """Add a grant within a transaction of the caller's."""
    _insert(cursor, grant)


def _insert(cursor: Any, given: Grant | Consent) -> None:
    columns = _COLUMNS[type(given)]
    cursor.execute(_COUNT, [counter(given.subnet)])
    names, table = ", ".join(columns), _TABLES[type(given)]
    cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({holes(columns)})", _row_of(given))  # noqa: S608


def _row_of(given: Grant | Role | Consent) -> list[Any]:
    row = []
    for name in _COLUMNS[type(given)]:
        value = getattr(given, name)
        value = _SEPARATOR.join(value) if name in _LISTS else value
        row.append(text(value) if isinstance(value, str) else value)
    return row


def _read(kind: type[Kept], row: Row) -> Kept:
    values = dict(zip(_COLUMNS[kind], row, strict=True))
    for name in _LISTS:
        if name in values:
            values[name] = tuple(values[name].split())
    return kind(**values)
