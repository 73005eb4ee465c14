"""The keys that seal a subnet's contents: looking at them, rotating them; erasing and sharing contents."""

from __future__ import annotations

from collections.abc import Mapping

from engine.base.canonical import encode
from engine.base.errors import ContentErased, InvalidInput, PermissionDenied, UnknownObject
from engine.journal.facts import shown
from engine.ports.access_store import Principal
from engine.ports.cipher import KeyStatus
from engine.ports.journal_store import Header
from engine.ports.policy import PERSONAL
from engine.usecases.inspect_execution import execution_state, items_of
from engine.usecases.keep_blocks import names_in, reachable, with_named
from engine.usecases.manage_holds import refuse_held
from engine.usecases.permission import own_execution, require
from engine.usecases.remember import remember_done
from engine.usecases.replication import JOURNAL
from engine.usecases.world import World


def key_status(world: World, actor: Principal) -> list[KeyStatus]:
    """The keys of the actor's subnet, without what they are."""
    require(world, actor, "admin")
    return world.keys.status(actor.subnet)


def rotate_key(world: World, actor: Principal) -> int:
    """A new key of the subnet; gives its version."""
    require(world, actor, "admin")
    version = world.keys.rotate(actor.subnet)
    remember_done(world, actor, "key", "subnet-key.rotate", f"version {version}")
    return version


def rotate_root(world: World, actor: Principal) -> str:
    """A new root key of the node; gives its id. Only who keeps the node may."""
    _must_keep_the_node(world, actor)
    root = world.keys.rotate_root()
    remember_done(world, actor, "key", "root-key.rotate", root)
    return root


def rewrap_keys(world: World, actor: Principal) -> int:
    """Wrap all keys of the node by the newest ones; gives how many were wrapped again."""
    _must_keep_the_node(world, actor)
    return world.keys.rewrap()


def _must_keep_the_node(world: World, actor: Principal) -> None:
    require(world, actor, "admin")
    if actor.subnet != PERSONAL:
        raise PermissionDenied("only the keeper of the node, in its personal subnet, may do this")


def shred_execution(world: World, actor: Principal, execution: str) -> int:
    """Erase the contents of an ended execution for good, with the blocks that nothing else names; gives
    how many blocks. Hashes and proofs stay. Raises :class:`WrongState` while it is not ended."""
    header = own_execution(world, actor, execution, "executions:write")
    refuse_held(world, header, "shred")
    dropped = erase_contents(world, header)
    remember_done(world, actor, "data", "execution.shred", header.flow, execution=execution)
    return dropped


def erase_contents(world: World, header: Header) -> int:
    """Erase an execution's keys, payloads and blocks, for who may; gives how many blocks."""
    execution = header.id
    named = _blocks_of(world, header.subnet, execution)
    world.journal.shred(execution)
    world.index.remove(header.subnet, "execution", [execution])  # with the hashes of its custom data
    if world.shelf is not None:
        named |= set(world.shelf.forget_packs(JOURNAL, header.subnet, execution))
    unwanted = named - reachable(world, header.subnet) if named else set()
    for cid in unwanted:
        world.blocks.drop(header.subnet, cid)
    return len(unwanted)


def _blocks_of(world: World, subnet: str, execution: str) -> set[str]:
    known = set(world.blocks.cids(subnet))
    try:
        _, entries = world.journal.load(execution)
    except ContentErased:
        return set()
    named: set[str] = set()
    for entry in entries:
        named |= names_in(shown(entry.fact), known)
    return with_named(world, subnet, named, known)


def share_result(
    world: World, actor: Principal, execution: str, step: str, recipients: Mapping[str, bytes]
) -> bytes:
    """The outputs of a step's last run in an envelope that only the recipients open: X25519 public keys by
    name. The content is DAG-CBOR: ``{"execution", "step", "outputs": {port: [item]}}``."""
    if not recipients:
        raise InvalidInput("name at least one recipient")
    header, state = execution_state(world, actor, execution)
    runs = state.runs.get(step, {})
    if not runs:
        raise UnknownObject(f"execution {execution} has no outputs of a step {step!r}")
    outputs = {port: items_of(world, header, data) for port, data in runs[max(runs)].outputs.items()}
    return world.cipher.share(encode({"execution": execution, "step": step, "outputs": outputs}), recipients)
