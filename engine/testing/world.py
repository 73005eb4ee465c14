"""A world of fakes: a whole engine in memory, in milliseconds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.base.limits import Limits
from engine.execution.bindings import Bindings
from engine.execution.breaker import BreakerRegistry
from engine.execution.budgets import Budgets
from engine.execution.credentials import CredentialDesk
from engine.execution.data import ItemStore
from engine.execution.plans import Plans
from engine.execution.runner import Services
from engine.execution.violations import Violations
from engine.execution.worker import Parts, Worker
from engine.ports.access_store import AccessStore, Principal
from engine.ports.block_store import BlockStore
from engine.ports.capabilities import Capabilities, CapabilityStore
from engine.ports.clock import Clock
from engine.ports.flow_store import FlowStore
from engine.ports.journal_store import JournalStore, Outgoing
from engine.ports.policy import PERSONAL
from engine.ports.quarantine import QuarantineStore
from engine.ports.sandbox import Sandbox
from engine.ports.signer import SignatureChecker, Signing
from engine.ports.step_catalogue import StepCatalogue
from engine.ports.violations import ViolationStore
from engine.testing.clock import SeededEntropy
from engine.testing.fake_mint import FakeMint
from engine.testing.memory_access import MemoryAccess
from engine.testing.memory_audit import MemoryAuditTrail
from engine.testing.memory_blocks import MemoryBlocks
from engine.testing.memory_capabilities import FixedSecrets, MemoryCapabilityStore, MemoryFlowValues
from engine.testing.memory_case_runs import MemoryCaseRuns
from engine.testing.memory_compliance import MemoryHolds, MemoryReports
from engine.testing.memory_credentials import (
    GivenReferences,
    MemoryCredentials,
    ScriptedCredentialCalls,
    ScriptedTokenEndpoints,
)
from engine.testing.memory_flow_store import MemoryFlowStore
from engine.testing.memory_identities import MemoryIdentities, OpenSealer
from engine.testing.memory_index import MemoryIndex
from engine.testing.memory_ingress import MemorySchemaStore, MemorySeenCalls
from engine.testing.memory_journal import MemoryJournal
from engine.testing.memory_keys import memory_cipher
from engine.testing.memory_log import MemoryLog
from engine.testing.memory_quarantine import MemoryQuarantine
from engine.testing.memory_usage import MemoryUsage
from engine.testing.memory_variables import MemoryVariables
from engine.testing.memory_violations import MemoryViolations
from engine.testing.no_sandbox import NoSandbox
from engine.testing.observers import CountingMetrics, RecordingNotifier, RecordingWaker
from engine.testing.policies import FixedPolicies
from engine.testing.signatures import FakeScheme, FakeSigning
from engine.testing.trust import open_trust
from engine.usecases.identity_book import IdentityBook
from engine.usecases.relay_outbox import relay
from engine.usecases.respond import respond
from engine.usecases.standing import Standing
from engine.usecases.token_desk import TokenDesk
from engine.usecases.world import World
from engine.validation.anomalies import Anomaly

ALICE = Principal("alice", "Alice", PERSONAL, frozenset({"admin"}))
BOB = Principal("bob", "Bob", PERSONAL, frozenset({"flows:read", "executions:read"}))
CHARLIE = Principal("charlie", "Charlie", "elsewhere", frozenset({"admin"}))
"""The cast: Alice owns, Bob may look, Charlie belongs to another subnet."""


def fake_world(
    catalogue: StepCatalogue,
    clock: Clock,
    *,
    journal: JournalStore | None = None,
    flows: FlowStore | None = None,
    access: AccessStore | None = None,
    blocks: BlockStore | None = None,
    policies: FixedPolicies | None = None,
    sandbox: Sandbox | None = None,
    violations: ViolationStore | None = None,
    quarantine: QuarantineStore | None = None,
    limits: Limits | None = None,
    owner: str = "node:1",
    drive_here: bool = True,
    seed: int = 0,
    drivers: int = 2,
    capabilities: Capabilities | None = None,
    capability_store: CapabilityStore | None = None,
    signing: Signing | None = None,
    identities: IdentityBook | None = None,
) -> World:
    """A world on fakes, with the given parts in place of theirs. Two worlds on the same journal are
    two workers of one node. A ring reaches the world's own worker."""
    known = access or MemoryAccess()
    book = identities or _book(known, clock)
    shared = _Shared(
        catalogue,
        clock,
        journal or MemoryJournal(signing or FakeSigning()),
        flows or MemoryFlowStore(),
        blocks or MemoryBlocks(),
        policies or FixedPolicies(),
        limits or Limits(),
        SeededEntropy(seed),
        sandbox or NoSandbox(),
        violations or MemoryViolations(),
        quarantine or MemoryQuarantine(),
        capabilities,
        book.scheme,
        Standing(known, book.store),
        capability_store or MemoryCapabilityStore(),
    )
    worker = Worker(_parts(shared, owner), drivers=drivers, acts=8)
    shared.world = World(
        clock=clock,
        entropy=shared.entropy,
        journal=shared.journal,
        flows=shared.flows,
        access=known,
        blocks=shared.blocks,
        index=MemoryIndex(shared.flows, shared.journal),
        catalogue=catalogue,
        policy=shared.policy,
        notifier=shared.notifier,
        waker=_waker(worker),
        metrics=shared.metrics,
        limits=shared.limits,
        plans=shared.plans,
        worker=worker,
        sandbox=shared.sandbox,
        violations=shared.violations,
        trust=shared.trust,
        drive_here=drive_here,
        **_parts_of_its_own(shared),
        cipher=shared.keyring,
        keys=shared.keyring,
        **_signatures(known, signing, book, shared.journal),
    )
    return shared.world


