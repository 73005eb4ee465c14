"""Signed policies between nodes: what another node may bring, and what it may not."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.api import (
    InvalidInput,
    NetworkFailure,
    PermissionDenied,
    PolicyViolation,
    Principal,
    UnknownObject,
)
from engine.api.governing import (
    NotGenuine,
    PolicyDraft,
    chain_file,
    policy_body,
    policy_chain,
    policy_envelope,
    policy_in_force,
    policy_to_sign,
    read_chain_file,
    read_signed,
    sign_held,
    take_chain,
    validator_of,
)
from engine.identity.ed25519 import Ed25519
from engine.storage.policies import StoredPolicies
from engine.testing.memory_access import MemoryAccess
from engine.testing.memory_identities import OpenSealer
from engine.testing.steps import DictCatalogue
from engine.testing.world import fake_world
from engine.usecases.change_access import save_policy
from engine.usecases.identity_book import IdentityBook
from governance import following
from tests.governance.hall import Hall

ADMIN = Principal("root", "root", "acme", frozenset({"admin"}))
READER = Principal("reader", "reader", "acme", frozenset({"system:read", "flows:write"}))
DAY_MS = 86_400_000


class Follower:
    """Another node with the same subnet, and no DAO."""

    def __init__(self, hall: Hall) -> None:
        self.clock = hall.clock
        self.access = MemoryAccess()
        self.access.create_subnet("acme", "Acme", 1)
        self.access.create_subnet("other", "Other", 1)
        policies: Any = StoredPolicies(self.access, now_us=self.clock.now_us, checker=Ed25519())
        book = IdentityBook(self.access.identities, Ed25519(), OpenSealer(), self.clock)
        self.world = fake_world(
            DictCatalogue([]), self.clock, access=self.access, policies=policies, identities=book
        )

    def take(self, chain: list[bytes], who: Principal = ADMIN, cid: str = "") -> list[int]:
        return [one.version for one in take_chain(self.world, who, chain, cid)]

    @property
    def version(self) -> int:
        found = policy_in_force(self.world, "acme")
        return found.version if found else 0


@pytest.fixture
def follower(hall: Hall) -> Iterator[Follower]:
    made = Follower(hall)
    yield made
    made.world.worker.stop(1)


def chain(hall: Hall, after: int = 0) -> list[bytes]:
    return policy_chain(hall.world, hall.people["ann"], after=after)


def refused(reason: str, act: Any) -> None:
    with pytest.raises(NotGenuine) as caught:
        act()
    assert caught.value.details["reason"] == reason


def another_history(hall: Hall, prior: bytes | None = None, **changed: Any) -> bytes:
    """A policy that the hall's validator truly signed, and that the DAO never wrote down."""
    before = read_signed(prior) if prior else None
    identity, key = validator_of(hall.world, "acme")
    now_us = hall.clock.now_us()
    given = {
        "subnet": "acme", "dao": hall.id, "issued_us": now_us, "expires_us": now_us + DAY_MS * 1000,
        "keys": {key: identity}, "threshold": 1, "document": {"code": "any"}, "log": "",
    }  # fmt: skip
    body = policy_body(PolicyDraft(**{**given, **changed}), before)
    signature = sign_held(hall.world, identity, key, policy_to_sign(body))
    assert signature is not None
    return policy_envelope(body, {key: signature})


def test_a_chain_is_taken_in_and_enforced(hall: Hall, follower: Follower) -> None:
    template = hall.approved()
    (code,) = hall.dao.templates[template].object["codes"]
    assert follower.take(chain(hall)) == [1, 2]
    policy = follower.world.policy.of("acme")
    assert (policy.code, policy.approved) == ("approved-only", {code})
    hall.passed({"kind": "revoke", "title": "Gone", "target": template})
    assert follower.take(chain(hall, after=1)) == [3]
    assert follower.take(chain(hall)) == []
    follower.clock.advance_ms(1)
    assert code in follower.world.policy.of("acme").revoked
    with pytest.raises(PolicyViolation, match="decide on its policy"):
        save_policy(follower.world, ADMIN, {"code": "any"}, 1)


