"""Blocks sealed in files, and their index in the database.

The content's CID stays a block's name within the node, so that journals prove contents. What is stored and
sent is the sealed content: one raw block, or several of at most ``PIECE_BYTES`` and a DAG-CBOR block that
lists them, since peers refuse larger ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from engine.base.canonical import DAG_CBOR, RAW, cid_of_bytes, decode, encode
from engine.base.errors import CorruptData, NetworkFailure, UnknownObject
from engine.base.limits import BLOCK_PIECE_BYTES_MAX
from engine.ports.block_shelf import Amount, BlockRecord, Piece, Spread
from engine.ports.cipher import BLOCKS, Cipher, bound_to
from engine.ports.replicas import Replicas
from engine.storage.blocks import FileBlockStore, codec_of
from engine.storage.database import Database, Row, text

_FIELDS = "subnet, cid, sealed, size, created_us, spread, attempts, error"
_FIND = "SELECT sealed, key, created_us FROM engine_block WHERE subnet = %s AND cid = %s"
_INSERT = (
    "INSERT INTO engine_block (subnet, cid, sealed, key, size, created_us, spread, due_us, attempts, error)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 0, '') ON CONFLICT (subnet, cid) DO NOTHING"
)
_MEND = (
    "UPDATE engine_block SET sealed = %s, key = %s, size = %s, spread = %s, due_us = %s"
    " WHERE subnet = %s AND cid = %s AND sealed = %s"
)
_QUEUED = (
    f"SELECT {_FIELDS} FROM engine_block WHERE spread = 'queued' AND due_us <= %s"  # noqa: S608
    " ORDER BY due_us, subnet, cid LIMIT %s"
)
_PAGE = f"SELECT {_FIELDS} FROM engine_block WHERE subnet = %s AND cid > %s ORDER BY cid LIMIT %s"  # noqa: S608
_TOUCH = "UPDATE engine_block SET created_us = %s WHERE subnet = %s AND cid = %s"
_DISCARD = "DELETE FROM engine_block WHERE subnet = %s AND cid = %s AND created_us = %s"
_SPREAD = (
    "UPDATE engine_block SET spread = 'replicated', error = '' WHERE subnet = %s AND cid = %s AND sealed = %s"
)
_POSTPONE = (
    "UPDATE engine_block SET due_us = %s, attempts = attempts + 1, error = %s"
    " WHERE subnet = %s AND cid = %s AND sealed = %s"
)

TOUCH_US = 60_000_000
"""A block that is stored again counts as new where it is older than this."""


class SealedBlocks:
    """:class:`engine.ports.block_store.BlockStore` and its shelf, less what is packed."""

    def __init__(
        self,
        root: Path | str,
        cipher: Cipher,
        now_us: Callable[[], int],
        *,
        replicas: Replicas | None = None,
        using: str = "default",
        sync: bool = True,
    ) -> None:
        self._files, self._cipher, self._now_us = FileBlockStore(root, sync=sync), cipher, now_us
        self._replicas, self._db = replicas, Database(using)
        self._fresh = Spread.QUEUED if replicas is not None else Spread.LOCAL

    # --- BlockStore -------------------------------------------------------------------------------

    def put(self, subnet: str, data: bytes, codec: int = DAG_CBOR) -> str:
        """See :meth:`BlockStore.put`; a broken block of the same CID is mended."""
        cid = cid_of_bytes(data, codec)
        row = self._db.row(_FIND, [subnet, cid])
        if row is not None and self._is_whole(subnet, row[0]) and self._wanted_again(subnet, cid, row[2]):
            return cid
        key, wrapped = self._cipher.fresh(subnet, _key_place(subnet, cid), BLOCKS)
        sealed = key.seal(data, _place(subnet, cid))
        name = self._store(subnet, sealed)
        now_us = self._now_us()
        if row is None:
            values = [subnet, cid, name, wrapped, len(sealed), now_us, str(self._fresh), now_us]
            done = self._db.write(_INSERT, values)
        else:
            place = [subnet, cid, row[0]]
            done = self._db.write(_MEND, [name, wrapped, len(sealed), str(self._fresh), now_us, *place])
        if not done:  # another writer was first: its block counts
            self._drop_files(subnet, name)
        return cid

    def get(self, subnet: str, cid: str) -> bytes:
        """See :meth:`BlockStore.get`; what is missing or broken here is fetched from elsewhere."""
        row = self._db.row(_FIND, [subnet, cid]) if codec_of(cid) is not None else None
        if row is None:
            raise UnknownObject(f"there is no block {cid} in subnet {subnet!r}", cid=cid, subnet=subnet)
        sealed = b"".join(piece.data for piece in self._pieces(subnet, row[0]))
        key = self._cipher.unwrap(subnet, bytes(row[1]), _key_place(subnet, cid), BLOCKS)
        data = key.open(sealed, _place(subnet, cid))
        if cid_of_bytes(data, codec_of(cid) or RAW) != cid:
            raise CorruptData(f"block {cid} holds something else than its CID says", cid=cid, subnet=subnet)
        return data

    def has(self, subnet: str, cid: str) -> bool:
        """Whether there is such a block; it is not read."""
        return codec_of(cid) is not None and self._db.row(_FIND, [subnet, cid]) is not None

    def drop(self, subnet: str, cid: str) -> None:
        """See :meth:`BlockStore.drop`: its key is erased, so copies elsewhere are nothing any more."""
        row = self._db.row(_FIND, [subnet, cid]) if codec_of(cid) is not None else None
        if row is None:
            return
        with self._db.erasing() as cursor:
            cursor.execute("DELETE FROM engine_block WHERE subnet = %s AND cid = %s", [subnet, cid])
        self._drop_files(subnet, row[0])

    def cids(self, subnet: str) -> list[str]:
        """See :meth:`BlockStore.cids`; sorted."""
        rows = self._db.rows("SELECT cid FROM engine_block WHERE subnet = %s ORDER BY cid", [subnet])
        return [row[0] for row in rows]

    def _wanted_again(self, subnet: str, cid: str, created_us: int) -> bool:
        """Make an old block young, so that no collection drops it before it is named; False where it
        was dropped meanwhile."""
        now_us = self._now_us()
        if now_us - created_us < TOUCH_US:
            return True
        return self._db.write(_TOUCH, [now_us, subnet, cid]) == 1

    # --- files ------------------------------------------------------------------------------------

    def _store(self, subnet: str, sealed: bytes) -> str:
        """Write the pieces; gives the CID of the only one, or of their list."""
        step = BLOCK_PIECE_BYTES_MAX
        parts = [sealed[at : at + step] for at in range(0, len(sealed), step)]
        names = [self._files.put(subnet, part, RAW) for part in parts]
        if len(names) == 1:
            return names[0]
        return self._files.put(subnet, encode({"size": len(sealed), "pieces": names}), DAG_CBOR)

    def _pieces(self, subnet: str, name: str) -> list[Piece]:
        """The sealed pieces in order, without their list."""
        first = self._piece(subnet, name)
        if codec_of(name) == RAW:
            return [Piece(first, RAW)]
        return [Piece(self._piece(subnet, part), RAW) for part in decode(first)["pieces"]]

    def _piece(self, subnet: str, name: str) -> bytes:
        try:
            return self._files.get(subnet, name)
        except (UnknownObject, CorruptData) as error:
            if self._replicas is None:
                message = f"a block's file {name} is missing or broken; restore it from a backup"
                raise CorruptData(message, cid=name, subnet=subnet) from error
            return self._fetched(subnet, name, self._replicas)

    def _fetched(self, subnet: str, name: str, replicas: Replicas) -> bytes:
        """A piece from elsewhere, kept here from now on."""
        try:
            data = replicas.get(name)
        except (UnknownObject, NetworkFailure) as error:
            message = f"a block's file {name} is missing or broken, and not to be had elsewhere: {error}"
            raise CorruptData(message, cid=name, subnet=subnet) from error
        if self._files.put(subnet, data, codec_of(name) or RAW) != name:
            raise CorruptData(f"what was fetched as {name} is something else", cid=name, subnet=subnet)
        return data

    def _is_whole(self, subnet: str, name: str) -> bool:
        """Whether all files are here and whole."""
        try:
            first = self._files.get(subnet, name)
            names = [] if codec_of(name) == RAW else decode(first)["pieces"]
            for part in names:
                self._files.get(subnet, part)
        except (UnknownObject, CorruptData):
            return False
        return True

    def _drop_files(self, subnet: str, name: str) -> None:
        names = [name]
        if codec_of(name) == DAG_CBOR:
            with suppress(UnknownObject, CorruptData):  # what it listed is found as orphans then
                names += decode(self._files.get(subnet, name))["pieces"]
        for each in names:
            self._files.drop(subnet, each)
            if self._replicas is not None:
                self._replicas.drop(each)

    # --- BlockShelf -------------------------------------------------------------------------------

    def amounts(self, subnet: str | None = None) -> Mapping[Spread, Amount]:
        """See :meth:`BlockShelf.amounts`."""
        where, values = ("", []) if subnet is None else (" WHERE subnet = %s", [subnet])
        sql = f"SELECT spread, COUNT(*), COALESCE(SUM(size), 0) FROM engine_block{where} GROUP BY spread"  # noqa: S608
        found = {Spread(row[0]): Amount(row[1], int(row[2])) for row in self._db.rows(sql, values)}
        return {spread: found.get(spread, Amount(0, 0)) for spread in Spread}

    def records(self, subnet: str, after: str = "", limit: int = 500) -> Sequence[BlockRecord]:
        """See :meth:`BlockShelf.records`."""
        return [_record(row) for row in self._db.rows(_PAGE, [subnet, after, limit])]

    def discard(self, record: BlockRecord) -> bool:
        """See :meth:`BlockShelf.discard`."""
        with self._db.erasing() as cursor:
            cursor.execute(_DISCARD, [record.subnet, record.cid, record.created_us])
            done: bool = cursor.rowcount == 1
        if done:
            self._drop_files(record.subnet, record.sealed)
        return done

    def mended(self, subnet: str, cid: str) -> bool:
        """See :meth:`BlockShelf.mended`."""
        row = self._db.row(_FIND, [subnet, cid])
        if row is not None and self._is_whole(subnet, row[0]):
            return False
        self.get(subnet, cid)
        return True

    def queued(self, now_us: int, limit: int) -> Sequence[BlockRecord]:
        """See :meth:`BlockShelf.queued`."""
        return [_record(row) for row in self._db.rows(_QUEUED, [now_us, limit])]

    def pieces(self, subnet: str, cid: str) -> Sequence[Piece]:
        """See :meth:`BlockShelf.pieces`; a list of pieces comes last, when all it names are there."""
        row = self._db.row(_FIND, [subnet, cid])
        if row is None:
            raise UnknownObject(f"there is no block {cid} in subnet {subnet!r}", cid=cid, subnet=subnet)
        pieces = self._pieces(subnet, row[0])
        if codec_of(row[0]) == DAG_CBOR:
            pieces.append(Piece(self._piece(subnet, row[0]), DAG_CBOR))
        return pieces

    def spread(self, record: BlockRecord) -> None:
        """See :meth:`BlockShelf.spread`."""
        self._db.write(_SPREAD, [record.subnet, record.cid, record.sealed])

    def postpone(self, record: BlockRecord, until_us: int, error: str) -> None:
        """See :meth:`BlockShelf.postpone`."""
        self._db.write(_POSTPONE, [until_us, text(error), record.subnet, record.cid, record.sealed])

    def queue_again(self, subnet: str, cid: str) -> None:
        """See :meth:`BlockShelf.queue_again`."""
        sql = "UPDATE engine_block SET spread = 'queued', due_us = %s WHERE subnet = %s AND cid = %s"
        self._db.write(sql, [self._now_us(), subnet, cid])

    def orphans(self, subnet: str, before_us: int) -> Sequence[str]:
        """See :meth:`BlockShelf.orphans`."""
        named: set[str] = set()
        for (name,) in self._db.rows("SELECT sealed FROM engine_block WHERE subnet = %s", [subnet]):
            named.add(name)
            if codec_of(name) == DAG_CBOR:
                named.update(decode(self._piece(subnet, name))["pieces"])
        old = [name for name, at_us in self._files.ages(subnet) if at_us < before_us]
        return [name for name in old if name not in named]

    def drop_orphan(self, subnet: str, sealed: str) -> None:
        """See :meth:`BlockShelf.drop_orphan`."""
        self._files.drop(subnet, sealed)


def _place(subnet: str, cid: str) -> bytes:
    return bound_to("block", subnet, cid)


def _key_place(subnet: str, cid: str) -> bytes:
    return bound_to("block key", subnet, cid)


def _record(row: Row) -> BlockRecord:
    subnet, cid, sealed, size, created_us, spread, attempts, error = row
    return BlockRecord(subnet, cid, sealed, int(size), created_us, Spread(spread), attempts, error)
