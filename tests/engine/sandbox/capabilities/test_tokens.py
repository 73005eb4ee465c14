"""What a capability token allows, counts and ends."""

from __future__ import annotations

import base64

import pytest
from biscuit_auth import Biscuit, BlockBuilder, KeyPair

from engine.base.errors import CapabilityDenied, InvalidInput, ResourceExhausted
from engine.base.limits import REVOCATIONS_RECHECK_US, TOKEN_BLOCKS_MAX, TOKEN_REFUSALS_MAX, Limits
from engine.ports.capabilities import USED_EVENT, Holder
from engine.ports.grants import HttpCapability, KvCapability, ModuleCapability, SecretCapability
from engine.ports.policy import PERSONAL
from engine.sandbox.capabilities import attenuate, fresh_key
from engine.sandbox.capabilities.asks import Ask, HttpAsk, KvAsk, ModuleAsk, SecretAsk
from tests.engine.sandbox.capabilities.bench import HOLDER, Bench

API = HttpCapability(host="api.example.com", path="/v1/")
GET = HttpAsk("GET", "api.example.com", 443, "/v1/items")


def refused(bench: Bench, token: object, ask: Ask = GET, holder: Holder = HOLDER) -> CapabilityDenied:
    with pytest.raises(CapabilityDenied) as caught:
        bench.authorise(token, ask, holder)  # type: ignore[arg-type]
    return caught.value


# what is granted ------------------------------------------------------------------------------------
def test_without_a_ceiling_nothing_is_granted() -> None:
    bench = Bench()
    token = bench.mint(API)
    assert token.granted == ()
    error = refused(bench, token)
    assert error.details["reason"] == "not-granted"
    assert error.details["policy"] == {"subnet": PERSONAL, "revision": 1}


def test_without_a_request_nothing_is_granted() -> None:
    bench = Bench((API,))
    assert refused(bench, bench.mint()).details["reason"] == "not-granted"


def test_what_both_allow_is_granted() -> None:
    ceiling = HttpCapability(host="*.example.com:443", methods=("*",), bytes_max=100)
    bench = Bench((ceiling,))
    token = bench.mint(API)
    assert bench.authorise(token, GET).bytes_max == 100
    for ask in (
        HttpAsk("POST", "api.example.com", 443, "/v1/items"),
        HttpAsk("GET", "api.example.com", 8443, "/v1/items"),
        HttpAsk("GET", "www.example.com", 443, "/v1/items"),
        HttpAsk("GET", "api.example.com", 443, "/v2/items"),
        HttpAsk("GET", "api.example.com", 443, "/v10"),
        HttpAsk("GET", "api.example.com", 443, "/V1/items"),
        HttpAsk("GET", "api.example.com", 443, "/v1/items", 101),
        KvAsk("get", "v1"),
    ):
        assert refused(bench, token, ask).details["reason"] == "not-granted"


@pytest.mark.parametrize(
    ("capability", "allowed", "denied"),
    [
        (KvCapability(actions=("get",), prefix="a/"), KvAsk("get", "a/b"), KvAsk("set", "a/b")),
        (KvCapability(prefix="a/"), KvAsk("set", "a/b", 9), KvAsk("get", "b/a/")),
        (KvCapability(bytes_max=8), KvAsk("set", "k", 8), KvAsk("set", "k", 9)),
        (KvCapability(actions=("*",)), KvAsk("list", ""), ModuleAsk("kv", "list")),
        (SecretCapability(name="a"), SecretAsk("a", "x.example", 1), SecretAsk("b", "x.example", 1)),
        (
            SecretCapability(name="*", host="x.example"),
            SecretAsk("b", "x.example", 1),
            SecretAsk("b", "y.example", 1),
        ),
        (
            ModuleCapability(module="qmail", actions=("send",)),
            ModuleAsk("qmail", "send"),
            ModuleAsk("qmail", "purge"),
        ),
        (ModuleCapability(module="*"), ModuleAsk("qmail", "send"), KvAsk("send", "qmail")),
    ],
)
def test_every_operation_is_bounded_by_its_arguments(capability: object, allowed: Ask, denied: Ask) -> None:
    bench = Bench((capability,))  # type: ignore[arg-type]
    token = bench.mint(capability)  # type: ignore[arg-type]
    bench.authorise(token, allowed)
    assert refused(bench, token, denied).details["reason"] == "not-granted"


