"""Signatures of webhook calls, against signers written from the senders' public descriptions."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import CallRefused
from engine.identity.ed25519 import Ed25519
from engine.validation.webhook_signatures import SignatureRule, SignedCall, key_bytes, verify_call

NOW_S = 1_700_000_000
NOW_US = NOW_S * 1_000_000
BODY = b'{"amount": 100}'
SECRET = b"a shared secret"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()


def mac(secret: bytes, content: bytes, algorithm: str = "sha256") -> bytes:
    return hmac.new(secret, content, algorithm).digest()


def github(secret=SECRET, body=BODY, at_s=NOW_S):
    return {"x-hub-signature-256": "sha256=" + mac(secret, body).hex(), "x-github-delivery": "1"}


def stripe(secret=SECRET, body=BODY, at_s=NOW_S):
    signature = mac(secret, f"{at_s}.".encode() + body).hex()
    return {"stripe-signature": f"t={at_s},v1={signature},v0=00"}


def slack(secret=SECRET, body=BODY, at_s=NOW_S):
    signature = mac(secret, f"v0:{at_s}:".encode() + body).hex()
    return {"x-slack-request-timestamp": str(at_s), "x-slack-signature": f"v0={signature}"}


def standard(secret=SECRET, body=BODY, at_s=NOW_S):
    signature = base64.b64encode(mac(secret, f"msg_1.{at_s}.".encode() + body)).decode()
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(at_s),
        "webhook-signature": f"v1a,{base64.b64encode(bytes(64)).decode()} v1,{signature}",
    }


def generic(secret=SECRET, body=BODY, at_s=NOW_S):
    signature = base64.b64encode(mac(secret, f"{at_s}.".encode() + body, "sha512")).decode()
    return {"x-time": str(at_s), "x-mine": f"v:{signature}"}


def ed25519(secret=SECRET, body=BODY, at_s=NOW_S):
    key = KEY if secret == SECRET else Ed25519PrivateKey.generate()
    signature = key.sign(str(at_s).encode() + body)
    return {"x-signature-timestamp": str(at_s), "x-signature-ed25519": signature.hex()}


RULES = {
    "github": (github, SignatureRule("github", (SECRET,))),
    "stripe": (stripe, SignatureRule("stripe", (SECRET,))),
    "slack": (slack, SignatureRule("slack", (SECRET,))),
    "standard": (standard, SignatureRule("standard", (SECRET,))),
    "hmac": (
        generic,
        SignatureRule(
            "hmac",
            (SECRET,),
            header="X-Mine",
            timestamp_header="X-Time",
            algorithm="sha512",
            encoding="base64",
            prefix="v:",
            signs="timestamp.body",
        ),
    ),
    "ed25519": (
        ed25519,
        SignatureRule(
            "ed25519",
            public_keys=(PUBLIC,),
            header="X-Signature-Ed25519",
            timestamp_header="X-Signature-Timestamp",
            signs="timestampbody",
        ),
    ),
}
TIMED = [name for name in RULES if name != "github"]


def verified(name, headers, body=BODY, now_us=NOW_US, **changes):
    rule = replace(RULES[name][1], **changes)
    return verify_call(rule, SignedCall(headers, body, now_us), Ed25519())


def refused(*args, **options):
    with pytest.raises(CallRefused) as caught:
        verified(*args, **options)
    return caught.value.details["reason"]


@pytest.mark.parametrize("name", RULES)
class TestEveryScheme:
    """What all of them must do."""

    def test_a_call_signed_as_the_sender_says_is_accepted(self, name):
        assert verified(name, RULES[name][0]()).until_us > NOW_US

    def test_an_altered_body_is_refused(self, name):
        assert refused(name, RULES[name][0](), BODY.replace(b"1", b"9")) == "mismatch"

    def test_another_secret_is_refused(self, name):
        assert refused(name, RULES[name][0](secret=b"guessed")) == "mismatch"

    def test_a_call_without_a_signature_is_refused(self, name):
        assert refused(name, {}) == "missing"

    def test_no_header_can_be_left_out(self, name):
        headers = RULES[name][0]()
        for left_out in set(headers) - {"x-github-delivery"}:
            rest = {key: value for key, value in headers.items() if key != left_out}
            assert refused(name, rest) == "missing"

    def test_a_signature_of_nonsense_is_refused(self, name):
        headers = RULES[name][0]()
        garbled = {key: value if value.isdigit() else "%%%" for key, value in headers.items()}
        assert refused(name, garbled) in ("malformed", "mismatch")

    def test_the_same_call_has_the_same_nonce_and_another_one_another(self, name):
        make = RULES[name][0]
        first, second = verified(name, make()), verified(name, make())
        assert first.nonce == second.nonce
        if name != "standard":  # there the sender's id is the nonce
            assert verified(name, make(body=b"other"), b"other").nonce != first.nonce

    def test_while_a_secret_is_exchanged_both_are_in_force(self, name):
        keys = {"secrets": (b"new", SECRET), "public_keys": (bytes(32), PUBLIC)}
        assert verified(name, RULES[name][0](), **keys)

    def test_without_any_secret_nothing_is_accepted(self, name):
        assert refused(name, RULES[name][0](), secrets=(), public_keys=()) == "mismatch"


@pytest.mark.parametrize("name", TIMED)
class TestTimes:
    """Schemes that sign a time."""

    @pytest.mark.parametrize("apart_s", [-301, 301, 10**6])
    def test_a_call_from_another_time_is_stale(self, name, apart_s):
        assert refused(name, RULES[name][0](at_s=NOW_S + apart_s)) == "stale"

    @pytest.mark.parametrize("apart_s", [-300, 0, 300])
    def test_up_to_the_tolerance_it_is_accepted(self, name, apart_s):
        assert verified(name, RULES[name][0](at_s=NOW_S + apart_s))

    def test_a_replay_is_remembered_until_it_is_stale(self, name):
        at_s = NOW_S - 100
        proof = verified(name, RULES[name][0](at_s=at_s))
        assert refused(name, RULES[name][0](at_s=at_s), now_us=proof.until_us) == "stale"

    def test_a_time_cannot_be_moved_without_the_secret(self, name):
        headers = RULES[name][0](at_s=NOW_S - 1_000)
        moved = {key: value.replace(str(NOW_S - 1_000), str(NOW_S)) for key, value in headers.items()}
        assert refused(name, moved) == "mismatch"

    @pytest.mark.parametrize("time", ["now", "-1", "1e9", "\uff11\uff17", "9" * 30, "0x10"])
    def test_a_time_that_is_none_is_malformed(self, name, time):
        headers = {key: value.replace(str(NOW_S), time) for key, value in RULES[name][0]().items()}
        assert refused(name, headers) == "malformed"


def test_a_known_vector_of_github_verifies():
    """The example in "Validating webhook deliveries"."""
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    rule = SignatureRule("github", (b"It's a Secret to Everybody",))
    call = SignedCall({"x-hub-signature-256": signature}, b"Hello, World!", NOW_US)
    assert verify_call(rule, call, Ed25519())


def test_stripe_accepts_any_of_its_signatures_but_not_v0():
    other = mac(b"old", f"{NOW_S}.".encode() + BODY).hex()
    both = stripe()["stripe-signature"] + f",v1={other}"
    assert verified("stripe", {"stripe-signature": both})
    only_v0 = {"stripe-signature": both.replace("v1", "v0")}
    assert refused("stripe", only_v0) == "malformed"
    assert refused("stripe", {"stripe-signature": f"t=1,{both}"}) == "malformed"


def test_standard_webhooks_with_a_public_key_verify():
    signature = base64.b64encode(KEY.sign(f"msg_1.{NOW_S}.".encode() + BODY)).decode()
    headers = standard() | {"webhook-signature": f"v1a,{signature}"}
    assert verified("standard", headers, secrets=(), public_keys=(PUBLIC,))
    assert refused("standard", headers) == "mismatch"


def test_milliseconds_are_times_too():
    content = f"{NOW_S}000.".encode() + BODY
    signature = base64.b64encode(mac(SECRET, content, "sha512")).decode()
    assert verified("hmac", {"x-time": f"{NOW_S}000", "x-mine": f"v:{signature}"})


def test_a_signed_id_is_the_nonce():
    rule = {"signs": "id.timestamp.body", "id_header": "X-Id"}
    content = f"one.{NOW_S}.".encode() + BODY
    signature = base64.b64encode(mac(SECRET, content, "sha512")).decode()
    headers = {"x-time": str(NOW_S), "x-id": "one", "x-mine": f"v:{signature}"}
    assert verified("hmac", headers, **rule).nonce == hashlib.sha256(b"one").hexdigest()


@given(
    headers=st.dictionaries(st.sampled_from(sorted(stripe() | slack() | standard())), st.text(max_size=80))
)
def test_whatever_the_headers_hold_a_call_is_accepted_or_refused(headers):
    for name in RULES:
        with pytest.raises(CallRefused):
            verified(name, headers)


@pytest.mark.parametrize(
    "text", [PUBLIC.hex(), base64.b64encode(PUBLIC).decode(), "whpk_" + base64.b64encode(PUBLIC).decode()]
)
def test_public_keys_are_read_in_hex_and_base64(text):
    assert key_bytes(text) == PUBLIC


@pytest.mark.parametrize("text", ["", "00", "zz" * 32, "whpk_", "=" * 44])
def test_what_is_no_key_is_told(text):
    with pytest.raises(ValueError, match="32 bytes"):
        key_bytes(text)
