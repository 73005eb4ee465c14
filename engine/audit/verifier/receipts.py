"""Receipts: what an execution attests of each finished step, and the Merkle tree over them.

A receipt is the DAG-CBOR list ``["qflow/receipt/1", step, run, attempt, code, input CID, output CID, node,
fuel, started, ended]``, times in microseconds since 1970. Its leaf is SHA-256 over 0x00 and these bytes. The
root over all leaves in order stands in the entry that ends the execution.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.audit.verifier.cbor import encode
from engine.audit.verifier.merkle import leaf_hash

FIELDS = ("step", "run", "attempt", "code", "input", "output", "node", "fuel", "started_us", "ended_us")
"""The names under which a bundle shows what a receipt attests."""

_FACT_NAMES = {"input": "input_cid", "output": "output_cid", "ended_us": "at_us"}
_DEFAULTS: dict[str, Any] = {"node": "", "fuel": 0}

ENDINGS = {
    "execution.completed": "completed",
    "execution.failed": "failed",
    "execution.aborted": "aborted",
}
"""The facts that end an execution, and its status then."""

Receipt = Mapping[str, Any]
"""What a bundle shows: the fields and the ``entry`` they come from, or only a ``leaf`` (hex)."""


def receipt_of(sequence: int, fact: Mapping[str, Any]) -> dict[str, Any]:
    """The receipt of an entry with the fact ``step.completed``; raises KeyError where a field lacks."""
    shown: dict[str, Any] = {"entry": sequence}
    for name in FIELDS:
        fact_name = _FACT_NAMES.get(name, name)
        shown[name] = fact.get(fact_name, _DEFAULTS[name]) if name in _DEFAULTS else fact[fact_name]
    return shown


def statement_of(receipt: Receipt) -> bytes:
    """The bytes of a receipt."""
    return encode(["qflow/receipt/1", *(receipt[name] for name in FIELDS)])


def leaf_of(receipt: Receipt) -> bytes:
    """The leaf of a receipt as shown."""
    if "leaf" in receipt:
        return bytes.fromhex(receipt["leaf"])
    return leaf_hash(statement_of(receipt))


def derive(facts: Iterable[tuple[int, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """The receipts of a whole journal, from its facts with their sequences.

    A checkpoint stands for what was truncated, and one that is restored undoes what came after it;
    both carry leaves only.
    """
    shown: list[dict[str, Any]] = []
    made: list[dict[str, Any]] = []
    for sequence, fact in facts:
        kind = fact["t"]
        if kind == "step.completed":
            made.append(receipt_of(sequence, fact))
            shown.append(made[-1])
        elif kind == "checkpoint.restored" or (kind == "checkpoint.created" and fact.get("truncates")):
            known = {leaf_of(receipt).hex(): receipt for receipt in made}
            shown = [known.get(leaf, {"leaf": leaf}) for leaf in fact["state"]["receipts"]]
    return shown
