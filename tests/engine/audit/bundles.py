"""Bundles for tests, signed with real keys."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from engine.audit.verifier.bundle import written
from engine.audit.verifier.check import Report, verify
from engine.base.multikey import did_key
from engine.dispatch.clock import SystemClock
from engine.flow.model import Edge, Flow, Step
from engine.identity.ed25519 import Ed25519, KeySigner
from engine.ports.signer import Signer
from engine.ports.step_catalogue import Effect
from engine.testing.memory_identities import MemoryIdentities, OpenSealer
from engine.testing.steps import DictCatalogue, PlainTrigger, make_type, plus_one
from engine.testing.world import ALICE, fake_world
from engine.usecases.identity_book import IdentityBook
from engine.usecases.start_execution import StartRequest, start_execution
from engine.usecases.world import World

SEED = b"a seed for tests, 32 bytes long."


def signer(seed: bytes = SEED) -> Signer:
    """Signs as a did:key."""
    return KeySigner.of(did_key(Ed25519().public_key(seed)), seed)


def signing(at_us: int | None = None) -> Signer:
    """The same key at all times."""
    return signer()


IDENTITY = signer().identity


def signing_world(**parts: Any) -> World:
    """A world of fakes whose node signs for real, with step types that add 1."""
    types = [PlainTrigger(), make_type("t.add", plus_one), make_type("t.act", plus_one, effect=Effect.WRITE)]
    clock = parts.pop("clock", SystemClock())
    book = IdentityBook(MemoryIdentities(), Ed25519(), OpenSealer(), clock)
    return fake_world(DictCatalogue(types), clock, **{"signing": signing, "identities": book, **parts})


def run(world: World, *kinds: str, flow: str = "f") -> str:
    """Run a flow of these step types in a row to its end; gives the execution's id."""
    steps = [Step(f"s{number}", kind) for number, kind in enumerate(kinds)]
    edges = [Edge(a.id, b.id, "main", "main") for a, b in pairwise(steps)]
    made = Flow(flow, flow, tuple(steps), tuple(edges))
    world.flows.create("personal", made, "alice", "", 1)
    world.flows.publish("personal", flow, made.version, (), {}, 1)
    started = start_execution(world, ALICE, StartRequest(flow, [{"json": {"n": 0}}], wait="end"))
    assert started.future is not None
    assert started.future.result(10).kind == "completed"
    return started.execution


Change = Callable[[dict[str, Any]], object]


def changed(bundle: bytes, change: Change) -> bytes:
    """The bundle after a change, in canonical form again."""
    value = json.loads(bundle)
    change(value)
    return written(value)


def verified(bundle: bytes, identity: str | None = None) -> Report:
    """Check a bundle."""
    return verify(bundle, Ed25519().verify, identity)
