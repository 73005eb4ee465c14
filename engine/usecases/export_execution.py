"""Export an execution as a bundle that stands on its own: what a stranger needs to check it."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import Any

from engine.audit.verifier.bundle import FORM, canonical, written
from engine.audit.verifier.receipts import ENDINGS, derive
from engine.audit.verifier.statements import bundle_statement
from engine.base.canonical import decode, encode
from engine.base.errors import UnknownObject
from engine.flow.canonical import to_canonical
from engine.ports.access_store import Principal
from engine.ports.journal_store import Header
from engine.ports.proofs import SignedHead, Trail, TrailEntry
from engine.ports.signer import Signer
from engine.usecases.node_log import identity_logs, log_proof
from engine.usecases.permission import own_execution
from engine.usecases.remember import remember
from engine.usecases.world import World

Json = dict[str, Any]


def export_execution(world: World, actor: Principal, execution: str, *, withhold: bool = False) -> bytes:
    """The bundle as a file: flow version, journal, receipts, signatures and proofs, under the node's seal.

    With ``withhold`` it shows the receipts and no contents but those of the entry that ends the execution.
    What was erased is left out in any case. Raises :class:`CorruptData` where the journal is not whole.
    """
    header = own_execution(world, actor, execution, "executions:read")
    bundle = bundle_of(world, header, withhold=withhold)
    remember(world, actor, "data", "execution.export", header.flow, execution=execution)
    return bundle


def bundle_of(world: World, header: Header, *, withhold: bool = False) -> bytes:
    """The bundle of an execution, for who may have it."""
    execution = header.id
    trail = world.journal.trail(execution)
    erased = any(entry.payload is None for entry in trail.entries)
    if not erased:
        world.journal.load(execution)  # the bundle is made of what is whole
    signer = world.signer
    log = log_proof(world, execution, trail.heads[-1]) if trail.heads else None
    bundle = {
        "form": FORM,
        **_about(world, header),
        "base": {"sequence": trail.base_sequence, "hash": trail.base_hash.hex()},
        "entries": [_entry(entry, withhold) for entry in trail.entries],
        "heads": [{"sequence": head.sequence, **_signature(head)} for head in trail.heads],
        "receipts": [] if erased else _receipts(trail, withhold),
        "identities": identity_logs(world, {signer.identity, *_signers(trail, log)}),
        "log": log,
    }
    return written({**bundle, "seal": _seal(signer, world.clock.now_us(), bundle)})


def _about(world: World, header: Header) -> Json:
    try:
        flow = world.flows.version(header.subnet, header.version)
        definition = _base64(encode(to_canonical(flow)))
    except UnknownObject:
        definition = None
    return {
        "execution": header.id,
        "subnet": header.subnet,
        "flow": header.flow,
        "version": header.version,
        "status": str(header.status),
        "definition": definition,
    }


def _entry(entry: TrailEntry, withhold: bool) -> Json:
    shown: Json = {"sequence": entry.sequence, "hash": entry.hash.hex()}
    if entry.payload is None or entry.salt is None or (withhold and not _ends(entry.payload)):
        return {**shown, "digest": entry.digest.hex()}
    return {**shown, "salt": _base64(entry.salt), "payload": _base64(entry.payload)}


def _ends(payload: bytes) -> bool:
    return decode(payload)["t"] in ENDINGS


def _receipts(trail: Trail, withhold: bool) -> list[Json]:
    """All receipts; without contents and before the end nothing would prove them, so none."""
    facts = [(entry.sequence, decode(entry.payload)) for entry in trail.entries if entry.payload]
    if withhold and not (facts and facts[-1][1]["t"] in ENDINGS):
        return []
    return derive(facts)


def _signature(head: SignedHead) -> Json:
    signature = _base64(head.signature)
    return {"at_us": head.at_us, "identity": head.identity, "key": head.key, "signature": signature}


def _signers(trail: Trail, log: Json | None) -> set[str]:
    return {head.identity for head in trail.heads} | ({log["tree"]["identity"]} if log else set())


def _seal(signer: Signer, now_us: int, bundle: Json) -> Json:
    statement = bundle_statement(hashlib.sha256(canonical(bundle)).digest(), now_us)
    signature = _base64(signer.sign(statement))
    return {"at_us": now_us, "identity": signer.identity, "key": signer.key, "signature": signature}


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")
