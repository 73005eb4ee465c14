"""The audit of capability tokens and the list of revoked ones on Django's database."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from engine.base.canonical import decode, encode
from engine.ports.capabilities import CapabilityUse, UseQuery
from engine.ports.cipher import USES, Cipher, bound_to
from engine.storage.database import Database, Row, holes, text
from engine.storage.vault import Unsealed

REVOCATIONS_KEPT_US = 7 * 86_400 * 1_000_000
"""How long a revocation is kept; tokens live for a day at most."""

SWEEP_EVERY = 1_000
"""After so many uses, those of executions that are no more are deleted."""

_COLUMNS = tuple(field.name for field in fields(CapabilityUse))
_SELECTED = ", ".join(_COLUMNS)
_RECORD = f"INSERT INTO engine_capability_use ({_SELECTED}) VALUES ({holes(_COLUMNS)})"  # noqa: S608
_SWEEP = (
    "DELETE FROM engine_capability_use WHERE execution IN (SELECT execution FROM ("
    "SELECT DISTINCT execution FROM engine_capability_use"
    ") AS seen WHERE NOT EXISTS (SELECT 1 FROM engine_execution WHERE engine_execution.id = seen.execution))"
)
_REVOKE = (
    "INSERT INTO engine_capability_revocation (subnet, revoked, reason, at_us) VALUES (%s, %s, %s, %s)"
    " ON CONFLICT (subnet, revoked) DO NOTHING"
)


class DjangoCapabilityStore:
    """:class:`engine.ports.capabilities.CapabilityStore` on SQLite or PostgreSQL."""

    def __init__(
        self, using: str = "default", sweep_every: int = SWEEP_EVERY, cipher: Cipher | None = None
    ) -> None:
        self._db, self._sweep_every, self._cipher = Database(using), sweep_every, cipher or Unsealed()
        self._recorded = 0
        self._lock = threading.Lock()

    def record(self, use: CapabilityUse) -> None:
        """See :meth:`CapabilityStore.record`."""
        self._db.write(_RECORD, [self._stored(use, name) for name in _COLUMNS])
        with self._lock:
            self._recorded += 1
            due = self._recorded % self._sweep_every == 0
        if due:
            self.sweep()

    def sweep(self) -> int:
        """Delete the uses of executions that are no more; gives how many there were."""
        return self._db.write(_SWEEP)

    def uses(self, query: UseQuery) -> Sequence[CapabilityUse]:
        """See :meth:`CapabilityStore.uses`; ids sort by time."""
        given = {"execution": query.execution, "token": query.token, "allowed": query.allowed}
        wanted = [(f"{name} = %s", value) for name, value in given.items() if value is not None]
        conditions = [("subnet = %s", query.subnet), *wanted]
        if query.before is not None:
            conditions.append(("id < %s", query.before))
        sql = (
            f"SELECT {_SELECTED} FROM engine_capability_use WHERE "  # noqa: S608
            f"{' AND '.join(condition for condition, _ in conditions)} ORDER BY id DESC LIMIT %s"
        )
        return [
            self._use(row) for row in self._db.rows(sql, [*(value for _, value in conditions), query.limit])
        ]

    def forget(self, execution: str) -> int:
        """See :meth:`CapabilityStore.forget`."""
        return self._db.write("DELETE FROM engine_capability_use WHERE execution = %s", [execution])

    def _stored(self, use: CapabilityUse, name: str) -> Any:
        value = getattr(use, name)
        if name == "arguments":
            return self._cipher.seal(
                use.subnet, USES, encode(dict(value)), bound_to("use", use.subnet, use.id)
            )
        return text(value) if isinstance(value, str) else value

    def _use(self, row: Row) -> CapabilityUse:
        """The use of a row; one whose execution was shredded has no arguments any more."""
        values = dict(zip(_COLUMNS, row, strict=True))
        sealed, place = bytes(values["arguments"]), bound_to("use", values["subnet"], values["id"])
        opened = self._cipher.open(values["subnet"], USES, sealed, place) if sealed else encode({})
        values["arguments"] = decode(opened)
        values["allowed"] = bool(values["allowed"])
        return CapabilityUse(**values)

    def revoke(self, subnet: str, revoked: str, reason: str, now_us: int) -> None:
        """See :meth:`CapabilityStore.revoke`; revocations that no token can outlive are deleted."""
        with self._db.transaction() as cursor:
            cursor.execute(
                "DELETE FROM engine_capability_revocation WHERE at_us < %s", [now_us - REVOCATIONS_KEPT_US]
            )
            cursor.execute(_REVOKE, [subnet, text(revoked), text(reason), now_us])

    def revoked(self, since_us: int) -> frozenset[tuple[str, str]]:
        """See :meth:`CapabilityStore.revoked`."""
        sql = "SELECT subnet, revoked FROM engine_capability_revocation WHERE at_us >= %s"
        return frozenset((subnet, revoked) for subnet, revoked in self._db.rows(sql, [since_us]))
