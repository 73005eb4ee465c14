"""The checks of a bundle, in the order in which they name what is wrong: the entries of the journal first,
then who signed them, what they say together, the node's log, and the seal over all of it."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.audit.verifier.bundle import FORM, Refused, canonical, read
from engine.audit.verifier.cbor import NotCanonical, decode
from engine.audit.verifier.chain import digest_of, link
from engine.audit.verifier.growth import tree_signer
from engine.audit.verifier.identities import Check, Identities
from engine.audit.verifier.merkle import included, leaf_hash, root_of
from engine.audit.verifier.names import cid_of
from engine.audit.verifier.receipts import ENDINGS, derive, leaf_of
from engine.audit.verifier.statements import bundle_statement, head_statement

Bundle = Mapping[str, Any]
Facts = dict[int, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Report:
    """What a bundle proves. ``withheld``: entries whose contents are not in it; ``truncated``: entries that
    were dropped before its first one; ``logged``: its last entry stands in the node's log."""

    form: str
    execution: str
    flow: str
    version: str
    status: str
    identity: str
    entries: int
    receipts: int
    signatures: int
    withheld: list[int]
    truncated: int
    logged: bool
    receipts_proven: bool


def verify(data: bytes, check: Check, identity: str | None = None) -> Report:
    """Check a bundle; ``identity`` is who must have signed it, if that is known.

    Raises :class:`Refused` naming the first thing that is wrong.
    """
    bundle = read(data)
    if bundle["form"] != FORM:
        raise Refused("form", "this is no bundle of an execution")
    facts = _chain(bundle)
    identities = Identities(bundle["identities"], check)
    signer = _heads(bundle, identities, identity)
    _beginning(bundle, facts)
    _definition(bundle)
    proven = _receipts(bundle, facts)
    _log(bundle, identities)
    _seal(bundle, identities)
    return Report(
        form=FORM,
        execution=bundle["execution"],
        flow=bundle["flow"],
        version=bundle["version"],
        status=bundle["status"],
        identity=signer,
        entries=len(bundle["entries"]),
        receipts=len(bundle["receipts"]),
        signatures=len(bundle["heads"]),
        withheld=[entry["sequence"] for entry in bundle["entries"] if "payload" not in entry],
        truncated=bundle["base"]["sequence"],
        logged=bundle["log"] is not None,
        receipts_proven=proven,
    )


# --- the journal ------------------------------------------------------------------------------------


def _chain(bundle: Bundle) -> Facts:
    """The facts that are disclosed, by sequence."""
    previous, facts = bytes.fromhex(bundle["base"]["hash"]), {}
    if bool(previous) != bool(bundle["base"]["sequence"]) or not bundle["entries"]:
        raise Refused("base", "the journal has no beginning")
    for wanted, entry in enumerate(bundle["entries"], bundle["base"]["sequence"] + 1):
        where = f"entry {wanted}"
        if entry["sequence"] != wanted:
            raise Refused(where, f"entry {entry['sequence']} stands in its place")
        if "payload" in entry:
            payload = b64decode(entry["payload"])
            digest = digest_of(b64decode(entry["salt"]), payload)
        else:
            digest = bytes.fromhex(entry["digest"])
        previous = link(previous, digest)
        if previous.hex() != entry["hash"]:
            raise Refused(where, "it does not match its hash")
        if "payload" in entry:
            facts[wanted] = _fact(payload, where)
    return facts


def _fact(payload: bytes, where: str) -> Mapping[str, Any]:
    try:
        fact = decode(payload)
    except NotCanonical as error:
        raise Refused(where, f"its payload is not canonical: {error}") from None
    if not isinstance(fact, dict) or not isinstance(fact.get("t"), str):
        raise Refused(where, "its payload is no fact")
    return fact


