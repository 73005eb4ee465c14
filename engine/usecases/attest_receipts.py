"""Give an execution's receipts as in-toto statements, each in a DSSE envelope that the node signs."""

from __future__ import annotations

import json
from typing import Any

from engine.audit.attestation import envelope, statement, to_sign
from engine.audit.verifier.merkle import inclusion_proof, root_of
from engine.audit.verifier.receipts import leaf_of
from engine.base.errors import InvalidInput
from engine.ports.access_store import Principal
from engine.usecases.export_execution import bundle_of
from engine.usecases.permission import own_execution
from engine.usecases.remember import remember
from engine.usecases.world import World

Json = dict[str, Any]


def attest_receipts(world: World, actor: Principal, execution: str, step: str | None = None) -> list[Json]:
    """An envelope for each receipt, or for those of one step, in order.

    Each proves its place under the root of the execution's receipts. Raises :class:`InvalidInput` where
    there is no such receipt, also because it was erased or truncated.
    """
    header = own_execution(world, actor, execution, "executions:read")
    bundle = json.loads(bundle_of(world, header, withhold=True))
    leaves = [leaf_of(receipt) for receipt in bundle["receipts"]]
    about = {name: bundle[name] for name in ("execution", "flow", "version", "status")}
    signer, made = world.signer, []
    for index, receipt in enumerate(bundle["receipts"]):
        if "leaf" in receipt or step not in (None, receipt["step"]):
            continue
        payload = statement(receipt, {**about, "identity": signer.identity}, _proof(leaves, index))
        made.append(envelope(payload, [(signer.key, signer.sign(to_sign(payload)))]))
    if not made:
        raise InvalidInput(f"execution {execution} has no receipt to attest; it must have ended", step=step)
    remember(world, actor, "data", "execution.attest", header.flow, execution=execution)
    return made


def _proof(leaves: list[bytes], index: int) -> Json:
    path = inclusion_proof(lambda begin, end: root_of(leaves[begin:end]), index, 0, len(leaves))
    hashes = [hash_.hex() for hash_ in path]
    return {"index": index, "size": len(leaves), "root": root_of(leaves).hex(), "path": hashes}
