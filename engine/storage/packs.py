"""What was packed into blocks: the rows of the index, beside the blocks themselves."""

from __future__ import annotations

from collections.abc import Sequence

from engine.storage.sealed_blocks import SealedBlocks

_NEWEST = (
    "SELECT sequence, cid FROM engine_pack WHERE subnet = %s AND kind = %s AND ref = %s"
    " ORDER BY sequence DESC LIMIT 1"
)
_NOTE = (
    "INSERT INTO engine_pack (subnet, kind, ref, sequence, cid) VALUES (%s, %s, %s, %s, %s)"
    " ON CONFLICT (subnet, kind, ref, sequence) DO NOTHING"
)
_GROWN = (
    "SELECT one.subnet, one.id FROM engine_execution AS one WHERE one.data_key IS NOT NULL"
    " AND one.sequence > COALESCE((SELECT MAX(sequence) FROM engine_pack AS pack"
    " WHERE pack.subnet = one.subnet AND pack.kind = 'journal' AND pack.ref = one.id), 0)"
    " ORDER BY one.updated_us LIMIT %s"
)
_FLOWS = (
    "SELECT one.subnet, one.version FROM engine_flow_definition AS one WHERE NOT EXISTS"
    " (SELECT 1 FROM engine_pack AS pack"
    " WHERE pack.subnet = one.subnet AND pack.kind = 'flow' AND pack.ref = one.version) LIMIT %s"
)


class PackedBlocks(SealedBlocks):
    """:class:`engine.ports.block_shelf.BlockShelf`, whole."""

    def packed(self, kind: str, subnet: str, ref: str) -> tuple[int, str]:
        """See :meth:`BlockShelf.packed`."""
        row = self._db.row(_NEWEST, [subnet, kind, ref])
        return (row[0], row[1]) if row else (0, "")

    def note_packed(self, kind: str, subnet: str, ref: str, sequence: int, cid: str) -> None:
        """See :meth:`BlockShelf.note_packed`."""
        self._db.write(_NOTE, [subnet, kind, ref, sequence, cid])

    def to_pack(self, limit: int) -> Sequence[tuple[str, str]]:
        """See :meth:`BlockShelf.to_pack`; the longest unchanged first."""
        return [(row[0], row[1]) for row in self._db.rows(_GROWN, [limit])]

    def flows_to_pack(self, limit: int) -> Sequence[tuple[str, str]]:
        """See :meth:`BlockShelf.flows_to_pack`."""
        return [(row[0], row[1]) for row in self._db.rows(_FLOWS, [limit])]

    def packs(self, subnet: str) -> Sequence[tuple[str, str, str]]:
        """See :meth:`BlockShelf.packs`."""
        rows = self._db.rows("SELECT kind, ref, cid FROM engine_pack WHERE subnet = %s", [subnet])
        return [(row[0], row[1], row[2]) for row in rows]

    def forget_packs(self, kind: str, subnet: str, ref: str) -> Sequence[str]:
        """See :meth:`BlockShelf.forget_packs`."""
        place = "subnet = %s AND kind = %s AND ref = %s"
        rows = self._db.rows(f"SELECT cid FROM engine_pack WHERE {place}", [subnet, kind, ref])  # noqa: S608
        self._db.write(f"DELETE FROM engine_pack WHERE {place}", [subnet, kind, ref])  # noqa: S608
        return [row[0] for row in rows]
