"""Bring what a node holds to other places: pack journals and flow versions into blocks, and send blocks.

The index of blocks is the queue, so that nothing is lost with a process, and nothing waits in memory.
Where other places are away or slow the queue grows up to ``BLOCKS_WAITING_MAX`` blocks; above that
journals are no longer packed: they are whole in the database and wait there.
"""

from __future__ import annotations

import logging
import threading
from typing import Any

from engine.base.canonical import encode
from engine.base.errors import ContentErased, NodeFailure, QflowError, UnknownObject
from engine.base.limits import BLOCKS_WAITING_MAX
from engine.flow.canonical import to_canonical
from engine.ports.block_shelf import BlockRecord, BlockShelf, Spread
from engine.ports.proofs import Trail
from engine.ports.replicas import Replicas
from engine.usecases.world import World

log = logging.getLogger("qflow.replication")

JOURNAL, FLOW = "journal", "flow"
JOURNAL_FORM = "qflow/journal/1"
BATCH = 64
IDLE_S = 1.0
RETRY_MIN_US, RETRY_MAX_US = 1_000_000, 300_000_000


def pack(world: World, shelf: BlockShelf, limit: int = BATCH) -> int:
    """Put flow versions and grown journals into blocks; gives how many blocks."""
    if shelf.amounts()[Spread.QUEUED].blocks > BLOCKS_WAITING_MAX:
        return 0
    flows = sum(_pack_flow(world, shelf, *found) for found in shelf.flows_to_pack(limit))
    return flows + sum(_pack_journal(world, shelf, *found) for found in shelf.to_pack(limit))


def _pack_flow(world: World, shelf: BlockShelf, subnet: str, version: str) -> int:
    """A flow version is a block by nature: its CID is the version's."""
    try:
        content = encode(to_canonical(world.flows.version(subnet, version)))
    except UnknownObject:
        return 0  # deleted meanwhile
    shelf.note_packed(FLOW, subnet, version, 1, world.blocks.put(subnet, content))
    return 1


def _pack_journal(world: World, shelf: BlockShelf, subnet: str, execution: str) -> int:
    """What was added since the last time, as a block that names the one before."""
    reached, previous = shelf.packed(JOURNAL, subnet, execution)
    try:
        header, trail = world.journal.header(execution), world.journal.trail(execution)
        content = journal_block(execution, trail, reached, previous)
    except (UnknownObject, ContentErased):
        return 0  # deleted or shredded meanwhile
    content |= {"subnet": subnet, "flow": header.flow, "version": header.version}
    last = trail.entries[-1].sequence if trail.entries else trail.base_sequence
    shelf.note_packed(JOURNAL, subnet, execution, last, world.blocks.put(subnet, encode(content)))
    return 1


def journal_block(execution: str, trail: Trail, after: int, previous: str) -> dict[str, Any]:
    """Entries behind a sequence, with what proves them; raises :class:`ContentErased`."""
    entries = [entry for entry in trail.entries if entry.sequence > after]
    if any(entry.payload is None for entry in entries):
        raise ContentErased(f"the contents of execution {execution} were erased")
    return {
        "form": JOURNAL_FORM,
        "execution": execution,
        "previous": previous,
        "base": [trail.base_sequence, trail.base_hash],
        "entries": [[e.sequence, e.digest, e.hash, e.salt, e.payload] for e in entries],
        "heads": [
            [head.sequence, head.hash, head.at_us, head.identity, head.key, head.signature]
            for head in trail.heads
            if head.sequence > after
        ],
    }


def send(world: World, shelf: BlockShelf, replicas: Replicas, limit: int = BATCH) -> int:
    """Send blocks that are due; gives how many lie elsewhere now. Those that could not be sent come again,
    later each time."""
    sent = 0
    for record in shelf.queued(world.clock.now_us(), limit):
        try:
            for piece in shelf.pieces(record.subnet, record.cid):
                replicas.put(piece.data, piece.codec)
        except UnknownObject:
            continue  # dropped meanwhile
        except QflowError as error:
            _later(world, shelf, record, error)
            continue
        shelf.spread(record)
        sent += 1
    if sent:
        world.metrics.count("blocks_replicated", sent)
    return sent


def _later(world: World, shelf: BlockShelf, record: BlockRecord, error: QflowError) -> None:
    world.metrics.count("block_replication_failures", code=error.code)
    pause_us = min(RETRY_MIN_US << min(record.attempts, 20), RETRY_MAX_US)
    shelf.postpone(record, world.clock.now_us() + pause_us, error.message)


def replicator_of(world: World) -> Replicator | None:
    """The one of a node that has other places for its blocks."""
    if world.shelf is None or world.replicas is None:
        return None
    return Replicator(world, world.shelf, world.replicas)


class Replicator:
    """A thread that packs and sends, until it is stopped."""

    def __init__(self, world: World, shelf: BlockShelf, replicas: Replicas) -> None:
        self._world, self._shelf, self._replicas = world, shelf, replicas
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="replicator", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout_s: float = 3.0) -> None:
        """End after the block that is being sent."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def turn(self) -> int:
        """Pack and send once; gives how much was done."""
        done = pack(self._world, self._shelf) + send(self._world, self._shelf, self._replicas)
        for spread, amount in self._shelf.amounts().items():
            self._world.metrics.gauge("blocks", amount.blocks, spread=str(spread))
        return done

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                done = self.turn()
            except NodeFailure as error:
                log.warning("replication waits: %s", error)
                done = 0
            except Exception:
                log.exception("replication stumbled")
                done = 0
            if not done:
                self._stopped.wait(IDLE_S)
