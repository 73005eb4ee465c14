"""Opens the host to the guest of one attempt: mints its token and puts the shims behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from engine.base.errors import InvalidInput
from engine.ports.block_store import BlockStore
from engine.ports.capabilities import (
    CapabilityStore,
    HttpEgress,
    KeyValueStore,
    SecretSource,
    Surroundings,
)
from engine.ports.clock import Clock, Entropy
from engine.ports.grants import Capability
from engine.ports.modules import Modules
from engine.ports.notifier import Notifier
from engine.sandbox.capabilities.approvals import held
from engine.sandbox.capabilities.audit import Audit
from engine.sandbox.capabilities.authority import CapabilityAuthority
from engine.sandbox.capabilities.http_shim import HttpShim
from engine.sandbox.capabilities.keys import NodeKeys
from engine.sandbox.capabilities.kv_shim import KeyValueShim
from engine.sandbox.capabilities.module_shim import ModuleShim
from engine.sandbox.capabilities.revocations import Revocations
from engine.sandbox.capabilities.secret_shim import SecretShim


class Shim(Protocol):
    """One way to the world."""

    def call(self, token: str, request: Mapping[str, Any]) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Reach:
    """What the shims of a node stand in front of."""

    store: CapabilityStore
    values: KeyValueStore
    secrets: SecretSource
    egress: Callable[[Surroundings], HttpEgress]
    modules: Modules | None = None
    blocks: BlockStore | None = None


class CapabilityHost:
    """:class:`engine.ports.capabilities.Capabilities` of one process."""

    def __init__(
        self, keys: NodeKeys, reach: Reach, notifier: Notifier, clock: Clock, entropy: Entropy
    ) -> None:
        self._reach, self._clock = reach, clock
        audit = Audit(reach.store, notifier, entropy)
        self.authority = CapabilityAuthority(keys, audit, Revocations(reach.store, clock), entropy)

    def open(self, surroundings: Surroundings, requested: Sequence[Capability]) -> OpenHost:
        """See :meth:`Capabilities.open`."""
        policy, holder = held(surroundings.policy, surroundings.pieces), surroundings.holder
        lifetime_us = surroundings.timeout_ms * 1000
        now_us = self._clock.now_us()
        token = self.authority.mint(policy, holder, requested, now_us, lifetime_us)
        return OpenHost(self.authority, surroundings, token.text, self._shims(surroundings))

    def _shims(self, surroundings: Surroundings) -> dict[str, Shim]:
        reach, holder, clock = self._reach, surroundings.holder, self._clock
        http = HttpShim(self.authority, holder, reach.egress(surroundings), reach.secrets, clock)
        shims: dict[str, Shim] = {
            "http": http,
            "kv": KeyValueShim(self.authority, holder, reach.values, clock),
            "secret": SecretShim(self.authority, holder, http, reach.secrets, clock),
        }
        if reach.modules is not None and reach.blocks is not None:
            parts = (reach.modules, reach.blocks, clock)
            shims["module"] = ModuleShim(self.authority, surroundings, *parts)
        return shims


class OpenHost:
    """:class:`engine.ports.capabilities.HostCalls` of one attempt. The guest never holds the token."""

    def __init__(
        self,
        authority: CapabilityAuthority,
        surroundings: Surroundings,
        token: str,
        shims: Mapping[str, Shim],
    ) -> None:
        self._authority, self._surroundings = authority, surroundings
        self._token, self._shims = token, shims

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """See :meth:`HostCalls.call`."""
        shim = self._shims.get(operation)
        if shim is None:
            raise InvalidInput(
                f"the host has no operation {operation[:40]!r}; it has: {', '.join(self._shims)}"
            )
        self._surroundings.cancellation.check()
        return shim.call(self._token, request)

    def close(self) -> None:
        """See :meth:`HostCalls.close`."""
        self._authority.retire(self._surroundings.holder)

    def __enter__(self) -> OpenHost:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
