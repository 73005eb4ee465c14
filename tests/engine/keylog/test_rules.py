"""The rules of key event logs: what is right is accepted, and everything an attacker writes is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.base.canonical import cid_of_bytes, decode, encode
from engine.identity.ed25519 import Ed25519
from engine.keylog import making
from engine.keylog.form import EVENT_BYTES_MAX, BadLog, cid_of, commitment
from engine.keylog.rules import KeyState, begin, check_log, extend
from tests.engine.keylog.support import CHECKS, Holder, altered, public, seed, signed


@pytest.fixture
def alice() -> Holder:
    """An identity with one rotation."""
    holder = Holder()
    holder.rotate(200)
    return holder


def test_the_id_is_the_cid_of_the_signed_inception(alice: Holder) -> None:
    assert alice.id == cid_of_bytes(alice.events[0]) == cid_of(alice.events[0])
    assert alice.check() == alice.state


def test_keys_are_in_force_one_after_the_other(alice: Holder) -> None:
    keys = [alice.state.key_at(at) for at in (99, 100, 199, 200, 10**9)]
    assert keys == [None, public("alice"), public("alice"), public("alice", 1), public("alice", 1)]


def test_a_recovery_key_brings_in_new_keys_and_is_used_up(alice: Holder) -> None:
    alice.recover(300)
    assert alice.check().key_at(300) == public("alice", 101)
    assert alice.state.recovery == ()
    with pytest.raises(BadLog, match="no recovery key"):
        alice.recover(400)


def test_recovery_takes_the_identity_back_from_a_thief_of_both_keys(alice: Holder) -> None:
    body = making.rotation(alice.state, public("alice", 2), commitment(public("thief")), 250)
    alice.add(signed(body, seed("alice", 2)))
    alice.recover(300)
    stolen = making.rotation(alice.state, public("thief"), None, 350)
    with pytest.raises(BadLog, match="had not committed"):
        alice.add(signed(stolen, seed("thief")))


def test_nothing_is_in_force_and_nothing_follows_after_a_revocation(alice: Holder) -> None:
    alice.revoke(300)
    assert alice.check().key_at(299) == public("alice", 1)
    assert alice.state.key_at(300) is None
    with pytest.raises(BadLog, match="follows a revocation"):
        alice.rotate(400)


@pytest.mark.parametrize("by", ["alice 2", "alice recovery 0"])
def test_the_next_key_and_a_recovery_key_revoke_too(alice: Holder, by: str) -> None:
    name, _, number = by.rpartition(" ")
    alice.add(signed(making.revocation(alice.state, public(name, int(number)), 300), seed(name, int(number))))
    assert alice.check().revoked_since == 300


def test_a_delegation_holds_from_its_start_to_its_end_or_its_withdrawal(alice: Holder) -> None:
    robot = Holder("robot", subject="role", delegator=alice.id)
    alice.delegate(robot.id, ["steps:sign"], 300, until=500)
    assert alice.state.delegation_at(robot.id, 299) is None
    assert alice.state.delegation_at(robot.id, 499).scopes == {"steps:sign"}  # type: ignore[union-attr]
    assert alice.state.delegation_at(robot.id, 500) is None
    alice.withdraw(robot.id, 400)
    assert alice.check().delegation_at(robot.id, 399) is not None
    assert alice.state.delegation_at(robot.id, 400) is None


# --- attacks ------------------------------------------------------------------------------------------


def rotation_by(holder: Holder, key: bytes, *seeds: bytes) -> bytes:
    return signed(making.rotation(holder.state, key, None, 300), *seeds)


FORGERIES: dict[str, tuple[Callable[[Holder], bytes], str]] = {
    "a rotation to the thief's key": (lambda a: rotation_by(a, public("thief"), seed("thief")), "committed"),
    "a rotation signed by the key in use": (
        lambda a: rotation_by(a, public("alice", 2), a.seed),
        "not signed",
    ),
    "a rotation back": (lambda a: rotation_by(a, public("alice"), seed("alice")), "committed"),
    "a rotation without signature": (lambda a: rotation_by(a, public("alice", 2)), "0 signatures"),
    "a rotation with one signature too many": (
        lambda a: rotation_by(a, public("alice", 2), seed("alice", 2), seed("thief")),
        "2 signatures",
    ),
    "a delegation by the rotated-out key": (
        lambda a: signed(making.delegation(a.state, Holder("x").id, ["*"], 300, None), seed("alice")),
        "not signed",
    ),
    "a delegation to itself": (
        lambda a: signed(making.delegation(a.state, a.id, ["*"], 300, None), a.seed),
        "to the identity itself",
    ),
    "a withdrawal of nothing": (
        lambda a: signed(making.withdrawal(a.state, Holder("x").id, 300), a.seed),
        "never delegated",
    ),
    "a revocation by the rotated-out key": (
        lambda a: signed(making.revocation(a.state, public("alice"), 300), seed("alice")),
        "none of the identity's",
    ),
    "a revocation by a stranger": (
        lambda a: signed(making.revocation(a.state, public("thief"), 300), seed("thief")),
        "none of the identity's",
    ),
    "a recovery that the new key did not sign": (
        lambda a: signed(
            making.recovered(a.state, public("alice recovery"), public("x"), None, 300),
            seed("alice recovery"),
            seed("thief"),
        ),
        "not signed",
    ),
    "a replay of the rotation": (lambda a: a.events[1], "number 1"),
    "a replay of the inception": (lambda a: a.events[0], "second inception"),
    "an event of another identity": (lambda a: rotation_of("bob"), "another identity"),
    "an event before its time": (
        lambda a: altered(rotation_by(a, public("alice", 2)), [seed("alice", 2)], **{"from": 199}),
        "before the event before it",
    ),
    "an event that skips one": (
        lambda a: altered(rotation_by(a, public("alice", 2)), [seed("alice", 2)], sequence=3),
        "number 3",
    ),
    "an event on another past": (
        lambda a: altered(rotation_by(a, public("alice", 2)), [seed("alice", 2)], prior=a.id),
        "does not follow",
    ),
    "an unknown kind": (
        lambda a: altered(rotation_by(a, public("alice", 2)), [seed("alice", 2)], kind="promotion"),
        "unknown kind",
    ),
    "a field more": (
        lambda a: altered(rotation_by(a, public("alice", 2)), [seed("alice", 2)], admin=True),
        "other fields",
    ),
    "a time that is none": (
        lambda a: altered(rotation_by(a, public("alice", 2)), [seed("alice", 2)], **{"from": True}),
        "wrong value in from",
    ),
    "a key that is too short": (
        lambda a: altered(rotation_by(a, public("alice", 2)), [seed("alice", 2)], key=b"k"),
        "wrong value in key",
    ),
    "nothing": (lambda a: b"", "canonical"),
    "a list": (lambda a: encode([]), "no map"),
    "a signature that is text": (
        lambda a: encode({"body": decode(a.events[1])["body"], "signatures": ["x"]}),
        "not 64 bytes",
    ),
    "endless nesting": (lambda a: b"\x81" * EVENT_BYTES_MAX, "canonical"),
    "too much": (lambda a: bytes(EVENT_BYTES_MAX + 1), "more than"),
    "a longer way to write the same": (
        lambda a: a.events[1][:1] + b"\x78\x04body" + a.events[1][6:],
        "canonical",
    ),
}


def rotation_of(name: str) -> bytes:
    holder = Holder(name)
    holder.rotate(200)
    holder.rotate(300)
    return holder.events[2]


@pytest.mark.parametrize("forge", FORGERIES)
def test_a_forged_event_is_refused_and_named(alice: Holder, forge: str) -> None:
    make, why = FORGERIES[forge]
    with pytest.raises(BadLog, match=why) as refused:
        check_log([*alice.events, make(alice)], CHECKS)
    assert refused.value.sequence == 2


def test_a_log_that_does_not_begin_with_an_inception_is_refused(alice: Holder) -> None:
    with pytest.raises(BadLog, match="no inception"):
        check_log(alice.events[1:], CHECKS)
    with pytest.raises(BadLog, match="1 to"):
        check_log([], CHECKS)


def test_an_inception_needs_the_signature_of_its_own_key() -> None:
    body = making.inception("person", public("alice"), None, 100)
    with pytest.raises(BadLog, match="not signed"):
        begin(signed(body, seed("thief")), CHECKS)


def test_a_signature_over_the_bare_body_is_none(alice: Holder) -> None:
    body = making.rotation(alice.state, public("alice", 2), None, 300)
    from tests.engine.keylog.support import SCHEME

    with pytest.raises(BadLog, match="not signed"):
        extend(alice.state, making.signed(body, [SCHEME.sign(seed("alice", 2), body)]), CHECKS)


# --- laws ---------------------------------------------------------------------------------------------

ACTS = st.lists(st.sampled_from(["rotate", "recover", "delegate", "withdraw", "revoke"]), max_size=6)


def lived(acts: list[str]) -> Holder:
    """An identity that does all of this, as far as the rules allow it."""
    holder, robot, at = Holder(), Holder("robot", delegator=Holder().id), 100
    for act in acts:
        at += 10
        try:
            if act in ("delegate", "withdraw"):
                holder.delegate(robot.id, ["a"], at) if act == "delegate" else holder.withdraw(robot.id, at)
            else:
                getattr(holder, act)(at)
        except BadLog:
            continue
    return holder


@given(ACTS)
def test_a_log_reads_back_as_it_was_written(acts: list[str]) -> None:
    holder = lived(acts)
    assert holder.check() == holder.state


@given(ACTS, st.data())
def test_no_event_can_be_left_out_doubled_or_moved(acts: list[str], data: st.DataObject) -> None:
    events = lived(acts).events
    order = data.draw(st.lists(st.integers(0, len(events) - 1), min_size=1, max_size=len(events) + 1))
    picked = [events[n] for n in order]
    if picked == events[: len(picked)]:
        check_log(picked, CHECKS)
        return
    with pytest.raises(BadLog):
        check_log(picked, CHECKS)


@settings(max_examples=60)
@given(st.sampled_from(["rotate", "recover", "revoke"]), st.integers(0), st.integers(0, 7))
def test_every_flipped_bit_is_found(act: str, place: int, bit: int) -> None:
    events = lived([act]).events
    index, place = place % 2, place // 2 % len(events[place % 2])
    flipped = bytearray(events[index])
    flipped[place] ^= 1 << bit
    log = [*events]
    log[index] = bytes(flipped)
    before = check_log(events, CHECKS)
    try:
        after: KeyState | None = check_log(log, CHECKS)
    except BadLog:
        after = None
    assert after is None or after.identity != before.identity


def test_a_log_with_real_signatures_is_checked_by_the_same_rules() -> None:
    scheme = Ed25519()
    keys = [scheme.public_key(seed("real", n)) for n in range(3)]
    body = making.inception("person", keys[0], commitment(keys[1]), 1)
    events = [making.signed(body, [scheme.sign(seed("real", 0), making.to_sign(body))])]
    checks = making.checks_with(scheme)
    body = making.rotation(begin(events[0], checks), keys[1], commitment(keys[2]), 2)
    events.append(making.signed(body, [scheme.sign(seed("real", 1), making.to_sign(body))]))
    assert check_log(events, checks).key == keys[1]
    wrong = making.signed(body, [scheme.sign(seed("real", 2), making.to_sign(body))])
    with pytest.raises(BadLog, match="not signed"):
        check_log([events[0], wrong], checks)