def test_the_message_names_token_step_what_was_asked_and_the_rule_that_would_allow_it() -> None:
    bench = Bench((HttpCapability(host="*.example.com"),))
    token = bench.mint(API)
    message = refused(bench, token, HttpAsk("GET", "evil.test", 443, "/x")).message
    assert f"capability token {token.id} of step 'fetch' does not allow GET evil.test:443/x" in message
    assert 'add {"operation":"http","host":"evil.test:443","methods":["GET"],"path":"/x"}' in message
    assert "policy of subnet 'personal' (revision 1)" in message
    message = refused(bench, token, HttpAsk("GET", "www.example.com", 443, "/")).message
    assert "allows it by capabilities[0]: add" in message
    assert message.endswith("to the step's parameter capabilities")


def test_a_ceiling_that_is_too_small_is_no_rule_that_allows_it() -> None:
    bench = Bench((HttpCapability(host="*", path="/", bytes_max=10, methods=("*",)),))
    message = refused(bench, bench.mint(API), HttpAsk("GET", "api.example.com", 443, "/v1/a", 11)).message
    assert "to allow it, add" in message
    assert '"bytesMax":11' in message


# bounds ---------------------------------------------------------------------------------------------
def test_uses_are_counted_per_grant() -> None:
    bench = Bench((HttpCapability(host="*"), KvCapability()))
    token = bench.mint(API.model_copy(update={"uses_max": 2}), KvCapability())
    bench.authorise(token, GET)
    bench.authorise(token, GET)
    error = refused(bench, token)
    assert error.details["reason"] == "used-up"
    assert "usesMax" in error.message
    bench.authorise(token, KvAsk("get", "k"))


def test_asking_twice_for_the_same_does_not_double_the_ceilings_count() -> None:
    bench = Bench((HttpCapability(host="*.example.com", uses_max=3),))
    paths = [HttpCapability(host="api.example.com", path=f"/v1{'/a' * depth}") for depth in range(4)]
    token = bench.mint(*paths)
    deep = HttpAsk("GET", "api.example.com", 443, "/v1/a/a/a")
    for _ in range(3):
        bench.authorise(token, deep)
    assert refused(bench, token, deep).details["reason"] == "used-up"


def test_a_refused_use_counts_nothing() -> None:
    bench = Bench((API,))
    token = bench.mint(API.model_copy(update={"uses_max": 1}))
    refused(bench, token, HttpAsk("GET", "api.example.com", 443, "/other"))
    bench.authorise(token, GET)


def test_a_token_ends_with_the_attempts_time() -> None:
    bench = Bench((API,), limits=Limits(step_timeout_ms=2_000))
    token = bench.mint(API)
    bench.clock.advance_ms(1_999)
    bench.authorise(token, GET)
    bench.clock.advance_ms(1)
    assert refused(bench, token).details["reason"] == "expired"


def test_a_grant_may_end_before_its_token() -> None:
    bench = Bench((HttpCapability(host="*", seconds_max=10), KvCapability()))
    token = bench.mint(API.model_copy(update={"seconds_max": 5}), KvCapability())
    bench.clock.advance_ms(5_000)
    assert refused(bench, token).details["reason"] == "expired"
    bench.authorise(token, KvAsk("get", "k"))


# attacks --------------------------------------------------------------------------------------------
def test_a_token_signed_by_another_key_is_forged() -> None:
    bench = Bench((API,))
    bench.mint(API)
    stranger = Bench((API,), key=fresh_key())
    error = refused(bench, stranger.mint(API))
    assert error.details["reason"] == "forged"
    assert bench.last.token == ""


def test_a_token_that_names_our_key_but_is_signed_by_another_is_forged() -> None:
    from biscuit_auth import BiscuitBuilder

    bench = Bench((API,))
    builder = BiscuitBuilder('token("cap_x"); budget(0, 9); check if true;')
    builder.add_code('http(0, 0, "api.example.com", {"GET"}, "/", 9999, 9, 9999999999999999);')
    builder.set_root_key_id(bench.keys.key_id)
    assert refused(bench, builder.build(KeyPair().private_key).to_base64()).details["reason"] == "forged"


