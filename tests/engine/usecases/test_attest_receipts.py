"""Receipts as in-toto statements in DSSE envelopes."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator

import pytest

from engine.audit.attestation import to_sign
from engine.audit.verifier.merkle import included
from engine.audit.verifier.names import public_key_of, sha256_of
from engine.audit.verifier.receipts import leaf_of
from engine.base.errors import InvalidInput
from engine.identity.ed25519 import Ed25519
from engine.testing.world import ALICE
from engine.usecases.attest_receipts import attest_receipts
from engine.usecases.export_execution import export_execution
from engine.usecases.world import World
from tests.engine.audit.bundles import IDENTITY, run, signing_world


@pytest.fixture
def world() -> Iterator[World]:
    """A world whose node signs for real."""
    made = signing_world()
    yield made
    made.worker.stop(1)


def test_the_encoding_that_is_signed_is_that_of_dsse() -> None:
    assert to_sign(b"hello world") == b"DSSEv1 28 application/vnd.in-toto+json 11 hello world"


def test_each_receipt_is_attested_and_stands_under_the_root(world: World) -> None:
    execution = run(world, "t.add", "t.act", "t.add")
    shown = json.loads(export_execution(world, ALICE, execution))["receipts"]
    envelopes = attest_receipts(world, ALICE, execution)
    assert len(envelopes) == 3
    for receipt, signed in zip(shown, envelopes, strict=True):
        payload = b64decode(signed["payload"])
        (signature,) = signed["signatures"]
        key = public_key_of(signature["keyid"])
        assert key is not None
        assert Ed25519().verify(key, to_sign(payload), b64decode(signature["sig"]))
        said = json.loads(payload)
        assert said["_type"] == "https://in-toto.io/Statement/v1"
        assert bytes.fromhex(said["subject"][0]["digest"]["sha256"]) == sha256_of(receipt["output"])
        assert said["predicate"]["identity"] == IDENTITY
        proof = said["predicate"]["proof"]
        path = [bytes.fromhex(hash_) for hash_ in proof["path"]]
        leaf = leaf_of(said["predicate"]["receipt"])
        assert leaf == leaf_of(receipt)
        assert included(leaf, proof["index"], proof["size"], path, bytes.fromhex(proof["root"]))


def test_one_step_is_chosen(world: World) -> None:
    execution = run(world, "t.add", "t.add")
    (only,) = attest_receipts(world, ALICE, execution, "s1")
    assert json.loads(b64decode(only["payload"]))["subject"][0]["name"] == "s1/0"
    with pytest.raises(InvalidInput, match="no receipt"):
        attest_receipts(world, ALICE, execution, "nothing")
