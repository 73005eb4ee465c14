"""A bundle verifies as it was exported and in no other way, and what is wrong is named."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import Any

import pytest

from engine.audit.verifier.bundle import Refused, canonical, written
from engine.audit.verifier.cbor import decode, encode
from engine.audit.verifier.chain import digest_of, link
from engine.audit.verifier.merkle import root_of
from engine.audit.verifier.receipts import leaf_of
from engine.audit.verifier.statements import bundle_statement, head_statement
from engine.base.canonical import digest
from tests.engine.audit.bundles import IDENTITY, Change, changed, signer, verified


def test_a_bundle_verifies_and_tells_what_it_proves(bundle: bytes) -> None:
    report = verified(bundle, IDENTITY)
    shown = json.loads(bundle)
    assert (report.status, report.flow, report.identity) == ("completed", "f", IDENTITY)
    assert report.entries == len(shown["entries"]) == 6
    assert [receipt["step"] for receipt in shown["receipts"]] == ["s0", "s1"]
    assert report.receipts_proven
    assert report.withheld == []


def test_without_contents_the_receipts_are_proven_all_the_same(withheld: bytes) -> None:
    report = verified(withheld)
    assert report.withheld == [1, 2, 3, 4, 5]
    assert report.receipts == 2
    assert report.receipts_proven
    assert b"payload" in withheld
    assert all(b'"n"' not in b64decode(e["payload"]) for e in json.loads(withheld)["entries"][5:])


@pytest.mark.parametrize("which", ["bundle", "withheld"])
def test_a_flip_of_any_byte_is_found(which: str, request: pytest.FixtureRequest) -> None:
    data = request.getfixturevalue(which)
    for place in range(len(data)):
        for mask in (0x01, 0x20, 0x80):
            flipped = bytearray(data)
            flipped[place] ^= mask
            with pytest.raises(Refused) as caught:
                verified(bytes(flipped))
            assert caught.value.where


def test_a_missing_or_added_byte_is_found(bundle: bytes) -> None:
    spaced = bundle[:100] + b" " + bundle[100:]
    for data in (bundle[:-1], bundle + b"\n", b" " + bundle, spaced, b"", b"{}\n"):
        with pytest.raises(Refused):
            verified(data)


def entry(number: int, **fields: Any) -> Change:
    return lambda bundle: bundle["entries"][number - 1].update(fields)


def payload_byte(number: int) -> Change:
    def change(bundle: dict[str, Any]) -> None:
        shown = bundle["entries"][number - 1]
        payload = bytearray(b64decode(shown["payload"]))
        payload[-1] ^= 1
        shown["payload"] = b64encode(payload).decode()

    return change


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (payload_byte(1), "entry 1"),
        (payload_byte(3), "entry 3"),
        (payload_byte(6), "entry 6"),
        (entry(2, hash="0" * 64), "entry 2"),
        (entry(4, salt=b64encode(bytes(16)).decode()), "entry 4"),
        (entry(4, sequence=9), "entry 4"),
        (lambda b: b["entries"].pop(1), "entry 2"),
        (lambda b: b["entries"].pop(), "the signature after entry 6"),
        (lambda b: b["entries"].reverse(), "entry 1"),
        (lambda b: b["entries"].append(b["entries"][-1]), "entry 7"),
        (lambda b: b["entries"].clear(), "base"),
        (lambda b: b["heads"].clear(), "entry 1"),
        (lambda b: b["heads"].pop(), "entry 5"),
        (lambda b: b["heads"].reverse(), "the signature after entry 4"),
        (lambda b: b["heads"][0].update(at_us=1), "the signature after entry 2"),
        (lambda b: b["heads"][0].update(key=signer(b"x" * 32).key), "the signature after entry 2"),
        (lambda b: b["heads"][0].update(identity="did:key:z"), "the signature after entry 2"),
        (lambda b: b.update(execution="exe_other"), "the signature after entry 2"),
        (lambda b: b.update(flow="g"), "entry 1"),
        (lambda b: b.update(version="bafyother"), "entry 1"),
        (lambda b: b.update(definition=b64encode(b"\xa0").decode()), "definition"),
        (lambda b: b.update(status="failed"), "status"),
        (lambda b: b["receipts"].pop(), "receipts[1]"),
        (lambda b: b["receipts"].reverse(), "receipts[0]"),
        (lambda b: b["receipts"].append(b["receipts"][0]), "receipts[2]"),
        (lambda b: b["receipts"][1].update(fuel=7), "receipts[1]"),
        (lambda b: b["seal"].update(at_us=1), "seal"),
        (lambda b: b["base"].update(sequence=1), "base"),
        (lambda b: b.update(more=1), "the file"),
        (lambda b: b["heads"][0].update(at_us=-1), "heads[0].at_us"),
        (lambda b: b["heads"][0].update(at_us=True), "heads[0].at_us"),
        (lambda b: b["heads"][0].update(at_us=2**64), "heads[0].at_us"),
        (lambda b: b["entries"][0].update(salt="AB=="), "entries[0].salt"),
        (lambda b: b["entries"].append(1), "entries[6]"),
        (lambda b: b["identities"].update(a=["AA=="]), "identities.a[0]"),
        (lambda b: b.update(log={}), "log"),
    ],
)
def test_a_change_is_named_where_it_is(bundle: bytes, change: Change, where: str) -> None:
    with pytest.raises(Refused) as caught:
        verified(changed(bundle, change))
    assert caught.value.where == where


def resealed(value: dict[str, Any], seed: bytes) -> bytes:
    """A forger who computes all hashes anew, and signs with a key of his own."""
    forger = signer(seed)
    names = {"identity": forger.identity, "key": forger.key}
    previous, value["log"] = b"", None
    for shown in value["entries"]:
        previous = link(previous, digest_of(b64decode(shown["salt"]), b64decode(shown["payload"])))
        shown["hash"] = previous.hex()
    for head in value["heads"]:
        hash = bytes.fromhex(value["entries"][head["sequence"] - 1]["hash"])
        statement = head_statement(value["execution"], head["sequence"], hash, head["at_us"])
        head.update(names, signature=b64encode(forger.sign(statement)).decode())
    rest = {name: item for name, item in value.items() if name != "seal"}
    statement = bundle_statement(digest(canonical(rest)), 7)
    signature = b64encode(forger.sign(statement)).decode()
    return written({**rest, "seal": {**names, "at_us": 7, "signature": signature}})


def forged(bundle: bytes, **fields: Any) -> dict[str, Any]:
    """The bundle with another output in entry 3, and receipts and root that fit."""
    value = json.loads(bundle)
    completed = value["entries"][2]
    fact = {**decode(b64decode(completed["payload"])), **fields}
    completed["payload"] = b64encode(encode(fact)).decode()
    value["receipts"][0]["output"] = fact["output_cid"]
    ending = decode(b64decode(value["entries"][-1]["payload"]))
    ending["receipts_root"] = root_of([leaf_of(receipt) for receipt in value["receipts"]]).hex()
    value["entries"][-1]["payload"] = b64encode(encode(ending)).decode()
    return value


def test_a_forger_who_fits_everything_has_another_identity(bundle: bytes) -> None:
    fake = resealed(forged(bundle, output_cid="bafyforged"), b"f" * 32)
    assert verified(fake).identity != IDENTITY
    with pytest.raises(Refused, match="signed it, not"):
        verified(fake, IDENTITY)


def test_a_forger_without_the_key_is_found_by_the_signature(bundle: bytes) -> None:
    fake = json.loads(resealed(forged(bundle, output_cid="bafyforged"), b"f" * 32))
    fake["heads"], fake["seal"] = json.loads(bundle)["heads"], json.loads(bundle)["seal"]
    with pytest.raises(Refused, match="entries 3 to 4 was changed"):
        verified(written(fake))


def test_receipts_must_fit_the_root_even_where_the_node_itself_lies(bundle: bytes) -> None:
    value = forged(bundle, output_cid="bafyforged")
    value["entries"][-1]["payload"] = json.loads(bundle)["entries"][-1]["payload"]
    with pytest.raises(Refused) as caught:
        verified(resealed(value, b"f" * 32))
    assert caught.value.where == "receipts"


def test_withheld_receipts_cannot_be_swapped(withheld: bytes) -> None:
    with pytest.raises(Refused) as caught:
        verified(changed(withheld, lambda b: b["receipts"][0].update(output="bafyother")))
    assert caught.value.where == "receipts"


def test_deep_or_odd_json_is_refused(bundle: bytes) -> None:
    for text in (b"[" * 100_000, b"1e5\n", b'"\\ud800"\n', b"\xff", b"NaN", b"9" * 10_000, b"null\n"):
        with pytest.raises(Refused):
            verified(text)