@pytest.mark.parametrize("place", range(0, 400, 37))
def test_every_changed_byte_is_noticed(place: int) -> None:
    bench = Bench((API,))
    data = bytearray(base64.urlsafe_b64decode(bench.mint(API).text + "=="))
    data[place % len(data)] ^= 1
    assert refused(bench, base64.urlsafe_b64encode(data).decode()).details["reason"] == "forged"


@pytest.mark.parametrize("text", ["", "x", "☃", "\ud800", "A" * 10, "A" * 200_000, "\x00"])
def test_what_is_no_token_is_refused(text: str) -> None:
    bench = Bench((API,))
    bench.mint(API)
    assert refused(bench, text).details["reason"] == "forged"


def test_blocks_of_two_tokens_cannot_be_put_together() -> None:
    """The attenuation of one token, cut off and hung on another, or its first block put below."""
    bench = Bench((HttpCapability(host="*"), KvCapability()))
    narrow = attenuate(bench.mint(API).text, bench.keys, [KvCapability()])
    other = bench.mint(KvCapability(), holder=Holder(PERSONAL, "flow", "exe_2", "fetch")).text
    raw_narrow = base64.urlsafe_b64decode(narrow + "==")
    raw_other = base64.urlsafe_b64decode(other + "==")
    for cut in range(1, len(raw_other), 16):
        mixed = base64.urlsafe_b64encode(raw_other[:cut] + raw_narrow[cut:]).decode()
        if mixed.rstrip("=") not in (narrow.rstrip("="), other.rstrip("=")):
            with pytest.raises(CapabilityDenied):
                bench.authorise(mixed, GET)


def test_a_block_cannot_be_taken_off() -> None:
    bench = Bench((API,))
    token = bench.mint(API).text
    narrow = Biscuit.from_base64(attenuate(token, bench.keys, []), bench.keys.public)
    assert narrow.block_count() == 2
    refused(bench, narrow.to_base64())


def test_facts_of_later_blocks_grant_nothing() -> None:
    bench = Bench((API,))
    biscuit = Biscuit.from_base64(bench.mint(API).text, bench.keys.public)
    block = BlockBuilder(
        'http(0, 0, "evil.test", {"GET"}, "/", 99999, 99, 9999999999999999); used(0, 0); spent(0, 0);'
        'host("api.example.com"); path("/v1/"); budget(0, 99999); bytes(0);'
    )
    token = biscuit.append(block).to_base64()
    assert refused(bench, token, HttpAsk("GET", "evil.test", 443, "/")).details["reason"] == "not-granted"
    bench.authorise(token, GET)


def test_a_rule_of_a_later_block_grants_nothing() -> None:
    bench = Bench((API,))
    biscuit = Biscuit.from_base64(bench.mint(API).text, bench.keys.public)
    block = BlockBuilder(
        "host($h) <- method($m), path($p), budget($c, $n), http($g, $c, $h, $s, $x, $y, $z, $t);"
    )
    token = biscuit.append(block).to_base64()
    assert refused(bench, token, HttpAsk("GET", "evil.test", 443, "/v1/")).details["reason"] == "not-granted"


@pytest.mark.parametrize(
    "thief",
    [
        Holder("elsewhere", "flow", "exe_1", "fetch"),
        Holder(PERSONAL, "other", "exe_1", "fetch"),
        Holder(PERSONAL, "flow", "exe_2", "fetch"),
        Holder(PERSONAL, "flow", "exe_1", "other"),
        Holder(PERSONAL, "flow", "exe_1", "fetch", 1),
        Holder(PERSONAL, "flow", "exe_1", "fetch", 0, 2),
    ],
)
def test_the_token_of_another_attempt_is_refused_and_tells_nothing(thief: Holder) -> None:
    bench = Bench((API,))
    token = bench.mint(API)
    bench.mint(API, holder=thief)
    error = refused(bench, token, GET, thief)
    assert error.details["reason"] == "other-holder"
    assert token.id not in error.message
    assert "does not allow" not in error.message
    assert bench.last.subnet == thief.subnet


def test_a_token_is_worth_nothing_after_its_attempt() -> None:
    bench = Bench((API,))
    token = bench.mint(API)
    bench.authority.retire(HOLDER)
    assert refused(bench, token).details["reason"] == "ended"
    assert len(bench.authority.live) == 0


