"""The identities a node knows: their checked logs in memory, and signatures by the keys it holds."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from engine.base.errors import CorruptData, PermissionDenied, UnknownObject
from engine.base.multikey import multikey, public_key_of
from engine.keylog.form import BadLog
from engine.keylog.making import checks_with
from engine.keylog.rules import KeyState, check_log, extend
from engine.keylog.trust import DEPTH_MAX, NotTrusted, check_signer
from engine.ports.clock import Clock
from engine.ports.identities import HeldKey, IdentityStore, Sealer
from engine.ports.signer import SignatureScheme, Signer

RECHECK_US = 100_000
"""How old what is known in memory may be; what this process changes counts at once."""

RETIRED_KEPT_US = 10_000_000
"""How long a retired key is kept for processes whose clocks are behind."""


@dataclass(frozen=True, slots=True)
class _Known:
    """An identity as it was read at a revision of the store."""

    revision: int
    state: KeyState
    signers: Mapping[bytes, Signer]  # by public key, of those the node holds


class IdentityBook:
    """Answers from memory while the store's revision stays the same; thread-safe."""

    def __init__(self, store: IdentityStore, scheme: SignatureScheme, sealer: Sealer, clock: Clock) -> None:
        self.store, self.scheme, self.sealer, self.clock = store, scheme, sealer, clock
        self.checks = checks_with(scheme)
        self._known: dict[str, _Known] = {}
        self._revision, self._check_at_us = -1, 0
        self._lock = threading.RLock()

    def state(self, identity: str) -> KeyState:
        """What the identity's log says; raises :class:`UnknownObject`, :class:`CorruptData`."""
        return self._fresh(identity).state

    def states(self, identity: str) -> dict[str, KeyState]:
        """The states of an identity and of all that delegate to it; those that are unknown are left out."""
        found: dict[str, KeyState] = {}
        for _ in range(DEPTH_MAX + 1):
            if not identity or identity in found:
                break
            try:
                found[identity] = self.state(identity)
            except UnknownObject:
                break
            identity = found[identity].delegator
        return found

    def logs(self, identities: Iterable[str]) -> dict[str, list[bytes]]:
        """The logs of identities and of all that delegate to them: what a stranger needs to check them."""
        wanted = {above for identity in identities for above in self.states(identity)}
        return {identity: self.store.log(identity) for identity in sorted(wanted)}

    def signer(self, identity: str, at_us: int) -> Signer:
        """Signs what is dated ``at_us``, with the key in force then.

        Raises :class:`PermissionDenied` where the identity is not in force or the node does not hold its key.
        """
        known = self._fresh(identity)
        key = known.state.key_at(at_us)
        if key is None:
            raise PermissionDenied(
                f"identity {identity} is not in force; it signs nothing", identity=identity
            )
        signer = known.signers.get(key)
        if signer is None:
            raise PermissionDenied(
                f"this node does not hold the key of identity {identity}; its owner must sign",
                identity=identity,
            )
        return signer

    def seed(self, identity: str, at_us: int) -> bytes:
        """The private key in force at a time, for signatures of another form; raises as :meth:`signer`."""
        key = public_key_of(self.signer(identity, at_us).key)
        return self.unsealed(identity, self.held(identity)[key])

    def check(self, identity: str, key: str, at_us: int, scope: str, data: bytes, signature: bytes) -> str:
        """Who answers for a signature that is dated ``at_us``; raises :class:`PermissionDenied`."""
        try:
            public = public_key_of(key)
            root = check_signer(self.states(identity), identity, public, at_us, scope)
        except NotTrusted as error:
            raise PermissionDenied(f"the signature does not count: {error}", identity=identity) from error
        if not self.scheme.verify(public, data, signature):
            raise PermissionDenied("the signature is not the key's over this", identity=identity)
        return root

    def revision(self) -> int:
        """Stays the same as long as no identity changes."""
        now_us = self.clock.monotonic_us()
        with self._lock:
            if now_us >= self._check_at_us:
                self._revision = self.store.revision()
                self._check_at_us = now_us + RECHECK_US
            return self._revision

    def refresh(self) -> None:
        """Look at the store again with the next question."""
        self._check_at_us = 0

    def _fresh(self, identity: str) -> _Known:
        with self._lock:
            revision = self.revision()
            known = self._known.get(identity)
            if known is None or known.revision != revision:
                known = self._known[identity] = self._read(identity, known)
            return known

    def _read(self, identity: str, before: _Known | None) -> _Known:
        """Read what is new of an identity; what was checked is not checked again."""
        try:
            if before is None:
                log = self.store.log(identity)
                if not log:
                    raise UnknownObject(f"there is no identity {identity!r}", identity=identity)
                state = check_log(log, self.checks)
            else:
                state = before.state
                for event in self.store.log(identity, state.sequence):
                    state = extend(state, event, self.checks)
        except BadLog as error:
            message = f"the stored log of identity {identity} is not valid: {error}; restore it from a backup"
            raise CorruptData(message, identity=identity) from error
        if state.identity != identity:
            raise CorruptData(f"the stored log of identity {identity} is another's; restore it from a backup")
        held = self.store.keys(identity)
        earlier = before.signers if before else {}
        return _Known(self._revision, state, self._signers(identity, held, earlier))

    def _signers(
        self, identity: str, held: Iterable[HeldKey], earlier: Mapping[bytes, Signer]
    ) -> dict[bytes, Signer]:
        found = {}
        for one in held:
            public = public_key_of(one.key)
            found[public] = earlier.get(public) or self.scheme.signer(identity, self.unsealed(identity, one))
        return found

    def sealed(self, identity: str, seed: bytes) -> HeldKey:
        """A private key as the store holds it."""
        key = multikey(self.scheme.public_key(seed))
        return HeldKey(key, self.sealer.seal(seed, place_of(identity, key)))

    def unsealed(self, identity: str, held: HeldKey) -> bytes:
        """The seed of a held key."""
        return self.sealer.unseal(held.sealed, place_of(identity, held.key))

    def held(self, identity: str) -> dict[bytes, HeldKey]:
        """The keys that the node holds for an identity, by public key."""
        return {public_key_of(one.key): one for one in self.store.keys(identity)}

    def retired(self, held: HeldKey, since_us: int) -> HeldKey:
        """The same key, which signs nothing dated later."""
        return replace(held, retired_us=since_us)


def place_of(identity: str, key: str) -> str:
    """What the seal of a private key is bound to."""
    return f"identity key {identity} {key}"
