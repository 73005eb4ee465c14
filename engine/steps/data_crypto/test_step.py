"""Tests of data.crypto, with digests from their standards."""

from __future__ import annotations

import base64
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from engine.base.errors import InvalidInput
from engine.ports.step_catalogue import Effect
from engine.testing.memory_credentials import GivenCredentials
from engine.testing.step_bench import StepBench, items_of, json_of


def made(**parameters):
    result = StepBench("data.crypto", {"into": "r", **parameters}).run(items_of({"n": 1}))
    (found,) = json_of(result.outputs["main"])
    assert found["n"] == 1
    return found["r"]


@pytest.mark.parametrize(
    ("algorithm", "wanted"),
    [
        ("MD5", "900150983cd24fb0d6963f7d28e17f72"),
        ("SHA1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("SHA256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("SHA512-256", "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"),
        ("SHA3-256", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"),
    ],
)
def test_digests_are_those_of_the_standards(algorithm, wanted):
    assert made(value="abc", algorithm=algorithm) == wanted


def test_a_keyed_digest_is_that_of_rfc_4231():
    assert made(operation="hmac", value="what do ya want for nothing?", secret="Jefe") == (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )


def test_a_digest_can_be_written_in_base64_and_be_of_an_object():
    assert made(value="", encoding="base64") == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    assert made(value={"a": 1}) == made(value='{"a":1}')


def test_random_text_differs_and_has_its_length():
    assert UUID(made(operation="generate")).version == 4
    for kind in ("hex", "base64", "ascii"):
        texts = {made(operation="generate", kind=kind, length=21) for _ in range(5)}
        assert len(texts) == 5
        assert {len(text) for text in texts} == {21}
        assert all(text.isalnum() for text in texts)


def test_what_is_drawn_is_recorded_and_what_is_worked_out_need_not_be():
    kind = StepBench("data.crypto").kind
    assert kind.effect({}) is Effect.PURE
    assert kind.effect({"operation": "generate"}) is Effect.READ
    assert kind.effect({"operation": "{{ $json.o }}"}) is Effect.READ


@pytest.mark.parametrize("wrong", [{"operation": "hmac"}, {"algorithm": "CRC"}, {"length": 0}])
def test_wrong_parameters_are_refused(wrong):
    with pytest.raises(InvalidInput):
        made(**wrong)


def keyed(values, **parameters):
    given = GivenCredentials(("crypto", "mine", values))
    named = {"into": "r", "credential": {"type": "crypto", "name": "mine"}, **parameters}
    result = StepBench("data.crypto", named, credential=given).run(items_of({"n": 1}))
    return json_of(result.outputs["main"])[0]["r"]


def test_a_credential_holds_the_secret():
    wanted = made(operation="hmac", value="abc", secret="geheim")
    assert keyed({"hmacSecret": "geheim"}, operation="hmac", value="abc") == wanted
    with pytest.raises(InvalidInput, match="no hmacSecret"):
        keyed({"signPrivateKey": "x"}, operation="hmac", value="abc")


@pytest.mark.parametrize("kind", ["rsa", "curve", "ed25519"])
def test_signatures_are_verified_with_the_public_key(kind):
    key = {
        "rsa": lambda: rsa.generate_private_key(65537, 2048),
        "curve": lambda: ec.generate_private_key(ec.SECP256R1()),
        "ed25519": ed25519.Ed25519PrivateKey.generate,
    }[kind]()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    found = base64.b64decode(
        keyed({"signPrivateKey": pem}, operation="sign", value="abc", algorithm="SHA384", encoding="base64")
    )
    rest = {
        "rsa": (padding.PKCS1v15(), hashes.SHA384()),
        "curve": (ec.ECDSA(hashes.SHA384()),),
        "ed25519": (),
    }[kind]
    key.public_key().verify(found, b"abc", *rest)
    assert made(operation="sign", value="abc", privateKey=pem)


def test_a_wrong_private_key_is_not_told():
    with pytest.raises(InvalidInput, match="cannot be read") as found:
        made(operation="sign", value="abc", privateKey="no key at all")
    assert "no key at all" not in str(found.value)


def test_files_are_digested():
    bench = StepBench("data.crypto", {"into": "r", "file": "f", "algorithm": "SHA1"})
    entry = bench.context().binaries.put(b"abc", mime_type="text/plain")
    (item,) = bench.run([{"json": {}, "binary": {"f": entry}}]).outputs["main"]
    assert item["json"]["r"] == "a9993e364706816aba3e25717850c26c9cd0d89d"
    bench = StepBench("data.crypto", {"into": "r", "file": "f", "keepFiles": False})
    entry = bench.context().binaries.put(b"abc", mime_type="text/plain")
    (item,) = bench.run([{"json": {}, "binary": {"f": entry}}]).outputs["main"]
    assert "binary" not in item