def test_the_first_policy_takes_an_administrator(hall: Hall, follower: Follower) -> None:
    with pytest.raises(PermissionDenied):
        follower.take(chain(hall), READER)
    assert follower.version == 0


def test_an_older_chain_is_a_rollback(hall: Hall, follower: Follower) -> None:
    hall.approved()
    follower.take(chain(hall))
    refused("rollback", lambda: follower.take(chain(hall)[:1]))


def test_versions_of_two_histories_are_not_mixed(hall: Hall, follower: Follower) -> None:
    hall.approved()
    follower.take(chain(hall))
    forged = another_history(hall, chain(hall)[0])
    refused("mixed", lambda: follower.take([chain(hall)[0], forged]))
    refused("mixed", lambda: follower.take([forged, another_history(hall, forged)]))
    third = another_history(hall, forged)
    refused("mixed", lambda: follower.take([third]))
    assert follower.version == 2


def test_a_chain_with_a_hole_is_refused_whole(hall: Hall, follower: Follower) -> None:
    hall.approved("a", "return 1")
    hall.approved("b", "return 2")
    whole = chain(hall)
    refused("gap", lambda: follower.take([whole[0], whole[2]]))
    refused("gap", lambda: follower.take(whole[1:]))
    assert follower.version == 0


def test_policies_that_others_signed_are_refused(hall: Hall, follower: Follower) -> None:
    follower.take(chain(hall))
    good = another_history(hall, chain(hall)[0])
    signed = read_signed(good)
    refused("threshold", lambda: follower.take([policy_envelope(signed.body, {})]))
    wrong = {key: bytes(64) for key in signed.signatures}
    refused("threshold", lambda: follower.take([policy_envelope(signed.body, wrong)]))
    elsewhere = another_history(hall, chain(hall)[0], subnet="other")
    refused("other", lambda: follower.take([elsewhere]))
    refused("other", lambda: follower.take([another_history(hall, chain(hall)[0], dao="bafyother")]))


def test_who_keeps_newer_versions_back_stops_the_code_when_the_old_one_ends(
    hall: Hall, follower: Follower
) -> None:
    """A freeze: the node gets nothing new, and then runs nothing; and takes no policy that has ended."""
    old = chain(hall)
    follower.take(old)
    ends_us = read_signed(old[0]).expires_us
    follower.clock.advance_ms((ends_us - follower.clock.now_us()) / 1000)
    assert follower.take(old) == []
    assert follower.world.policy.of("acme").expired
    late = Follower(hall)
    refused("expired", lambda: late.take(old))
    late.world.worker.stop(1)


def test_versions_in_between_may_have_ended(hall: Hall, follower: Follower) -> None:
    first = chain(hall)[0]
    ends_us = read_signed(first).expires_us
    hall.wait((ends_us - hall.clock.now_us()) / 1e6 - 10)
    follower.clock.advance_ms(11_000)
    newest = chain(hall)
    assert len(newest) == 2
    assert follower.take(newest) == [1, 2]
    assert not follower.world.policy.of("acme").expired


def test_a_chain_ends_with_the_version_whose_cid_was_named(hall: Hall, follower: Follower) -> None:
    hall.approved()
    first, second = chain(hall)
    named = read_signed(first).cid
    refused("mixed", lambda: follower.take([first, second], cid=named))
    assert policy_chain(hall.world, hall.people["ann"], named) == [first]
    assert follower.take([first], cid=named) == [1]
    with pytest.raises(UnknownObject):
        policy_chain(hall.world, hall.people["ann"], "bafynone")


