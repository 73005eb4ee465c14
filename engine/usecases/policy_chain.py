"""Signed policies on their way between nodes: the chain of a subnet as one piece, and taking in another's.

A chain file is the DAG-CBOR map ``{"form": "qflow/policy-chain/1", "policies": [signed policy, ...]}``, the
oldest first. Who carries it need not be trusted: a chain goes on from what is in force here, or is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.base.canonical import decode_canonical, encode
from engine.base.errors import InvalidInput, NotGenuine, UnknownObject
from engine.base.limits import POLICY_CHAIN_BYTES_MAX, POLICY_CHAIN_MAX
from engine.ports.access_store import Principal
from engine.usecases.governed import adopt_policy, policy_in_force
from engine.usecases.permission import require
from engine.usecases.world import World
from engine.validation.signed_policy import SignedPolicy, check_follows, read_signed

FORM = "qflow/policy-chain/1"


def policy_chain(world: World, actor: Principal, cid: str = "", after: int = 0) -> list[bytes]:
    """The signed policies of the actor's subnet behind a version, up to the one with this CID (without: to
    the newest); raises :class:`UnknownObject`."""
    require(world, actor, "system:read", "policy")
    chain = world.access.signed_policies(actor.subnet, after)
    if not cid:
        return chain[:POLICY_CHAIN_MAX]
    for place, envelope in enumerate(chain):
        if read_signed(envelope).cid == cid:
            return chain[: place + 1]
    raise UnknownObject(f"subnet {actor.subnet!r} has no signed policy {cid[:100]!r}")


def chain_file(envelopes: Sequence[bytes]) -> bytes:
    """A chain as one file."""
    return encode({"form": FORM, "policies": list(envelopes)})


def read_chain_file(data: bytes) -> list[bytes]:
    """The policies of a file; raises :class:`InvalidInput` for what is none."""
    if len(data) > POLICY_CHAIN_BYTES_MAX:
        raise InvalidInput(f"a chain of policies has at most {POLICY_CHAIN_BYTES_MAX} bytes")
    try:
        held: Any = decode_canonical(data)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("this is no chain of policies: it is not DAG-CBOR in canonical form") from error
    policies = held.get("policies") if isinstance(held, dict) and held.get("form") == FORM else None
    if not isinstance(policies, list) or not all(isinstance(one, bytes) for one in policies):
        raise InvalidInput(f"this is no chain of policies of the form {FORM}")
    return policies


def take_chain(
    world: World, actor: Principal, envelopes: Sequence[bytes], cid: str = ""
) -> list[SignedPolicy]:
    """Take in what is new in a chain; gives the versions that were adopted, none where all of it is known.

    All of it is checked before anything is stored. Versions in between may have expired; the newest must be
    in force, and where ``cid`` is given, be that one. It takes an administrator, who with the first policy
    of a subnet trusts the keys that it names. Raises :class:`NotGenuine` with the reason in its details:
    ``other``, ``rollback``, ``gap``, ``mixed``, ``threshold``, ``time`` or ``expired``.
    """
    if not 1 <= len(envelopes) <= POLICY_CHAIN_MAX:
        raise InvalidInput(f"a chain has 1 to {POLICY_CHAIN_MAX} policies, not {len(envelopes)}")
    chain = [read_signed(envelope) for envelope in envelopes]
    if cid and chain[-1].cid != cid:
        raise _refused("mixed", f"it ends with {chain[-1].cid}, not with {cid}")
    new = _new(world, actor, chain)
    before = policy_in_force(world, actor.subnet)
    for one in new:
        last = one is new[-1]
        check_follows(before, one, world.signatures, world.clock.now_us() if last else None)
        before = one
    return [
        adopt_policy(world, actor, envelope, between=one is not new[-1])
        for one, envelope in zip(chain, envelopes, strict=True)
        if one in new
    ]


def _new(world: World, actor: Principal, chain: Sequence[SignedPolicy]) -> list[SignedPolicy]:
    """What follows what is in force; raises where the chain tells another history than the one here."""
    stored = world.access.signed_policies(actor.subnet, chain[0].version - 1)
    known = {one.version: one for one in map(read_signed, stored)}
    newest = _newest(world, actor)
    if any(one.subnet != actor.subnet for one in chain):
        raise _refused("other", f"it is for subnet {chain[0].subnet!r}, not for {actor.subnet!r}")
    for one in chain:
        if one.version in known and known[one.version].body != one.body:
            raise _refused("mixed", f"its version {one.version} is another one than here")
    if chain[-1].version < newest:
        raise _refused("rollback", f"it ends with version {chain[-1].version}, and {newest} is in force")
    return [one for one in chain if one.version > newest]


def _newest(world: World, actor: Principal) -> int:
    found = policy_in_force(world, actor.subnet)
    return found.version if found else 0


def _refused(reason: str, why: str) -> NotGenuine:
    return NotGenuine(f"the chain of policies is refused: {why}", reason=reason)