def _heads(bundle: Bundle, identities: Identities, wanted: str | None) -> str:
    """Every signature is good, and the last one covers the last entry; gives who answers for that."""
    hashes = {entry["sequence"]: entry["hash"] for entry in bundle["entries"]}
    last, before = bundle["entries"][-1]["sequence"], bundle["base"]["sequence"]
    if not bundle["heads"]:
        raise Refused(f"entry {before + 1}", "nobody signed the journal")
    for head in bundle["heads"]:
        sequence = head["sequence"]
        where = f"the signature after entry {sequence}"
        if sequence <= before or sequence not in hashes:
            raise Refused(where, "there is no such entry, or the signatures are not in order")
        hash_ = bytes.fromhex(hashes[sequence])
        statement = head_statement(bundle["execution"], sequence, hash_, head["at_us"])
        covered = f"entries {before + 1} to {sequence}" if sequence > before + 1 else f"entry {sequence}"
        root = identities.require(head, statement, where, f"one of it or {covered} was changed")
        if wanted not in (None, root, head["identity"]):
            raise Refused(where, f"{root} signed it, not {wanted}")
        before = sequence
    if before != last:
        raise Refused(f"entry {before + 1}", "it and what follows is not signed")
    return root


# --- what it says together --------------------------------------------------------------------------


def _beginning(bundle: Bundle, facts: Facts) -> None:
    if bundle["base"]["sequence"] or 1 not in facts:
        return
    wanted = {"t": "execution.started", **{name: bundle[name] for name in ("subnet", "flow", "version")}}
    for name, value in wanted.items():
        if facts[1].get(name) != value:
            raise Refused("entry 1", f"its {name} is not {value}")


def _definition(bundle: Bundle) -> None:
    if bundle["definition"] is not None and cid_of(b64decode(bundle["definition"])) != bundle["version"]:
        raise Refused("definition", "it is not the flow version that ran")


def _receipts(bundle: Bundle, facts: Facts) -> bool:
    """The receipts are those of the entries, and their root is what the last entry says; gives whether
    there is such a root yet."""
    shown = bundle["receipts"]
    if len(facts) == len(bundle["entries"]):
        _same_receipts(shown, facts)
    ending = facts.get(bundle["entries"][-1]["sequence"])
    if ending is None or ending["t"] not in ENDINGS:
        if len(facts) < len(bundle["entries"]) and shown:
            raise Refused("receipts", "they are shown, but no entry proves them")
        return False
    where = f"entry {bundle['entries'][-1]['sequence']}"
    if ENDINGS[ending["t"]] != bundle["status"]:
        raise Refused("status", f"{where} says {ENDINGS[ending['t']]}")
    if root_of([leaf_of(receipt) for receipt in shown]).hex() != ending.get("receipts_root"):
        raise Refused("receipts", f"they do not match the root in {where}")
    return True


def _same_receipts(shown: list[Any], facts: Facts) -> None:
    try:
        derived = derive(facts.items())
    except (KeyError, TypeError, ValueError) as error:
        raise Refused("receipts", f"an entry holds a malformed receipt: {error}") from None
    for index, receipt in enumerate(derived):
        if index >= len(shown) or shown[index] != receipt:
            raise Refused(f"receipts[{index}]", f"it is not that of entry {receipt.get('entry')}")
    if len(shown) > len(derived):
        raise Refused(f"receipts[{len(derived)}]", "no entry has this receipt")


def _log(bundle: Bundle, identities: Identities) -> None:
    """The last entry's head stands in the node's log of heads."""
    log = bundle["log"]
    if log is None:
        return
    tree, head, last = log["tree"], bundle["heads"][-1], bundle["entries"][-1]
    tree_signer(tree, identities, "log")
    leaf = head_statement(bundle["execution"], head["sequence"], bytes.fromhex(last["hash"]), head["at_us"])
    proof = [bytes.fromhex(hash_) for hash_ in log["proof"]]
    if not included(leaf_hash(leaf), log["index"], tree["size"], proof, bytes.fromhex(tree["root"])):
        raise Refused("log", "the proof does not lead from the last entry to the head of the log")


def _seal(bundle: Bundle, identities: Identities) -> None:
    rest = {name: value for name, value in bundle.items() if name != "seal"}
    digest = hashlib.sha256(canonical(rest)).digest()
    statement = bundle_statement(digest, bundle["seal"]["at_us"])
    identities.require(bundle["seal"], statement, "seal", "something in the bundle was changed")
