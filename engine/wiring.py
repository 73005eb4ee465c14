"""Chooses the concrete parts of a node: the only module that names adapters."""

from __future__ import annotations

import gc
import hashlib
import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from celery import current_app
from django.db import connections

from engine.assembly import (
    awaken,
    blocks_of,
    capability_host,
    endpoints,
    identities_of,
    keyring_of,
    more_stores,
    owner_of_leases,
    plugged,
    resume_urls,
    roomy,
    secrets_of,
    voices_of,
)
from engine.base.errors import QflowError
from engine.base.ids import ulid
from engine.base.limits import GC_OBJECTS, SWITCH_INTERVAL_S
from engine.dispatch.clock import SystemClock, SystemEntropy
from engine.dispatch.crew import EngineCrew
from engine.dispatch.crew_member import Member
from engine.dispatch.embedded_worker import EmbeddedWorker
from engine.dispatch.lines import Line
from engine.execution.bindings import Bindings
from engine.execution.breaker import BreakerRegistry
from engine.execution.budgets import Budgets
from engine.execution.data import ItemStore
from engine.execution.plans import Plans
from engine.execution.runner import Services
from engine.execution.violations import Violations
from engine.execution.worker import Parts, Worker
from engine.identity.biscuits import BiscuitMint
from engine.identity.ed25519 import Ed25519
from engine.keylog.form import Checks
from engine.keylog.making import checks_with
from engine.ports.clock import Entropy
from engine.ports.crew import Crew, NoCrew
from engine.ports.journal_store import Outgoing
from engine.ports.metrics import Metrics
from engine.ports.notifier import Notifier
from engine.ports.token_mint import TokenMint
from engine.sandbox.wasm_sandbox import WasmSandbox, cache_directory
from engine.settings import EngineSettings, current
from engine.steps.registry import Registry
from engine.storage.access import DjangoAccessStore
from engine.storage.capability_uses import DjangoCapabilityStore
from engine.storage.database import brisk_drivers
from engine.storage.flows import DjangoFlowStore
from engine.storage.journal import DjangoJournalStore
from engine.storage.packs import PackedBlocks
from engine.storage.permissions import DjangoPermissionStore
from engine.storage.policies import StoredPolicies
from engine.storage.quarantine import DjangoQuarantineStore
from engine.storage.search_index import DjangoSearchIndex
from engine.storage.transparency import DjangoTransparencyLog
from engine.storage.usage import DjangoUsageStore
from engine.storage.validation_log import DjangoValidationLog
from engine.storage.violations import DjangoViolationStore
from engine.usecases.denials import tell_denied
from engine.usecases.identity_book import IdentityBook
from engine.usecases.keeper import Keeper
from engine.usecases.node_identity import RoleSigning
from engine.usecases.relay_outbox import relay
from engine.usecases.remote_watch import RemoteWatch
from engine.usecases.replication import Replicator, replicator_of
from engine.usecases.respond import respond
from engine.usecases.standing import Standing
from engine.usecases.token_desk import TokenDesk
from engine.usecases.world import World
from engine.validation.trust import Grounds, Trust, build_trust

log = logging.getLogger("qflow.node")

RING_WAIT_S = 45
"""How long a worker process's task stays with an execution; below the broker's visibility timeout."""

ACTS_MAX = 32
"""Steps that may act at once in one process."""


@dataclass
class _Knot:
    """The worker tells a keeper, and relays effects through a world, that are made after it; so does
    the waker with rings that could not be sent."""

    keeper: Keeper | Member | None = None
    world: World | None = None
    otherwise: Callable[[str], None] | None = None

    def unheard(self, execution: str) -> None:
        if self.otherwise is not None:
            self.otherwise(execution)

    def poke(self, execution: str, wake_us: int | None) -> None:
        if self.keeper is not None:
            self.keeper.poke(execution, wake_us)

    def relay(self, effects: Sequence[Outgoing]) -> None:
        assert self.world is not None
        try:
            relay(self.world, effects)
        except QflowError as error:
            log.warning("effects are left to the sweep: %s", error)


