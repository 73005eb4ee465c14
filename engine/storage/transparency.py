"""The node's log of signed heads on Django's database."""

from __future__ import annotations

from typing import Any

from engine.audit.log import grown, root_at
from engine.audit.verifier.merkle import leaf_hash
from engine.audit.verifier.statements import head_statement, tree_statement
from engine.base.errors import CorruptData
from engine.ports.signer import Signing
from engine.ports.transparency import TreeHead
from engine.storage.database import Database, Row

_LOCK = (  # appenders of all processes take turns
    "INSERT INTO engine_counter (name, value) VALUES ('log', 1)"
    " ON CONFLICT (name) DO UPDATE SET value = engine_counter.value + 1"
)
_WAITING = (
    "SELECT execution, sequence, hash, at_us FROM engine_signed_head WHERE leaf IS NULL"
    " ORDER BY at_us, execution LIMIT %s"
)
_COVER = "UPDATE engine_signed_head SET leaf = %s WHERE execution = %s AND sequence <= %s AND leaf IS NULL"
_SIZE = "SELECT COALESCE(MAX(size), 0) FROM engine_log_head"
_NODE = "SELECT hash FROM engine_log_node WHERE level = %s AND place = %s"
_ADD = "INSERT INTO engine_log_node (level, place, hash) VALUES (%s, %s, %s)"
_SIGN = (
    "INSERT INTO engine_log_head (size, root, at_us, identity, key, signature)"
    " VALUES (%s, %s, %s, %s, %s, %s)"
)
_HEAD = "SELECT size, root, at_us, identity, key, signature FROM engine_log_head"


class DjangoTransparencyLog:
    """:class:`engine.ports.transparency.TransparencyLog` on SQLite or PostgreSQL."""

    def __init__(self, signing: Signing, using: str = "default") -> None:
        self._signing, self._db = signing, Database(using)

    def append(self, now_us: int, limit: int = 5_000) -> int:
        """See :meth:`TransparencyLog.append`; costs one look where there is nothing to do."""
        if self._db.row(_WAITING, [1]) is None:
            return 0
        with self._db.transaction() as cursor:
            cursor.execute(_LOCK)
            cursor.execute(_WAITING, [limit])
            newest = {row[0]: row for row in sorted(cursor.fetchall(), key=lambda row: int(row[1]))}
            if newest:
                self._add(cursor, list(newest.values()), now_us)
            return len(newest)

    def _add(self, cursor: Any, heads: list[Row], now_us: int) -> None:
        cursor.execute(_SIZE)
        size = int(cursor.fetchone()[0])
        leaves = [leaf_hash(head_statement(id, seq, bytes(hash_), at)) for id, seq, hash_, at in heads]
        made = grown(self.node, size, leaves)
        cursor.executemany(_ADD, [(level, place, hash_) for (level, place), hash_ in made.items()])
        cursor.executemany(_COVER, [(leaf, head[0], head[1]) for leaf, head in enumerate(heads, size)])
        size += len(leaves)
        root = root_at(lambda level, place: made.get((level, place)) or self.node(level, place), size)
        signer = self._signing(now_us)
        signature = signer.sign(tree_statement(size, root, now_us))
        cursor.execute(_SIGN, [size, root, now_us, signer.identity, signer.key, signature])

    def head(self, size: int | None = None) -> TreeHead | None:
        """See :meth:`TransparencyLog.head`."""
        row = (
            self._db.row(f"{_HEAD} ORDER BY size DESC LIMIT 1")
            if size is None
            else self._db.row(f"{_HEAD} WHERE size = %s", [size])
        )
        if row is None:
            return None
        size, root, at_us, identity, key, signature = row
        return TreeHead(size, bytes(root), at_us, identity, key, bytes(signature))

    def place(self, execution: str, sequence: int) -> int | None:
        """See :meth:`TransparencyLog.place`."""
        sql = "SELECT leaf FROM engine_signed_head WHERE execution = %s AND sequence = %s"
        found: int | None = self._db.value(sql, [execution, sequence])
        return found

    def node(self, level: int, place: int) -> bytes:
        """See :meth:`TransparencyLog.node`."""
        found = self._db.value(_NODE, [level, place])
        if found is None:
            message = f"the node's log lacks node {place} of level {level}; restore it from a backup"
            raise CorruptData(message, level=level, place=place)
        return bytes(found)
