"""Journals, flow versions and blocks reach other places, come back, and go with what named them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.base.canonical import decode
from engine.base.errors import ContentErased, InvalidInput, PermissionDenied, WrongState
from engine.flow.model import Flow, Step
from engine.identity.keyring import Keyring
from engine.identity.root_keys import GivenRootKeys
from engine.identity.sealed_boxes import open_shared
from engine.journal import facts as f
from engine.journal.state import Status
from engine.ports.block_shelf import Spread
from engine.ports.journal_store import Commit
from engine.ports.policy import PERSONAL
from engine.storage.flows import DjangoFlowStore
from engine.storage.journal import DjangoJournalStore
from engine.storage.keys import DjangoKeyStore
from engine.storage.packs import PackedBlocks
from engine.testing.clock import FakeClock
from engine.testing.memory_keys import ROOT_KEY
from engine.testing.memory_replicas import MemoryReplicas
from engine.testing.steps import DictCatalogue
from engine.testing.world import ALICE, CHARLIE, fake_world
from engine.usecases.keep_blocks import block_status, collect_blocks, repair_blocks
from engine.usecases.keys import key_status, rewrap_keys, rotate_key, rotate_root, shred_execution
from engine.usecases.replication import JOURNAL_FORM, Replicator, pack, send
from engine.usecases.world import World
from tests.engine.contract.samples import completed, header, started

LEASE = {"lease_owner": "me", "lease_until_us": 1 << 60}


@pytest.fixture
def replicas() -> MemoryReplicas:
    return MemoryReplicas()


@pytest.fixture
def world(database: str, tmp_path: Path, replicas: MemoryReplicas) -> World:
    clock = FakeClock()
    cipher = Keyring(GivenRootKeys(ROOT_KEY), DjangoKeyStore(database), clock.now_us, clock.monotonic_us)
    blocks = PackedBlocks(
        tmp_path / "blocks", cipher, clock.now_us, replicas=replicas, using=database, sync=False
    )
    made = fake_world(
        DictCatalogue([]),
        clock,
        journal=DjangoJournalStore(database, cipher=cipher),
        flows=DjangoFlowStore(database, cipher=cipher),
        blocks=blocks,
    )
    made.access.ensure_personal_subnet(1)
    return replace(made, shelf=blocks, replicas=replicas, cipher=cipher, keys=cipher)


def execution(world: World, id: str = "exe_1", *blocks: str, version: str = "bafyversion") -> None:
    """A running execution whose one step gave blocks."""
    outputs = {f"port{n}": f.PortData(cid, 1) for n, cid in enumerate(blocks)}
    first = header(id, subnet=PERSONAL, version=version, **LEASE)
    world.journal.create(Commit(first, 0, [replace(started(), subnet=PERSONAL), completed(outputs=outputs)]))


def end(world: World, id: str = "exe_1") -> None:
    last = replace(world.journal.header(id), status=Status.COMPLETED, lease_owner="")
    world.journal.commit(Commit(last, 2, [completed(2)]), "me")


def turn(world: World) -> None:
    """Pack and send until nothing is left to do."""
    assert world.shelf is not None
    assert world.replicas is not None
    replicator = Replicator(world, world.shelf, world.replicas)
    while replicator.turn():
        pass


def test_a_journal_is_packed_in_parts_that_name_the_one_before(world: World) -> None:
    execution(world)
    turn(world)
    assert world.shelf is not None
    reached, first = world.shelf.packed("journal", PERSONAL, "exe_1")
    assert reached == 2
    end(world)
    turn(world)
    reached, second = world.shelf.packed("journal", PERSONAL, "exe_1")
    part = decode(world.blocks.get(PERSONAL, second))
    assert (reached, part["form"], part["previous"]) == (3, JOURNAL_FORM, first)
    assert [entry[0] for entry in part["entries"]] == [3]
    assert pack(world, world.shelf) == 0


def test_a_flow_version_is_a_block_of_its_own_cid(world: World, replicas: MemoryReplicas) -> None:
    flow = Flow("orders", "Orders", steps=(Step("a", "data.set", parameters={"x": "Geheimnis"}),))
    record = world.flows.create(PERSONAL, flow, "alice", "", 1)
    turn(world)
    assert world.blocks.has(PERSONAL, record.revision)
    assert replicas.stored
    assert all(b"Geheimnis" not in data for data in replicas.stored.values())


def test_what_is_away_gets_everything_when_it_is_back(world: World, replicas: MemoryReplicas) -> None:
    assert world.shelf is not None
    cid = world.blocks.put(PERSONAL, b"x" * 100)
    replicas.away = True
    assert send(world, world.shelf, replicas) == 0
    assert block_status(world, ALICE)["waiting"][0]["cid"] == cid
    assert send(world, world.shelf, replicas) == 0
    assert world.shelf.records(PERSONAL)[0].attempts == 1, "it is left alone for a while"
    replicas.away = False
    world.clock.advance_ms(2_000)  # type: ignore[attr-defined]
    assert send(world, world.shelf, replicas) == 1
    assert world.shelf.amounts(PERSONAL)[Spread.REPLICATED].blocks == 1


def test_above_the_limit_journals_wait(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    import engine.usecases.replication as module

    assert world.shelf is not None
    monkeypatch.setattr(module, "BLOCKS_WAITING_MAX", 0)
    world.blocks.put(PERSONAL, b"x")
    execution(world)
    assert pack(world, world.shelf) == 0


def test_repair_fetches_what_is_broken_and_queues_what_elsewhere_lacks(
    world: World, replicas: MemoryReplicas, tmp_path: Path
) -> None:
    cids = [world.blocks.put(PERSONAL, bytes([n]) * 50) for n in range(3)]
    turn(world)
    paths = sorted(path for path in (tmp_path / "blocks").rglob("*") if path.is_file())
    paths[0].write_bytes(b"broken")
    lost = paths[1].name
    paths[1].unlink()
    del replicas.stored[lost], replicas.stored[paths[2].name]
    found = repair_blocks(world, ALICE)
    assert (found.checked, found.mended, found.queued, len(found.lost)) == (3, 1, 1, 1)
    turn(world)
    assert paths[2].name in replicas.stored
    assert set(found.lost) < set(cids)


def test_collection_keeps_what_is_reached_and_drops_the_rest(world: World, tmp_path: Path) -> None:
    named = world.blocks.put(PERSONAL, b"named")
    from engine.base.canonical import encode

    inner = world.blocks.put(PERSONAL, b"inner")
    outer = world.blocks.put(PERSONAL, encode({"next": [inner]}))
    unnamed = world.blocks.put(PERSONAL, b"nobody names this")
    execution(world, "exe_1", named, outer)
    assert collect_blocks(world, ALICE).dropped == 0, "it is young"
    world.clock.advance_ms(7_200_000)  # type: ignore[attr-defined]
    found = collect_blocks(world, ALICE)
    assert (found.dropped, found.kept) == (1, 3)
    assert not world.blocks.has(PERSONAL, unnamed)
    assert world.blocks.get(PERSONAL, inner) == b"inner"


def test_packs_of_what_was_deleted_are_collected(world: World, replicas: MemoryReplicas) -> None:
    execution(world)
    end(world)
    turn(world)
    world.journal.delete("exe_1")
    world.clock.advance_ms(7_200_000)  # type: ignore[attr-defined]
    assert collect_blocks(world, ALICE).dropped == 1
    assert replicas.stored == {}


def test_shredding_takes_blocks_and_packs_along_but_not_those_of_others(
    world: World, replicas: MemoryReplicas
) -> None:
    own, shared = world.blocks.put(PERSONAL, b"own"), world.blocks.put(PERSONAL, b"shared")
    execution(world, "exe_1", own, shared)
    execution(world, "exe_2", shared)
    turn(world)
    with pytest.raises(WrongState):
        shred_execution(world, ALICE, "exe_1")
    end(world)
    turn(world)
    copies = dict(replicas.stored)
    assert shred_execution(world, ALICE, "exe_1") == 3
    replicas.stored.update(copies)
    assert not world.blocks.has(PERSONAL, own)
    assert world.blocks.get(PERSONAL, shared) == b"shared"
    with pytest.raises(ContentErased):
        world.journal.load("exe_1")
    assert len(world.journal.trail("exe_1").entries) == 3
    assert shred_execution(world, ALICE, "exe_1") == 0


def test_keys_are_shown_and_rotated_in_the_own_subnet_only(world: World) -> None:
    execution(world)
    assert rotate_key(world, ALICE) == 2
    assert {key.subnet for key in key_status(world, ALICE)} == {PERSONAL}
    assert key_status(world, CHARLIE) == []
    for act in (rotate_root, rewrap_keys):
        with pytest.raises(PermissionDenied):
            act(world, CHARLIE)
    assert rewrap_keys(world, ALICE) >= 1
    assert len(world.journal.load("exe_1")[1]) == 2


def test_an_envelope_is_opened_by_its_recipient(world: World) -> None:
    from nacl.public import PrivateKey

    private = PrivateKey(b"\x05" * 32)
    envelope = world.cipher.share(b"result", {"bob": bytes(private.public_key)})
    assert open_shared(envelope, "bob", bytes(private)) == b"result"
    with pytest.raises(InvalidInput):
        world.cipher.share(b"result", {})


def test_the_thread_starts_and_stops(world: World) -> None:
    assert world.shelf is not None
    assert world.replicas is not None
    any_database: Any = world
    replicator = Replicator(any_database, world.shelf, world.replicas)
    replicator.stop()