@dataclass
class _Process:
    """What this process has built so far."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    world: World | None = None
    node: Node | None = None
    knot: _Knot | None = None
    pulse: Keeper | None = None  # renews the leases of a worker process


_process = _Process()


def world() -> World:
    """The world of this process, built on first use. Before :func:`start_node` it accepts work but
    leaves it to the node that serves the same database."""
    if _process.world is None:
        with _process.lock:
            if _process.world is None:
                _collect_seldom()
                made, _process.knot = build(current(), drive_here=False)
                awaken(made, current())
                _process.world = made
    return _process.world


def _collect_seldom() -> None:
    """Look for garbage less often than Python does: items are many and hold no circles; and never among
    what was imported, neither now nor when the process ends."""
    gc.set_threshold(GC_OBJECTS, *gc.get_threshold()[1:])
    gc.freeze()


def build(
    settings: EngineSettings, *, drive_here: bool, crew: Crew | None = None, line: Line | None = None
) -> tuple[World, _Knot]:
    """A world from the settings; nothing is started. ``line``: of a further process of a node."""
    clock, entropy, knot = SystemClock(), SystemEntropy(), _Knot()
    metrics, notifier, waker = voices_of(settings, knot.unheard, line)
    keyring = keyring_of(settings, clock)
    catalogue, flows = Registry(), DjangoFlowStore(cipher=keyring)
    identities = identities_of(keyring, clock)
    signing = RoleSigning(identities, settings.node_id)
    journal, access = DjangoJournalStore(signing=signing, cipher=keyring), DjangoAccessStore()
    blocks, replicas = blocks_of(settings, keyring, clock)
    policy = _policies(settings, access, clock)
    trust, violations = _guards(knot, metrics, notifier, clock, entropy, Standing(access, identities.store))
    secret = hashlib.sha256(b"resume" + settings.secret_key.encode()).digest()
    plans = Plans(flows, catalogue, metrics)
    sandbox = WasmSandbox(cache_directory(settings.data_dir / "cache"))
    services = _services(settings, catalogue, blocks, policy, clock, secret, sandbox, violations, trust)
    reach = (settings, notifier, clock, entropy, keyring, sandbox.modules, blocks)
    held, given = secrets_of(settings, keyring, catalogue, clock, entropy)
    services = replace(services, capabilities=capability_host(*reach), **given)
    parts = Parts(
        journal=journal,
        plans=plans,
        services=services,
        notifier=notifier,
        metrics=metrics,
        clock=clock,
        entropy=entropy,
        limits=settings.limits,
        owner=owner_of_leases(settings.node_id),
        relay=knot.relay,
        poke=knot.poke,
    )
    made = World(
        clock=clock,
        entropy=entropy,
        journal=journal,
        flows=flows,
        access=access,
        blocks=blocks,
        index=DjangoSearchIndex(),
        **more_stores(keyring),
        **held,
        **endpoints(policy),
        catalogue=catalogue,
        policy=policy,
        notifier=notifier,
        waker=waker,
        metrics=metrics,
        limits=settings.limits,
        plans=plans,
        sandbox=sandbox,
        violations=violations,
        trust=trust,
        worker=Worker(parts, drivers=settings.workers, acts=ACTS_MAX, brisk=brisk_drivers()),
        node=settings.node_id,
        timezone=settings.timezone,
        drive_here=drive_here,
        secret=secret,
        public_url=lambda: settings.base_url,
        **_identity_parts(identities, access, entropy, settings.node_id),
        shelf=blocks,
        replicas=replicas,
        log=DjangoTransparencyLog(signing),
        crew=crew or NoCrew(),
        **plugged(),
    )
    knot.world = made
    return made, knot


def _guards(
    knot: _Knot,
    metrics: Metrics,
    notifier: Notifier,
    clock: SystemClock,
    entropy: Entropy,
    standing: Standing,
) -> tuple[Trust, Violations]:
    """The validation pipeline on the node's database, and what counts violations of the sandbox."""
    grounds = Grounds(
        permissions=DjangoPermissionStore(),
        quarantine=DjangoQuarantineStore(),
        log=DjangoValidationLog(),
        metrics=metrics,
        now_us=clock.now_us,
        monotonic_us=clock.monotonic_us,
        new_id=lambda prefix: ulid(prefix, clock.now_us(), entropy.bytes(10)),
        checker=Ed25519(),
        standing=standing,
        denied=lambda operation, finding: tell_denied(notifier, operation, finding),
        alarmed=lambda anomaly: respond(knot.world, anomaly) if knot.world is not None else None,
    )
    trust, store, cores = build_trust(grounds), DjangoViolationStore(), os.cpu_count() or 1
    return trust, Violations(store, trust.containment, notifier, metrics, clock, entropy, cores=cores)