def test_a_file_holds_a_chain_and_nothing_else(hall: Hall) -> None:
    assert read_chain_file(chain_file(chain(hall))) == chain(hall)
    for data in (b"", b"\xa0", chain_file([])[:-1], b'{"form": 1}'):
        with pytest.raises(InvalidInput):
            read_chain_file(data)
    with pytest.raises(InvalidInput, match="1 to"):
        take_chain(hall.world, hall.people["ann"], [])


# --- pulling ----------------------------------------------------------------------------------------


class Node:
    """The REST doors of another node, as far as policies go."""

    url = "https://node.example"

    def __init__(self, hall: Hall) -> None:
        self.hall, self.asked, self.fault = hall, [], ""  # type: ignore[var-annotated]

    def get(self, path: str, after: int) -> Any:
        self.asked.append((path, after))
        if self.fault:
            raise NetworkFailure(self.fault)
        return {"policies": [b64encode(one).decode() for one in chain(self.hall, after)]}


def test_a_node_pulls_what_is_new_and_asks_for_no_more(
    hall: Hall, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    node: Any = Node(hall)
    source = following.Source.model_validate({"url": node.url, "token": "secret"})
    monkeypatch.setattr(following, "Elsewhere", lambda url, token: node)
    assert following.pull(follower.world, "acme", source) == []
    assert node.asked == []  # nobody said which DAO it is
    following.fetch_policies(follower.world, ADMIN, node)
    hall.approved()
    assert [one.version for one in following.pull(follower.world, "acme", source)] == [2]
    assert following.pull(follower.world, "acme", source) == []
    path = "/dao/acme/policy/chain"
    assert node.asked == [(path, 0), (path, 0), (path, 1)]
    node.fault = "cannot reach it"
    assert following.pull(follower.world, "acme", source) == []
    assert follower.version == 2


def test_an_answer_that_is_none_is_said_to_be_none(hall: Hall, follower: Follower) -> None:
    node: Any = Node(hall)
    for answer in ({}, {"policies": ["%"]}, {"policies": 3}):
        node.get = lambda path, after, answer=answer: answer
        with pytest.raises(InvalidInput, match="does not give signed policies"):
            following.fetch_policies(follower.world, ADMIN, node)


def test_the_file_of_sources_is_read_without_telling_tokens(tmp_path: Path) -> None:
    place = tmp_path / "sources.json"
    assert following.sources(None) == {}
    with pytest.raises(InvalidInput, match="cannot be read"):
        following.sources(place)
    place.write_text(json.dumps({"sources": {"acme": {"url": "https://a", "token": "s3cret", "x": 1}}}))
    with pytest.raises(InvalidInput, match="not valid") as caught:
        following.sources(place)
    assert "s3cret" not in str(caught.value) + repr(caught.value.problems)
    place.write_text(json.dumps({"sources": {"acme": {"url": "https://a", "token": "s3cret"}}}))
    found = following.sources(place)["acme"]
    assert (found.every_seconds, found.token.get_secret_value()) == (15, "s3cret")
    assert "s3cret" not in repr(found)


def test_a_pull_is_due_after_its_time_and_never_twice_at_once(
    hall: Hall, follower: Follower, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = following.Following()
    place = tmp_path / "sources.json"
    place.write_text(json.dumps({"sources": {"acme": {"url": "https://a", "token": "t", "everySeconds": 5}}}))
    monkeypatch.setattr(following, "current", lambda: type("S", (), {"dao_sources": place}))
    assert set(made._due(follower.world)) == {"acme"}
    assert made._due(follower.world) == {}
    follower.clock.advance_ms(5_000)
    assert set(made._due(follower.world)) == {"acme"}
    pulled: list[str] = []
    monkeypatch.setattr(following, "pull", lambda world, subnet, source: pulled.append(subnet))
    made._busy.acquire()
    follower.clock.advance_ms(5_000)
    made.sweep(follower.world)
    assert pulled == []
    made._pull(follower.world, following.sources(place))
    assert pulled == ["acme"]
    assert made._busy.acquire(blocking=False)
