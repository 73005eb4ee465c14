"""Keys rotate while executions run: nothing fails, and every signature counts."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from engine.audit.verifier.statements import head_statement
from engine.base.errors import PermissionDenied
from engine.dispatch.clock import SystemClock
from engine.flow.model import Edge, Flow, Step
from engine.identity.biscuits import BiscuitMint
from engine.identity.ed25519 import Ed25519
from engine.testing.clock import SeededEntropy
from engine.testing.memory_access import MemoryAccess
from engine.testing.memory_identities import OpenSealer
from engine.testing.memory_journal import MemoryJournal
from engine.testing.steps import DictCatalogue, PlainTrigger, make_type, plus_one
from engine.testing.world import ALICE, fake_world
from engine.usecases import held_identities, identity_book
from engine.usecases.held_identities import rotate_held
from engine.usecases.identity_book import IdentityBook
from engine.usecases.node_identity import JOURNAL_SCOPE, RoleSigning, ensure_node_identity
from engine.usecases.start_execution import StartRequest, start_execution
from engine.usecases.token_desk import TokenDesk, owner_of
from engine.usecases.world import World

ROTATIONS = 5
LABELS = ("journal:node", "tokens:node", "node:node", "owner:personal")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys take force after half of the usual time."""
    monkeypatch.setattr(held_identities, "SETTLE_US", held_identities.SETTLE_US // 2)
    monkeypatch.setattr(identity_book, "RECHECK_US", identity_book.RECHECK_US // 2)


@pytest.fixture
def world() -> Iterator[World]:
    """A world with real signatures, and a flow of three steps."""
    clock, access, entropy = SystemClock(), MemoryAccess(), SeededEntropy()
    access.ensure_personal_subnet(clock.now_us())
    book = IdentityBook(access.identities, Ed25519(), OpenSealer(), clock)
    ensure_node_identity(book, entropy, "node")
    signing = RoleSigning(book, "node")
    catalogue = DictCatalogue([PlainTrigger(), make_type("t.add", plus_one)])
    made = fake_world(
        catalogue, clock, journal=MemoryJournal(signing), access=access, signing=signing, identities=book
    )
    steps = (Step("begin", "trigger.manual"), Step("one", "t.add"), Step("two", "t.add"))
    flow = Flow("load", "load", steps, (Edge("begin", "one"), Edge("one", "two")))
    made.flows.create("personal", flow, "alice", "", 1)
    made.flows.publish("personal", "load", flow.version, (), {}, 1)
    yield made
    made.worker.stop(1)


def test_every_key_rotates_while_executions_run(world: World) -> None:
    book, entropy = world.identities, SeededEntropy(1)
    desk = TokenDesk(world.access, book, BiscuitMint(), entropy, "node")
    owner_of(book, entropy, "personal")
    _, token = desk.issue("load", "personal", ("flows:read",), None)
    executions: list[str] = []
    failures: list[object] = []
    done = threading.Event()

    def load() -> None:
        while not done.is_set():
            try:
                started = start_execution(world, ALICE, StartRequest("load", wait="end"))
                assert started.future is not None
                outcome = started.future.result(30)
                assert outcome.kind == "completed", outcome.error
                assert desk.authenticate(token, world.clock.now_us())
                executions.append(started.execution)
            except Exception as error:
                failures.append(error)
                return

    threads = [threading.Thread(target=load) for _ in range(2)]
    for thread in threads:
        thread.start()
    identities = [book.store.labelled(label) for label in LABELS]
    for number in range(ROTATIONS):
        while len(executions) < 10 * (number + 1) and not failures:
            done.wait(0.001)
        before = world.signer.key
        for record in identities:
            assert record is not None
            rotate_held(book, entropy, record.id)
        while world.signer.key == before and not failures:
            done.wait(0.001)
    last = len(executions) + 5
    while len(executions) < last and not failures:
        done.wait(0.001)
    done.set()
    for thread in threads:
        thread.join(30)

    assert failures == []
    for record in identities:
        assert record is not None
        assert len(book.state(record.id).periods) == ROTATIONS + 1
    heads = [(id, head) for id in executions for head in world.journal.trail(id).heads]
    assert len({head.key for _, head in heads}) > 1, "more than one key signed"
    for id, head in heads:
        statement = head_statement(id, head.sequence, head.hash, head.at_us)
        book.check(head.identity, head.key, head.at_us, JOURNAL_SCOPE, statement, head.signature)
    check_that_the_first_key_signs_nothing_new(world, heads[0])


def check_that_the_first_key_signs_nothing_new(world: World, first: tuple[str, object]) -> None:
    """What the key of the first head signs with today's date does not count."""
    head = first[1]
    with pytest.raises(PermissionDenied, match="not in force"):
        world.identities.check(
            head.identity,
            head.key,
            world.clock.now_us(),
            JOURNAL_SCOPE,
            b"",
            head.signature,  # type: ignore[attr-defined]
        )
