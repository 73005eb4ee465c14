"""Blocks of a subnet: how many there are and where, mending them, and dropping those nothing names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from engine.base.canonical import DAG_CBOR
from engine.base.errors import ContentErased, CorruptData, NetworkFailure, UnknownObject, WrongState
from engine.base.ordered import unpack
from engine.flow.plain_form import plain_form
from engine.journal.facts import shown
from engine.ports.access_store import Principal
from engine.ports.block_shelf import Amount, BlockRecord, BlockShelf, Spread
from engine.ports.journal_store import ExecutionQuery, Header
from engine.usecases.permission import require
from engine.usecases.world import World

GRACE_US = 3_600_000_000
"""A block younger than this is kept: the facts that name it may not be stored yet."""

PAGE = 200
EFFECTS_MAX = 1_000_000


@dataclass(frozen=True, slots=True)
class Mending:
    """What a repair found. ``lost`` are CIDs that are whole nowhere."""

    checked: int
    mended: int
    queued: int
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Collection:
    """What was dropped: blocks that nothing names, and files that no block names."""

    kept: int
    dropped: int
    freed_bytes: int
    orphans: int


def block_status(world: World, actor: Principal) -> dict[str, Any]:
    """Amounts by spread, and what waits with its error: ``{"spread": {...}, "waiting": [...]}``."""
    require(world, actor, "system:read")
    shelf = shelf_of(world)
    amounts: dict[Spread, Amount] = dict(shelf.amounts(actor.subnet))
    waiting = [record for record in _records(shelf, actor.subnet) if record.error]
    return {
        "spread": {str(spread): {"blocks": a.blocks, "bytes": a.size} for spread, a in amounts.items()},
        "waiting": [
            {"cid": record.cid, "attempts": record.attempts, "error": record.error}
            for record in waiting[:PAGE]
        ],
    }


def repair_blocks(world: World, actor: Principal) -> Mending:
    """Check every block of the subnet, fetch what is broken from wherever it is whole, and spread again
    what too few other places have."""
    require(world, actor, "admin")
    shelf = shelf_of(world)
    checked = mended = queued = 0
    lost = []
    for record in _records(shelf, actor.subnet):
        checked += 1
        try:
            mended += shelf.mended(record.subnet, record.cid)
            queued += _spread_again(world, shelf, record)
        except CorruptData:
            lost.append(record.cid)
        except UnknownObject:
            continue  # dropped meanwhile
    return Mending(checked, mended, queued, tuple(lost))


def _spread_again(world: World, shelf: BlockShelf, record: BlockRecord) -> bool:
    if world.replicas is None or record.spread is Spread.QUEUED:
        return False
    try:
        missing = record.spread is Spread.LOCAL or world.replicas.holders(record.sealed) == 0
    except NetworkFailure:
        return False
    if missing:
        shelf.queue_again(record.subnet, record.cid)
    return missing


def collect_blocks(world: World, actor: Principal, grace_us: int = GRACE_US) -> Collection:
    """Drop blocks that no journal, inbox, outbox, flow version or policy of the subnet reaches."""
    require(world, actor, "admin")
    shelf, subnet = shelf_of(world), actor.subnet
    before_us = world.clock.now_us() - grace_us
    _forget_packs(world, shelf, subnet)
    live = reachable(world, subnet)
    kept = dropped = freed = 0
    for record in _records(shelf, subnet):
        if record.cid in live or record.created_us > before_us:
            kept += 1
            continue
        if shelf.discard(record):
            dropped, freed = dropped + 1, freed + record.size
    orphans = shelf.orphans(subnet, before_us)
    for name in orphans:
        shelf.drop_orphan(subnet, name)
    return Collection(kept, dropped, freed, len(orphans))


def _forget_packs(world: World, shelf: BlockShelf, subnet: str) -> None:
    """What was packed of deleted executions and flow versions is not wanted any more."""
    gone = {(kind, ref) for kind, ref, _ in shelf.packs(subnet) if not _exists(world, kind, subnet, ref)}
    for kind, ref in gone:
        shelf.forget_packs(kind, subnet, ref)


def _exists(world: World, kind: str, subnet: str, ref: str) -> bool:
    try:
        if kind == "flow":
            world.flows.version(subnet, ref)
        else:
            world.journal.header(ref)
    except UnknownObject:
        return False
    return True


def shelf_of(world: World) -> BlockShelf:
    """The index of blocks; raises :class:`WrongState` where the node keeps none."""
    if world.shelf is None:
        raise WrongState("this node keeps no index of its blocks")
    return world.shelf


def reachable(world: World, subnet: str) -> set[str]:
    """All blocks that something names, also by way of other blocks. Every text that is the CID of a block
    counts as a name, wherever it stands."""
    known = set(world.blocks.cids(subnet))
    packs = world.shelf.packs(subnet) if world.shelf is not None else ()
    found = {cid for _, _, cid in packs} & known
    for value in _roots(world, subnet):
        found |= names_in(value, known)
    return with_named(world, subnet, found, known)


def with_named(world: World, subnet: str, cids: set[str], known: set[str]) -> set[str]:
    """These blocks, and all that they name."""
    found, todo = set(cids), list(cids)
    while todo:
        cid = todo.pop()
        new = names_in(_block(world, subnet, cid), known) - found
        found |= new
        todo += new
    return found


def names_in(value: Any, known: set[str]) -> set[str]:
    """The known CIDs among all texts of a value, keys of maps included."""
    found, todo = set(), [value]
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            if one in known:
                found.add(one)
        elif isinstance(one, dict):
            todo += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple):
            todo += one
    return found


def _roots(world: World, subnet: str) -> Iterator[Any]:
    """Everything stored that may name a block."""
    _, policy = world.access.policy_document(subnet)
    yield dict(policy)
    for effect in world.journal.outbox(1 << 62, EFFECTS_MAX):
        yield dict(effect.payload)
    yield from _reports(world, subnet)
    for header in _headers(world, subnet):
        yield from _of_execution(world, header)
    for record in _flows(world, subnet):
        for version in world.flows.history(subnet, record):
            yield plain_form(world.flows.version(subnet, version.version))


def _reports(world: World, subnet: str) -> Iterator[Any]:
    """The blocks of reports that are kept."""
    before: str | None = None
    while page := world.reports.runs(subnet, PAGE, before):
        yield [run.cid for run in page]
        before = page[-1].id


def _of_execution(world: World, header: Header) -> Iterator[Any]:
    try:
        _, entries = world.journal.load(header.id)
        yield from (shown(entry.fact) for entry in entries)
        yield from (dict(signal.payload) for signal in world.journal.inbox(header.id))
        yield plain_form(world.flows.version(header.subnet, header.version))
    except (ContentErased, UnknownObject):
        return


def _headers(world: World, subnet: str) -> Iterator[Header]:
    before: str | None = None
    while page := world.journal.list(ExecutionQuery(subnet, before=before, limit=PAGE)):
        yield from page
        before = page[-1].id


def _flows(world: World, subnet: str) -> Iterable[str]:
    for archived in (False, True):
        after: str | None = None
        while page := world.flows.list(subnet, archived=archived, limit=PAGE, after=after):
            yield from (record.id for record in page)
            after = page[-1].id


def _records(shelf: BlockShelf, subnet: str) -> Iterator[BlockRecord]:
    after = ""
    while page := shelf.records(subnet, after):
        yield from page
        after = page[-1].cid


def _block(world: World, subnet: str, cid: str) -> Any:
    """The content of a block that may name others; None for raw ones and broken ones."""
    if codec_name(cid) != DAG_CBOR:
        return None
    try:
        return unpack(world.blocks.get(subnet, cid))
    except (UnknownObject, CorruptData):
        return None


def codec_name(cid: str) -> int:
    """The codec of a CID of this engine's: ``bafyrei...`` is DAG-CBOR, ``bafkrei...`` raw."""
    return DAG_CBOR if cid.startswith("bafyrei") else 0