def test_a_second_token_of_an_attempt_ends_the_first() -> None:
    bench = Bench((API,))
    first = bench.mint(API.model_copy(update={"uses_max": 1}))
    second = bench.mint(API)
    assert refused(bench, first).details["reason"] == "ended"
    bench.authorise(second, GET)


def test_another_process_of_the_node_does_not_accept_it() -> None:
    """Counts are in the process that minted, so a replay elsewhere would start from none."""
    bench = Bench((API,))
    assert refused(Bench((API,), seed=1), bench.mint(API)).details["reason"] == "ended"


def test_a_policy_of_another_subnet_grants_nothing() -> None:
    bench = Bench((API,))
    with pytest.raises(InvalidInput, match="elsewhere"):
        bench.authority.mint(bench.policy, Holder("elsewhere", "f", "e", "s"), [API], 0)


def test_a_guest_that_keeps_on_being_refused_loses_its_token() -> None:
    bench = Bench((API,))
    token = bench.mint(API)
    for _ in range(TOKEN_REFUSALS_MAX):
        refused(bench, token, HttpAsk("GET", "evil.test", 443, "/"))
    error = refused(bench, token)
    assert error.details["reason"] == "withdrawn"
    assert str(TOKEN_REFUSALS_MAX) in error.message
    assert len(bench.uses) == TOKEN_REFUSALS_MAX, "the audit has seen enough"


# revocation -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("by", ["token", "block", "attenuation"])
def test_a_revoked_token_is_refused_at_once(by: str) -> None:
    bench = Bench((API,))
    token = bench.mint(API)
    narrow = attenuate(token.text, bench.keys, [API])
    ids = Biscuit.from_base64(narrow, bench.keys.public).revocation_ids
    bench.authorise(narrow, GET)
    revoked = {"token": token.id, "block": ids[0], "attenuation": ids[1]}[by]
    bench.authority.revocations.revoke(PERSONAL, revoked, "leaked")
    assert refused(bench, narrow).details["reason"] == "revoked"
    if by == "attenuation":
        bench.authorise(token, GET)
    else:
        assert refused(bench, token).details["reason"] == "revoked"