def _policies(settings: EngineSettings, access: DjangoAccessStore, clock: SystemClock) -> StoredPolicies:
    """The stored policies, with what the owner of the node grants to the personal subnet."""
    return StoredPolicies(
        access,
        limits=settings.limits,
        egress_allow=settings.egress_allow,
        files_root=str(settings.files_root) if settings.files_root else None,
        monotonic_us=clock.monotonic_us,
        now_us=clock.now_us,
        checker=Ed25519(),
    )


def _services(
    settings: EngineSettings,
    catalogue: Registry,
    blocks: PackedBlocks,
    policy: StoredPolicies,
    clock: SystemClock,
    secret: bytes,
    sandbox: WasmSandbox,
    violations: Violations,
    trust: Trust,
) -> Services:
    """What runs of steps need of the node."""
    kept = roomy(blocks, policy, clock)
    return Services(
        bindings=Bindings(catalogue),
        items=ItemStore(kept, settings.limits),
        blocks=kept,
        policy=policy,
        breakers=BreakerRegistry(clock.monotonic_us).of,
        clock=clock,
        limits=settings.limits,
        node=settings.node_id,
        timezone=settings.timezone,
        resume_url=resume_urls(settings, secret),
        sandbox=sandbox,
        trust=trust,
        violations=violations,
        budgets=Budgets(DjangoUsageStore(), clock),
        environment={name: text for name, text in os.environ.items() if not name.startswith("QFLOW_")},
    )


def _identity_parts(
    book: IdentityBook, access: DjangoAccessStore, entropy: SystemEntropy, node: str
) -> dict[str, Any]:
    """What a world has of identities: who signs for the node, and whom tokens stand for."""
    return {
        "signatures": book.scheme,
        "identities": book,
        "tokens": TokenDesk(access, book, BiscuitMint(), entropy, node),
        "signing": RoleSigning(book, node),
    }


# --- a running node ---------------------------------------------------------------------------------


@dataclass
class Node:
    """A node at work in this process: keeper, bell and worker."""

    world: World
    keeper: Keeper
    bell: EmbeddedWorker | None
    watch: RemoteWatch | None
    replicator: Replicator | None = None
    crew: EngineCrew | None = None

    def stop(self, timeout_s: float = 3.0) -> None:
        """Begin nothing new, let steps land, give leases back, end the threads."""
        self.keeper.stop()
        if self.replicator is not None:
            self.replicator.stop()
        if self.watch is not None:
            self.watch.stop()
        if self.crew is not None:
            self.crew.stop()
        self.world.worker.stop(timeout_s)
        flush_trust(self.world)
        if self.bell is not None:
            self.bell.stop()
        with _process.lock:
            _process.node = _process.world = _process.knot = None


