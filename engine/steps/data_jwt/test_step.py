"""Tests of data.jwt: tokens of every family, and attacks on them."""

from __future__ import annotations

import base64
import hmac
import json

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from engine.base.errors import InvalidInput
from engine.ports.step_catalogue import Effect
from engine.testing.memory_credentials import GivenCredentials
from engine.testing.step_bench import StepBench, items_of, json_of

NOW_S = 1_700_000_000
RSA = rsa.generate_private_key(65537, 2048)
CURVE = ec.generate_private_key(ec.SECP256R1())


def public(key):
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def ran(**parameters):
    bench = StepBench("data.jwt", parameters, now_us=NOW_S * 1_000_000)
    (found,) = json_of(bench.run(items_of({"n": 1})).outputs["main"])
    return found


def verified(claims, key=RSA, algorithm="RS256", **parameters):
    token = jwt.encode(claims, key, algorithm=algorithm)
    given = {"algorithm": algorithm, "publicKey": public(key), **parameters}
    return ran(operation="verify", token=token, **given)


def encoded(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_a_token_is_read_whoever_signed_it():
    token = jwt.encode({"sub": "ü"}, "k" * 32, algorithm="HS256", headers={"kid": "a"})
    assert ran(token=token) == {"payload": {"sub": "ü"}}
    whole = ran(token=token, complete=True)
    assert whole["header"] == {"alg": "HS256", "kid": "a", "typ": "JWT"}
    assert whole["signature"] == token.split(".")[2]


@pytest.mark.parametrize(("key", "algorithm"), [(RSA, "RS256"), (RSA, "PS512"), (CURVE, "ES256")])
def test_a_token_is_verified_with_the_public_key(key, algorithm):
    claims = {"exp": NOW_S + 1, "nbf": NOW_S, "aud": ["a", "b"], "iss": "me"}
    assert verified(claims, key, algorithm, audience="b", issuer="me") == {"payload": claims}


@pytest.mark.parametrize(
    ("claims", "wanted"),
    [
        ({"exp": NOW_S}, "expired"),
        ({"nbf": NOW_S + 1}, "not active"),
        ({"exp": "never"}, "no time"),
        ({"exp": None}, "no time"),
        ({"aud": "other"}, "another audience"),
        ({"aud": "me"}, "another issuer"),
    ],
)
def test_a_token_with_wrong_claims_is_refused(claims, wanted):
    with pytest.raises(InvalidInput, match=wanted):
        verified(claims, audience="me" if "aud" in claims else "", issuer="x" if claims.get("aud") else "")


def test_a_public_key_is_not_taken_for_a_shared_secret():
    body = f"{encoded({'alg': 'HS256', 'typ': 'JWT'})}.{encoded({'sub': 'root'})}"
    mac = hmac.digest(public(RSA).encode(), body.encode(), "sha256")
    forged = f"{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    with pytest.raises(InvalidInput, match="which alone is accepted"):
        ran(operation="verify", token=forged, publicKey=public(RSA))
    with pytest.raises(InvalidInput):
        ran(operation="verify", token=forged, publicKey=public(RSA), algorithm="HS256")


@pytest.mark.parametrize("name", ["none", "None", "NONE", "PS256", 5, None])
def test_the_token_does_not_choose_its_algorithm(name):
    forged = f"{encoded({'alg': name})}.{encoded({'sub': 'root'})}."
    with pytest.raises(InvalidInput):
        ran(operation="verify", token=forged, publicKey=public(RSA))


def test_another_key_and_a_changed_payload_are_refused():
    token = jwt.encode({"sub": "a"}, RSA, algorithm="RS256")
    head, _, signature = token.split(".")
    with pytest.raises(InvalidInput, match="be verified"):
        ran(operation="verify", token=f"{head}.{encoded({'sub': 'b'})}.{signature}", publicKey=public(RSA))
    with pytest.raises(InvalidInput, match="no fit"):
        ran(operation="verify", token=token, publicKey=public(CURVE))


@pytest.mark.parametrize("wrong", ["a", "a.b", "a.b.c", "....", "e30.W10.x", "e30.é.x", f"e30.{'W10' * 9}.x"])
def test_what_is_no_token_is_refused_without_being_told(wrong):
    with pytest.raises(InvalidInput, match="no JSON Web Token"):
        ran(token=wrong)


def test_deep_and_long_tokens_are_refused():
    deep = base64.urlsafe_b64encode(b'{"a":' + b"[" * 50_000).rstrip(b"=").decode()
    for token in (f"e30.{deep}.x", "a" * 100_001):
        with pytest.raises(InvalidInput):
            ran(token=token)


def test_private_keys_and_missing_ones_are_refused():
    private = RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    for key in ("", "secret", private):
        with pytest.raises(InvalidInput, match="public key"):
            ran(operation="verify", token="e30.e30.x", publicKey=key)


HELD = {"type": "jwtAuth", "name": "mine"}


def held(values, **parameters):
    given = GivenCredentials(("jwtAuth", "mine", values))
    bench = StepBench(
        "data.jwt", {"credential": HELD, **parameters}, now_us=NOW_S * 1_000_000, credential=given
    )
    (found,) = json_of(bench.run(items_of({"n": 1})).outputs["main"])
    return found


def pair(key, algorithm):
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return {"keyType": "pemKey", "privateKey": private, "publicKey": public(key), "algorithm": algorithm}


@pytest.mark.parametrize(
    "values",
    [
        {"secret": "short"},
        {"secret": "long enough for everybody, this is", "algorithm": "HS512"},
        pair(RSA, "RS384"),
        pair(RSA, "PS256"),
        pair(CURVE, "ES256"),
    ],
)
def test_what_is_signed_with_a_credential_is_verified_with_it(values):
    claims = {"sub": "ü", "audience": "as it is"}
    token = held(values, operation="sign", claims=claims, keyId="k1", expiresIn=60)["token"]
    found = held(values, operation="verify", token=token, complete=True)
    assert list(found["payload"].items()) == [*claims.items(), ("iat", NOW_S), ("exp", NOW_S + 60)]
    algorithm = values.get("algorithm", "HS256")
    assert found["header"] == {"alg": algorithm, "typ": "JWT", "kid": "k1"}
    with pytest.raises(InvalidInput, match="be verified"):
        held(values, operation="verify", token=f"{token[:-8]}AAAAAAAA")


def test_claims_keep_their_order_with_the_time_among_them():
    claims = {"sub": "1", "iat": 1_516_239_022, "name": "x"}
    token = held({"secret": "short"}, operation="sign", claims=claims)["token"]
    assert list(ran(token=token)["payload"].items()) == list(claims.items())


def test_others_read_tokens_with_a_shared_secret_as_they_were_meant():
    secret = "long enough for everybody, this is, whatever the digest"
    token = held({"secret": secret}, operation="sign", claims='{"a": 1}')["token"]
    assert jwt.decode(token, secret, algorithms=["HS256"])["a"] == 1
    theirs = jwt.encode({"a": 2}, secret, algorithm="HS384")
    found = held({"secret": secret}, operation="verify", token=theirs, algorithm="HS384")
    assert found == {"payload": {"a": 2}}


def test_a_public_key_never_serves_as_the_secret_of_a_credential():
    token = held({"secret": public(RSA)}, operation="sign", claims={})["token"]
    with pytest.raises(InvalidInput, match="which alone is accepted"):
        held(pair(RSA, "RS256"), operation="verify", token=token)
    with pytest.raises(InvalidInput, match="does not fit the key"):
        held(pair(RSA, "RS256"), operation="verify", token=token, algorithm="HS256")
    with pytest.raises(InvalidInput, match="does not fit the key"):
        held({"secret": "short"}, operation="sign", claims={}, algorithm="RS256")


def test_times_may_be_passed_over_where_that_is_asked_for():
    old = held({"secret": "short"}, operation="sign", claims={}, expiresIn=-10)["token"]
    early = held({"secret": "short"}, operation="sign", claims={}, notBefore=10)["token"]
    for token, option in ((old, "ignoreExpiration"), (early, "ignoreNotBefore")):
        with pytest.raises(InvalidInput):
            held({"secret": "short"}, operation="verify", token=token)
        assert held({"secret": "short"}, operation="verify", token=token, **{option: True})
        assert held({"secret": "short"}, operation="verify", token=token, clockToleranceS=11)


def test_signing_says_what_is_missing():
    for claims in (None, "[]", 5):
        with pytest.raises(InvalidInput, match="claims"):
            held({"secret": "short"}, operation="sign", claims=claims)
    with pytest.raises(InvalidInput, match="no fit"):
        held({**pair(RSA, "RS256"), "privateKey": ""}, operation="sign", claims={})
    with pytest.raises(InvalidInput):
        ran(operation="sign", claims={})


def test_verifying_is_recorded_and_decoding_need_not_be():
    kind = StepBench("data.jwt").kind
    assert kind.effect({}) is Effect.PURE
    assert kind.effect({"operation": "verify"}) is Effect.READ
    assert kind.effect({"operation": "{{ $json.o }}"}) is Effect.READ
