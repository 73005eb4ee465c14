"""The proof that a node's log of journals only grew, as a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.audit.verifier.bundle import GROWTH, Refused, read
from engine.audit.verifier.identities import Check, Identities
from engine.audit.verifier.merkle import consistent
from engine.audit.verifier.statements import tree_statement


@dataclass(frozen=True, slots=True)
class Growth:
    """The log of ``identity`` had ``before`` leaves once, and continued it to ``size``."""

    form: str
    identity: str
    before: int
    size: int


def verify_growth(data: bytes, check: Check, identity: str | None = None) -> Growth:
    """Check a proof of growth; raises :class:`Refused`. That its old head is the one somebody kept is for
    them to compare."""
    proof = read(data)
    if proof["form"] != GROWTH:
        raise Refused("form", "this is a bundle, and no proof of growth")
    identities = Identities(proof["identities"], check)
    signers = [tree_signer(proof[name], identities, name) for name in ("old", "new")]
    if signers[0] != signers[1] or identity not in (None, signers[0]):
        raise Refused("old" if identity in (None, signers[1]) else "new", "another identity signed it")
    old, new = proof["old"], proof["new"]
    path = [bytes.fromhex(hash_) for hash_ in proof["proof"]]
    roots = bytes.fromhex(old["root"]), bytes.fromhex(new["root"])
    if not consistent(old["size"], new["size"], *roots, path):
        raise Refused("proof", "the new log does not continue the old one")
    return Growth(GROWTH, signers[0], old["size"], new["size"])


def tree_signer(tree: Mapping[str, Any], identities: Identities, where: str) -> str:
    """Who answers for a head of a log; raises :class:`Refused`."""
    statement = tree_statement(tree["size"], bytes.fromhex(tree["root"]), tree["at_us"])
    return identities.require(tree, statement, where, "the head of the log was changed")