def start_node(*, exclusive: bool = True, workers: bool = True, crew: EngineCrew | None = None) -> Node:
    """Bring a node up in this process.

    ``exclusive``: no other process of this node runs (the caller holds the data directory's lock), so
    if it drives executions itself, leases of its earlier incarnations are freed at once instead of
    when they expire.
    ``workers`` False: accept work only, and leave it to worker processes.
    """
    settings = current()
    if settings.embedded or workers:
        sys.setswitchinterval(SWITCH_INTERVAL_S)
    with _process.lock:
        here = workers and settings.drive == "here"
        _collect_seldom()
        made, knot = build(settings, drive_here=here, crew=crew)
        keeper = Keeper(made, insist=made.worker.attend_later) if workers else Keeper(made)
        knot.keeper = keeper
        if workers:  # while the broker is away the node helps itself
            knot.otherwise = made.worker.attend_later
        made.access.ensure_personal_subnet(made.clock.now_us())
        awaken(made, settings)
        if exclusive and here:
            made.journal.release_all(f"{made.node}:")
        bell = EmbeddedWorker(current_app._get_current_object()) if settings.embedded and workers else None
        watch = None if here else RemoteWatch(made)
        node = Node(made, keeper, bell, watch, replicator_of(made), crew)
        _process.world, _process.knot, _process.node = made, knot, node
    if bell is not None:
        bell.start()
    if watch is not None:
        watch.start()
    if node.replicator is not None:
        node.replicator.start()
    keeper.start()
    if crew is not None:
        crew.begin(made, keeper.poke)
    return node


def running_node() -> Node | None:
    """The node at work in this process, if any."""
    return _process.node


def answer_ring(execution: str) -> None:
    """A bell was heard. A node with its own threads looks and returns at once; a worker process
    stays with the execution for a while, so that the broker spreads work over processes."""
    made = world()
    if current().embedded:
        if not made.crew.attend(execution):
            made.worker.attend_later(execution)
        return
    _have_pulse(made)
    made.worker.attend(execution, wait_s=RING_WAIT_S)


def answer_house_ring(execution: str) -> None:
    """The parent of this worker process rang by itself, since the broker is away."""
    made = world()
    _have_pulse(made)
    made.worker.attend_later(execution)


def _have_pulse(made: World) -> None:
    """Renew leases from the first execution on."""
    with _process.lock:
        if _process.pulse is None:
            _process.pulse = Keeper(made)
            _process.pulse.start_pulse()


def serve_crew(line: Line) -> None:
    """In a further process of a node: drive what is handed over, until the node's own process ends."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    _collect_seldom()
    made, knot = build(current(), drive_here=True, line=line)
    member = knot.keeper = Member(line, made)
    _process.world, _process.knot = made, knot
    made.sandbox.warm_up()
    _have_pulse(made)
    member.serve()
    stop_worker()


def start_keeper(otherwise: Callable[[str], None]) -> None:
    """Keep house in the parent of a pool of worker processes; ``otherwise`` wakes one of them while
    the broker is away."""
    made = world()
    keeper = Keeper(made, insist=otherwise)
    assert _process.knot is not None
    _process.knot.otherwise = otherwise
    _process.knot.keeper = _process.pulse = keeper
    keeper.start()


def stop_worker() -> None:
    """Give leases back before a worker process ends."""
    if _process.world is not None:
        if _process.pulse is not None:
            _process.pulse.stop()
        _process.world.worker.stop()
        flush_trust(_process.world)


def flush_trust(made: World) -> None:
    """Write down what was counted; where the database is away the counts are lost, the journals are not."""
    try:
        made.trust.flush()
    except QflowError as error:
        log.warning("counts of validations are lost: %s", error)


def preload() -> None:
    """Import all that executions need before a fork, so that no forked process has to."""
    catalogue = Registry()
    for name in catalogue.names():
        catalogue.get(name)


def forget() -> None:
    """Begin anew after a fork: threads, leases and connections of the parent are the parent's."""
    connections.close_all()
    _process.lock = threading.RLock()
    _process.world = _process.node = _process.knot = _process.pulse = None


def without_node() -> tuple[TokenMint, Checks, int]:
    """What narrowing tokens and checking logs takes where there is no node, and the time."""
    return BiscuitMint(), checks_with(Ed25519()), SystemClock().now_us()


def capability_audit() -> DjangoCapabilityStore:
    """The audit of capability tokens, and the list of revoked ones."""
    return DjangoCapabilityStore()


def metrics_text() -> bytes:
    """All measures in Prometheus' text format."""
    return world().metrics.text()


__all__ = [
    "Node",
    "answer_ring",
    "build",
    "capability_host",
    "metrics_text",
    "running_node",
    "start_node",
    "world",
]
