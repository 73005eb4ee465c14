"""Variables on Django's database, their values sealed."""

from __future__ import annotations

from collections.abc import Sequence

from engine.base.errors import ResourceExhausted
from engine.base.limits import VARIABLES_MAX
from engine.ports.cipher import VALUES, Cipher, bound_to
from engine.ports.variables import Variable
from engine.storage.database import Database, text

_ALL = "SELECT name, value, updated_us, updated_by FROM engine_variable WHERE subnet = %s ORDER BY name"
_OTHERS = "SELECT COUNT(*) FROM engine_variable WHERE subnet = %s AND name <> %s"
_PUT = (
    "INSERT INTO engine_variable (subnet, name, value, updated_us, updated_by) VALUES (%s, %s, %s, %s, %s)"
    " ON CONFLICT (subnet, name) DO UPDATE SET value = excluded.value,"
    " updated_us = excluded.updated_us, updated_by = excluded.updated_by"
)
_DELETE = "DELETE FROM engine_variable WHERE subnet = %s AND name = %s"


class DjangoVariableStore:
    """:class:`engine.ports.variables.VariableStore` on SQLite or PostgreSQL."""

    def __init__(self, cipher: Cipher, using: str = "default", most: int = VARIABLES_MAX) -> None:
        self._db, self._cipher, self._most = Database(using), cipher, most

    def all(self, subnet: str) -> Sequence[Variable]:
        """See :meth:`VariableStore.all`."""
        return [
            Variable(subnet, name, self._opened(subnet, name, bytes(value)), at_us, by)
            for name, value, at_us, by in self._db.rows(_ALL, [subnet])
        ]

    def put(self, variable: Variable) -> None:
        """See :meth:`VariableStore.put`."""
        where = [variable.subnet, variable.name]
        sealed = self._cipher.seal(variable.subnet, VALUES, variable.value.encode(), _place(*where))
        with self._db.transaction() as cursor:
            cursor.execute(_OTHERS, where)
            check_room(cursor.fetchone()[0], self._most)
            cursor.execute(_PUT, [*where, sealed, variable.updated_us, text(variable.updated_by)])

    def delete(self, subnet: str, name: str) -> bool:
        """See :meth:`VariableStore.delete`."""
        return self._db.write(_DELETE, [subnet, name]) == 1

    def _opened(self, subnet: str, name: str, sealed: bytes) -> str:
        return self._cipher.open(subnet, VALUES, sealed, _place(subnet, name)).decode()


def check_room(others: int, most: int) -> None:
    """Raise :class:`ResourceExhausted` where a subnet has too many variables already."""
    if others >= most:
        raise ResourceExhausted(f"the subnet has {others} variables already, of {most}; delete some")


def _place(subnet: str, name: str) -> bytes:
    return bound_to("variable", subnet, name)
