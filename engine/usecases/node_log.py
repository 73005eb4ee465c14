"""The node's log of journals: its head, and proofs of what is in it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from typing import Any

from engine.audit.log import prove_growth, prove_leaf
from engine.audit.verifier.bundle import GROWTH, written
from engine.audit.verifier.merkle import leaf_hash
from engine.audit.verifier.statements import head_statement
from engine.base.errors import UnknownObject
from engine.ports.access_store import Principal
from engine.ports.proofs import SignedHead
from engine.ports.transparency import TreeHead
from engine.usecases.permission import require
from engine.usecases.world import World

Json = dict[str, Any]


def log_head(world: World, actor: Principal) -> Json:
    """The newest signed head of the node's log. Raises :class:`UnknownObject` while it is empty."""
    require(world, actor, "system:read")
    world.log.append(world.clock.now_us())
    return tree_of(_head(world, None))


def log_growth(world: World, actor: Principal, before: int | None = None, size: int | None = None) -> bytes:
    """The proof that the log continues what it was when it had ``before`` leaves (default: now), as a
    file that the verifier checks. Raises :class:`UnknownObject` where the node signed no such head."""
    require(world, actor, "system:read")
    world.log.append(world.clock.now_us())
    old, new = _head(world, before), _head(world, size)
    if old.size > new.size:
        old, new = new, old
    proof = [hash_.hex() for hash_ in prove_growth(world.log.node, old.size, new.size)]
    logs = identity_logs(world, {old.identity, new.identity})
    trees = {"old": tree_of(old), "new": tree_of(new)}
    return written({"form": GROWTH, **trees, "proof": proof, "identities": logs})


def log_proof(world: World, execution: str, head: SignedHead) -> Json | None:
    """The proof that a journal's last head stands in the log; None where another one stands for it."""
    world.log.append(world.clock.now_us())
    tree, index = world.log.head(), world.log.place(execution, head.sequence)
    if tree is None or index is None or index >= tree.size:
        return None
    leaf = leaf_hash(head_statement(execution, head.sequence, head.hash, head.at_us))
    if world.log.node(0, index) != leaf:
        return None
    proof = [hash_.hex() for hash_ in prove_leaf(world.log.node, index, tree.size)]
    return {"index": index, "proof": proof, "tree": tree_of(tree)}


def tree_of(tree: TreeHead) -> Json:
    """A head of the log as a bundle shows it."""
    signature = b64encode(tree.signature).decode("ascii")
    signed = {"at_us": tree.at_us, "identity": tree.identity, "key": tree.key, "signature": signature}
    return {"size": tree.size, "root": tree.root.hex(), **signed}


def identity_logs(world: World, signers: Iterable[str]) -> Json:
    """The logs of who signed, and of who let them, as a bundle shows them; a did:key has none."""
    logs = world.identities.logs(signers)
    return {id: [b64encode(event).decode("ascii") for event in events] for id, events in logs.items()}


def _head(world: World, size: int | None) -> TreeHead:
    found = world.log.head(size)
    if found is None:
        what = "is empty" if size is None else f"was never signed with {size} leaves"
        raise UnknownObject(f"the node's log {what}", size=size)
    return found