def _parts_of_its_own(shared: _Shared) -> dict[str, Any]:
    """Parts of a world that nothing else has to know."""
    return {
        "capabilities": shared.audit,
        "credentials": shared.credentials,
        "token_endpoints": ScriptedTokenEndpoints(),
        "credential_calls": ScriptedCredentialCalls(),
        "variables": MemoryVariables(),
        "case_runs": MemoryCaseRuns(),
        "references": shared.references,
        "values": shared.values,
        "seen": MemorySeenCalls(),
        "schemas": MemorySchemaStore(),
        "secrets": FixedSecrets(),
        "node": "node",
        "timezone": "UTC",
        "secret": b"secret",
        "public_url": lambda: "http://node",
        "audit": MemoryAuditTrail(),
        "holds": MemoryHolds(),
        "reports": MemoryReports(),
    }


def _signatures(
    access: AccessStore, signing: Signing | None, book: IdentityBook, journal: JournalStore
) -> dict[str, Any]:
    """Who signs, and what is known of who signed."""
    return {
        "identities": book,
        "signatures": book.scheme,
        "signing": signing or FakeSigning(),
        "tokens": TokenDesk(access, book, FakeMint(), SeededEntropy(1), "node"),
        "log": _log(signing, journal),
        "usage": _usage(journal),
    }


def _waker(worker: Worker) -> RecordingWaker:
    """A bell that the worker hears at once."""
    waker = RecordingWaker()
    waker.ring_through = worker.attend_later
    return waker


def _book(access: AccessStore, clock: Clock) -> IdentityBook:
    """Identities in memory, which tokens in memory know of."""
    held = access.identities if isinstance(access, MemoryAccess) else MemoryIdentities()
    return IdentityBook(held, FakeScheme(), OpenSealer(), clock)


def _log(signing: Signing | None, journal: JournalStore) -> MemoryLog:
    """The node's log of the journals in memory."""
    return MemoryLog(signing or FakeSigning(), getattr(journal, "signed_heads", dict))


class _Shared:
    """What world and worker have in common."""

    def __init__(
        self,
        catalogue: StepCatalogue,
        clock: Clock,
        journal: JournalStore,
        flows: FlowStore,
        blocks: BlockStore,
        policy: FixedPolicies,
        limits: Limits,
        entropy: SeededEntropy,
        sandbox: Sandbox,
        violations: ViolationStore,
        quarantine: QuarantineStore,
        capabilities: Capabilities | None,
        checker: SignatureChecker,
        standing: Standing,
        audit: CapabilityStore,
    ) -> None:
        self.audit, self.credentials, self.values = audit, MemoryCredentials(), MemoryFlowValues()
        self.references = GivenReferences()
        self.sandbox, self.capabilities = sandbox, capabilities
        self.catalogue, self.clock, self.entropy = catalogue, clock, entropy
        self.journal, self.flows, self.blocks = journal, flows, blocks
        self.policy, self.limits = policy, limits
        self.keyring = memory_cipher()
        self.metrics, self.notifier = CountingMetrics(), RecordingNotifier()
        self.plans = Plans(flows, catalogue, self.metrics)
        self.world: World | None = None
        self.trust = open_trust(
            clock,
            quarantine=quarantine,
            metrics=self.metrics,
            notifier=self.notifier,
            entropy=entropy,
            alarmed=self._alarmed,
            checker=checker,
            standing=standing,
        )
        self.violations = Violations(
            violations, self.trust.containment, self.notifier, self.metrics, clock, entropy
        )

    def _alarmed(self, anomaly: Anomaly) -> None:
        assert self.world is not None
        respond(self.world, anomaly)

    def relay(self, effects: Sequence[Outgoing]) -> None:
        assert self.world is not None
        relay(self.world, effects)


def _usage(journal: JournalStore) -> MemoryUsage:
    return MemoryUsage(journal if isinstance(journal, MemoryJournal) else MemoryJournal())


def _desk(shared: _Shared) -> CredentialDesk:
    types = shared.catalogue.credential_type
    return CredentialDesk(
        shared.credentials, types, shared.audit, shared.clock, shared.entropy, shared.references
    )


def _parts(shared: _Shared, owner: str) -> Parts:
    services = Services(
        bindings=Bindings(shared.catalogue),
        items=ItemStore(shared.blocks, shared.limits),
        blocks=shared.blocks,
        policy=shared.policy,
        breakers=BreakerRegistry(shared.clock.monotonic_us).of,
        clock=shared.clock,
        limits=shared.limits,
        node="node",
        timezone="UTC",
        resume_url=lambda execution, task: f"http://node/webhook-waiting/{execution}/{task}/token",
        sandbox=shared.sandbox,
        trust=shared.trust,
        environment={"HOME": "/home/node"},
        violations=shared.violations,
        capabilities=shared.capabilities,
        credentials=_desk(shared),
        values=shared.values,
        budgets=Budgets(_usage(shared.journal), shared.clock),
    )
    return Parts(
        journal=shared.journal,
        plans=shared.plans,
        services=services,
        notifier=shared.notifier,
        metrics=shared.metrics,
        clock=shared.clock,
        entropy=shared.entropy,
        limits=shared.limits,
        owner=owner,
        relay=shared.relay,
        poke=lambda execution, wake_us: None,
    )
