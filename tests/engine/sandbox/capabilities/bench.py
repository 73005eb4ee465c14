"""A node's capability tokens on fakes, for one attempt of one step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.base.limits import Limits
from engine.execution.cancellation import CancelToken
from engine.ports.capabilities import CapabilityUse, Holder, HttpEgress, Secret, Surroundings
from engine.ports.grants import Capability
from engine.ports.policy import PERSONAL, EgressPolicy, Policy
from engine.sandbox.capabilities import CapabilityHost, Grant, NodeKeys, OpenHost, Reach, Token, fresh_key
from engine.sandbox.capabilities.asks import Ask
from engine.testing.clock import FakeClock, SeededEntropy
from engine.testing.memory_capabilities import (
    FixedSecrets,
    MemoryCapabilityStore,
    MemoryFlowValues,
    RecordingEgress,
)
from engine.testing.observers import RecordingNotifier
from engine.testing.step_bench import ClosedCircuits

HOLDER = Holder(PERSONAL, "flow", "exe_1", "fetch")
LOOPBACK = EgressPolicy(allow=("127.0.0.0/8",))
KEY = fresh_key()


@dataclass
class Bench:
    """A host, and what stands behind it."""

    ceilings: tuple[Capability, ...] = ()
    secrets: tuple[Secret, ...] = ()
    egress: HttpEgress = field(default_factory=RecordingEgress)
    limits: Limits = field(default_factory=Limits)
    store: MemoryCapabilityStore = field(default_factory=MemoryCapabilityStore)
    values: MemoryFlowValues = field(default_factory=MemoryFlowValues)
    notifier: RecordingNotifier = field(default_factory=RecordingNotifier)
    clock: FakeClock = field(default_factory=FakeClock)
    egress_of: Any = None
    modules: Any = None
    blocks: Any = None
    named: Mapping[str, str] = field(default_factory=dict)  # modules of the policy
    key: str = KEY
    seed: int = 0

    def __post_init__(self) -> None:
        reach = Reach(
            self.store,
            self.values,
            FixedSecrets(*self.secrets),
            self.egress_of or (lambda _: self.egress),
            self.modules,
            self.blocks,
        )
        self.host = CapabilityHost(
            NodeKeys(self.key), reach, self.notifier, self.clock, SeededEntropy(self.seed)
        )
        self.authority = self.host.authority
        self.keys = self.authority.keys

    @property
    def policy(self) -> Policy:
        """The policy of the personal subnet."""
        return Policy(
            PERSONAL, limits=self.limits, capabilities=self.ceilings, egress=LOOPBACK, modules=self.named
        )

    def mint(self, *requested: Capability, holder: Holder = HOLDER, **options: Any) -> Token:
        """A token."""
        policy = replace(self.policy, subnet=holder.subnet)
        return self.authority.mint(policy, holder, requested, self.clock.now_us(), **options)

    def authorise(self, token: Token | str, ask: Ask, holder: Holder = HOLDER) -> Grant:
        """One use."""
        text = token if isinstance(token, str) else token.text
        return self.authority.authorise(text, holder, ask, self.clock.now_us())

    def open(self, *requested: Capability, timeout_ms: int = 5_000) -> OpenHost:
        """The host for the attempt."""
        around = Surroundings(HOLDER, self.policy, ClosedCircuits(), CancelToken(), timeout_ms)
        return self.host.open(around, requested)

    @property
    def uses(self) -> Sequence[CapabilityUse]:
        """What is on record, oldest first."""
        return self.store.recorded

    @property
    def last(self) -> CapabilityUse:
        """The newest record."""
        return self.store.recorded[-1]

    @property
    def events(self) -> list[Mapping[str, Any]]:
        """Data of the events."""
        return [data for _, _, data in self.notifier.events]