def test_a_revocation_by_another_process_is_in_force_after_the_recheck() -> None:
    bench = Bench((API,))
    token = bench.mint(API)
    bench.authorise(token, GET)
    bench.store.revoke(PERSONAL, token.id, "leaked", bench.clock.now_us())
    bench.clock.advance_ms(REVOCATIONS_RECHECK_US // 1000)
    assert refused(bench, token).details["reason"] == "revoked"


def test_another_subnet_cannot_revoke_it() -> None:
    bench = Bench((API,))
    token = bench.mint(API)
    bench.authority.revocations.revoke("elsewhere", token.id, "spite")
    bench.authorise(token, GET)


# attenuation ----------------------------------------------------------------------------------------
def test_an_attenuation_narrows_and_cannot_widen() -> None:
    bench = Bench((HttpCapability(host="*.example.com", methods=("*",)),))
    token = bench.mint(API)
    wide = attenuate(token.text, bench.keys, [HttpCapability(host="*", methods=("*",))])
    bench.authorise(wide, GET)
    post = HttpAsk("POST", "api.example.com", 443, "/v1/items")
    assert refused(bench, wide, post).details["reason"] == "not-granted"
    narrow = attenuate(
        wide, bench.keys, [HttpCapability(host="api.example.com", path="/v1/items", bytes_max=7)]
    )
    assert bench.authorise(narrow, GET).bytes_max == 7
    other = HttpAsk("GET", "api.example.com", 443, "/v1/users")
    assert refused(bench, narrow, other).details["reason"] == "attenuated"
    bench.authorise(token, other)


def test_uses_through_an_attenuation_count_for_the_token_too() -> None:
    bench = Bench((API,))
    token = bench.mint(API.model_copy(update={"uses_max": 3}))
    few = attenuate(token.text, bench.keys, uses_max=2)
    again = attenuate(few, bench.keys, uses_max=2)
    bench.authorise(again, GET)
    bench.authorise(few, GET)
    assert refused(bench, again).details["reason"] == "used-up"
    assert refused(bench, few).details["reason"] == "used-up"
    bench.authorise(token, GET)
    assert refused(bench, token).details["reason"] == "used-up"


def test_an_attenuation_may_end_earlier() -> None:
    bench = Bench((API,))
    token = bench.mint(API)
    short = attenuate(token.text, bench.keys, expires_us=bench.clock.now_us() + 1_000_000)
    bench.authorise(short, GET)
    bench.clock.advance_ms(1_000)
    assert refused(bench, short).details["reason"] == "expired"
    bench.authorise(token, GET)


def test_nothing_remains_of_an_attenuation_to_nothing() -> None:
    bench = Bench((API,))
    none = attenuate(bench.mint(API).text, bench.keys, [])
    assert refused(bench, none).details["reason"] == "attenuated"


def test_attenuations_are_bounded_and_checked() -> None:
    bench = Bench((API,))
    text = bench.mint(API).text
    with pytest.raises(InvalidInput, match="expires_us"):
        attenuate(text, bench.keys, [KvCapability(seconds_max=3)])
    with pytest.raises(InvalidInput, match="no capability token"):
        attenuate(Bench(key=fresh_key()).mint().text, bench.keys)
    for _ in range(TOKEN_BLOCKS_MAX - 1):
        text = attenuate(text, bench.keys)
    bench.authorise(text, GET)
    with pytest.raises(ResourceExhausted, match="16 blocks"):
        attenuate(text, bench.keys)
    long = Biscuit.from_base64(text, bench.keys.public).append(BlockBuilder("check if true")).to_base64()
    assert refused(bench, long).details["reason"] == "forged"


def test_quotes_in_arguments_stay_in_their_place() -> None:
    bench = Bench((KvCapability(),))
    odd = '"), true or key("\\'
    token = bench.mint(KvCapability(prefix=odd))
    narrow = attenuate(token.text, bench.keys, [KvCapability(prefix=odd + "x")])
    bench.authorise(token, KvAsk("get", odd))
    bench.authorise(narrow, KvAsk("get", odd + "x"))
    refused(bench, narrow, KvAsk("get", odd))
    refused(bench, token, KvAsk("get", "other"))


# the record -----------------------------------------------------------------------------------------
def test_every_use_is_on_record_and_told() -> None:
    bench = Bench((API,))
    token = bench.mint(API)
    bench.authorise(token, GET)
    refused(bench, token, HttpAsk("GET", "evil.test", 443, "/x", 5))
    good, bad = bench.uses
    assert (good.token, good.allowed, good.reason) == (token.id, True, "grant 0")
    assert (good.subnet, good.execution, good.step) == (PERSONAL, "exe_1", "fetch")
    assert (bad.token, bad.allowed, bad.reason) == (token.id, False, "not-granted")
    assert bad.arguments == {"method": "GET", "host": "evil.test", "port": 443, "path": "/x", "bytes": 5}
    assert [type for _, type, _ in bench.notifier.events] == [USED_EVENT, USED_EVENT]
    assert [data["decision"] for data in bench.events] == ["allowed", "denied"]
    assert bench.events[0]["tokenId"] == token.id


def test_what_cannot_be_recorded_is_not_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.base.errors import DatabaseUnavailable

    bench = Bench((API,))
    token = bench.mint(API)

    def fail(use: object) -> None:
        raise DatabaseUnavailable

    monkeypatch.setattr(bench.store, "record", fail)
    with pytest.raises(DatabaseUnavailable):
        bench.authorise(token, GET)


def test_a_token_is_not_shown_in_its_repr() -> None:
    bench = Bench((API,))
    token = bench.mint(API)
    assert token.text not in repr(token)


def test_too_many_grants_are_refused() -> None:
    bench = Bench(tuple(KvCapability(prefix=str(n)) for n in range(20)))
    with pytest.raises(InvalidInput, match="256"):
        bench.mint(*(KvCapability(uses_max=n) for n in range(1, 20)))


def test_many_grants_are_judged_in_time() -> None:
    bench = Bench(tuple(HttpCapability(host=f"h{n}.example.com") for n in range(250)))
    token = bench.mint(HttpCapability(host="*"))
    assert bench.authorise(token, HttpAsk("GET", "h249.example.com", 443, "/")).number == 249
