"""Everything a use-case needs of the world, in one value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from engine.base.errors import UnknownObject
from engine.base.ids import ulid
from engine.base.limits import Limits
from engine.execution.places import Places
from engine.execution.plans import Plans
from engine.execution.violations import Violations
from engine.execution.worker import Worker
from engine.ports.access_store import AccessStore
from engine.ports.audit_trail import AuditTrail
from engine.ports.block_shelf import BlockShelf
from engine.ports.block_store import BlockStore
from engine.ports.capabilities import CapabilityStore, KeyValueStore, SecretSource
from engine.ports.case_runs import CaseRunStore
from engine.ports.cipher import Cipher, KeyKeeper
from engine.ports.clock import Clock, Entropy
from engine.ports.credential_calls import CredentialCalls
from engine.ports.credentials import CredentialStore
from engine.ports.crew import Crew, NoCrew
from engine.ports.flow_store import FlowStore
from engine.ports.holds import HoldStore
from engine.ports.importer import Importer
from engine.ports.ingress import SchemaStore, SeenCalls
from engine.ports.journal_store import JournalStore
from engine.ports.metrics import Metrics
from engine.ports.notifier import Notifier
from engine.ports.policy import PolicyPort
from engine.ports.references import References
from engine.ports.replicas import Replicas
from engine.ports.report_store import ReportStore
from engine.ports.sandbox import Sandbox
from engine.ports.search_index import SearchIndex
from engine.ports.signer import SignatureScheme, Signer, Signing
from engine.ports.step_catalogue import StepCatalogue
from engine.ports.tokens import TokenEndpoints
from engine.ports.transparency import TransparencyLog
from engine.ports.usage import UsageStore
from engine.ports.variables import VariableStore
from engine.ports.waker import Waker
from engine.usecases.identity_book import IdentityBook
from engine.usecases.quotas import Quotas
from engine.usecases.token_desk import TokenDesk
from engine.usecases.vouchers import Vouchers
from engine.validation.containment import Containment
from engine.validation.trust import Trust


def no_importer(system: str) -> Importer:
    """For a node that reads no other system's workflows."""
    raise UnknownObject(f"this node reads no workflows of {system!r}")


@dataclass(frozen=True)
class World:
    """The ports of a node, and its worker. Built by ``engine.wiring``, or by a test from fakes."""

    clock: Clock
    entropy: Entropy
    journal: JournalStore
    flows: FlowStore
    access: AccessStore
    blocks: BlockStore
    index: SearchIndex
    capabilities: CapabilityStore
    credentials: CredentialStore
    token_endpoints: TokenEndpoints
    credential_calls: CredentialCalls
    variables: VariableStore
    case_runs: CaseRunStore
    references: References
    values: KeyValueStore  # what flows keep from execution to execution
    seen: SeenCalls
    schemas: SchemaStore
    secrets: SecretSource
    catalogue: StepCatalogue
    policy: PolicyPort
    notifier: Notifier
    waker: Waker
    metrics: Metrics
    limits: Limits
    plans: Plans
    worker: Worker
    sandbox: Sandbox
    violations: Violations
    trust: Trust
    node: str
    timezone: str
    drive_here: bool  # a start is driven by the process that accepted it; else a bell is rung
    secret: bytes  # the node's key for resume tokens
    public_url: Callable[[], str]
    signatures: SignatureScheme
    signing: Signing
    identities: IdentityBook
    tokens: TokenDesk
    audit: AuditTrail
    log: TransparencyLog
    holds: HoldStore
    reports: ReportStore
    cipher: Cipher
    keys: KeyKeeper
    usage: UsageStore
    shelf: BlockShelf | None = None  # the index of blocks
    replicas: Replicas | None = None  # where blocks lie beside this node
    crew: Crew = field(default_factory=NoCrew)  # further processes that drive executions
    chores: Sequence[Callable[[World], None]] = ()  # what applications do with every sweep of the keeper
    importer: Callable[[str], Importer] = no_importer  # by the name of the other system

    @property
    def signer(self) -> Signer:
        """Signs for this node with the key in force; take it anew for every act."""
        return self.signing()

    @property
    def containment(self) -> Containment:
        """What is quarantined."""
        return self.trust.containment

    @cached_property
    def vouchers(self) -> Vouchers:
        """Who answers for flow versions."""
        return Vouchers(self.flows, self.identities)

    @cached_property
    def quotas(self) -> Quotas:
        """What subnets may have and do."""
        return Quotas(self.policy, self.usage, self.flows, self.access, self.clock)

    @cached_property
    def places(self) -> Places:
        """Places for executions that run."""
        return Places(self.journal, self.clock)

    def new_id(self, prefix: str) -> str:
        """A fresh sortable id."""
        return ulid(prefix, self.clock.now_us(), self.entropy.bytes(10))
