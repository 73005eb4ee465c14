"""Who answers for a flow version: what Qlock is given to check before it starts."""

from __future__ import annotations

from engine.base.canonical import encode
from engine.base.errors import PermissionDenied
from engine.base.limits import PLANS_MAX
from engine.base.multikey import public_key_of
from engine.ports.flow_store import FlowSignature, FlowStore
from engine.usecases.identity_book import IdentityBook
from engine.validation.operation import Signature

SCOPE = "flows:write"
"""What a sub-identity must be delegated to sign flows."""

WHAT = "the flow version"

_Key = tuple[str, str]  # subnet, version


def flow_statement(subnet: str, version: str, at_us: int) -> bytes:
    """The bytes that are signed: who signs answers for this version in this subnet, from then on."""
    return encode(["qflow/flow/1", subnet, version, at_us])


class Vouchers:
    """The signatures of flow versions, as the identities of the node stand to them; thread-safe.

    An answer is good as long as no identity changes. A refusal is not remembered: whoever mends it, in
    any process, is heard with the next start.
    """

    def __init__(self, flows: FlowStore, identities: IdentityBook) -> None:
        self._flows, self._identities = flows, identities
        self._kept: dict[_Key, tuple[int, tuple[Signature, ...]]] = {}

    def of(self, subnet: str, version: str, *, unsigned: bool) -> tuple[Signature, ...]:
        """What Qlock checks: the newest signature that counts, or one that is refused and says why.
        Nothing where nobody signed and ``unsigned`` versions may start."""
        revision, key = self._identities.revision(), (subnet, version)
        known = self._kept.get(key)
        if known is not None and known[0] == revision and (known[1] or unsigned):
            return known[1]
        found = self._judged(subnet, version, unsigned)
        if not any(one.refused for one in found):
            if len(self._kept) >= PLANS_MAX:
                self._kept = {}
            self._kept[key] = revision, found
        return found

    def _judged(self, subnet: str, version: str, unsigned: bool) -> tuple[Signature, ...]:
        signatures = self._flows.signatures(subnet, version)
        if not signatures:
            reason = f"nobody signed it, and subnet {subnet!r} runs signed flows only (unsignedFlows)"
            return () if unsigned else (Signature(WHAT, b"", b"", b"", refused=reason),)
        judged = [self._one(subnet, signature) for signature in reversed(signatures)]
        return (next((one for one in judged if not one.refused), judged[0]),)

    def _one(self, subnet: str, one: FlowSignature) -> Signature:
        data = flow_statement(subnet, one.version, one.at_us)
        try:
            self._identities.check(one.identity, one.key, one.at_us, SCOPE, data, one.signature)
        except PermissionDenied as error:
            return Signature(WHAT, b"", data, one.signature, refused=str(error))
        return Signature(WHAT, public_key_of(one.key), data, one.signature)
