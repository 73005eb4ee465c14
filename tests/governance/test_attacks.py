"""Attacks on votes, approvals and policies: each is refused, with its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from engine.api import InvalidInput, PermissionDenied, PolicyViolation, QflowError, WrongState
from engine.api.governing import (
    NotGenuine,
    PolicyDraft,
    adopt_policy,
    check_statement,
    policy_body,
    policy_envelope,
    policy_in_force,
    policy_to_sign,
    read_signed,
    sign_statement,
    signed_policies,
)
from engine.ports.policy import Policy
from engine.usecases.held_identities import Wanted, delegate_held, make_held
from engine.validation.code_gate import check_code
from governance import desk, evidence
from governance import house as house_
from governance.domain import commands as c
from governance.domain.ballot import Ballot, SignedBallot
from governance.domain.log import SignedEntry
from governance.domain.state import Proposal
from governance.store import logs
from tests.governance.domain.support import CAST, House, approve, member
from tests.governance.hall import Hall


def signed(hall: Hall, made: Proposal, who: str, **changed: Any) -> SignedBallot:
    """A ballot of somebody, with something else in it, truly signed."""
    person = hall.people[who]
    fields = {
        "dao": hall.id,
        "proposal": made.cid,
        "voter": person.identity,
        "choice": (("yes", 1),),
        "weight": 1,
        "nonce": hall.world.entropy.bytes(16).hex(),
        "expires_us": hall.clock.now_us() + 3_600_000_000,
    }
    ballot = Ballot(**{**fields, **changed})
    mark = sign_statement(hall.world, person, ballot.to_sign())
    return SignedBallot(ballot, mark.identity, mark.key, mark.signature)


def cast(hall: Hall, made: Proposal, ballot: SignedBallot, who: str = "ann") -> Callable[[], object]:
    """The act of casting a ballot."""
    return lambda: desk.cast(hall.world, hall.people[who], made.id, ballot)


def refused(kind: type[QflowError], reason: str, act: Callable[[], object]) -> None:
    with pytest.raises(kind, match=reason):
        act()


def test_a_replayed_ballot_is_refused_so_that_nobody_turns_a_vote_back(hall: Hall) -> None:
    made = hall.opened(approve())
    first = signed(hall, made, "ann")
    desk.cast(hall.world, hall.people["zed"], made.id, first)
    hall.vote(made.id, ann="no")
    refused(WrongState, "cast before", cast(hall, made, first, "zed"))
    assert made.ballots[hall.people["ann"].identity].ballot.choice == (("no", 1),)


def test_a_second_vote_takes_the_place_of_the_first(hall: Hall) -> None:
    made = hall.opened(approve())
    hall.vote(made.id, ann="yes")
    hall.vote(made.id, ann="yes")
    hall.wait(101)
    assert made.counted is not None
    assert made.counted.count["totals"]["yes"] == 1


def test_a_vote_after_the_close_is_refused(hall: Hall) -> None:
    made = hall.opened(approve())
    late = signed(hall, made, "ann")
    hall.clock.advance_ms(100_000)
    refused(WrongState, "not open", cast(hall, made, late))


def test_a_vote_by_somebody_else_is_refused(hall: Hall) -> None:
    made = hall.opened(approve())
    stranger = signed(hall, made, "zed")
    refused(PermissionDenied, "no member", cast(hall, made, stranger, "zed"))
    ann = hall.people["ann"].identity
    forged = signed(hall, made, "zed", voter=ann)
    refused(
        PermissionDenied,
        "does not sign for",
        cast(hall, made, forged, "zed"),
    )
    borrowed = replace(forged, signer=ann)
    with pytest.raises(PermissionDenied, match="does not count"):
        desk.cast(hall.world, hall.people["zed"], made.id, borrowed)


@pytest.mark.parametrize("changed", [{"choice": (("no", 1),)}, {"weight": 2}, {"nonce": "n" * 32}])
def test_a_ballot_that_was_changed_after_it_was_signed_is_refused(hall: Hall, changed: Any) -> None:
    made = hall.opened(approve())
    true = signed(hall, made, "ann")
    false = replace(true, ballot=replace(true.ballot, **changed))
    refused(PermissionDenied, "not the key's", cast(hall, made, false))


def test_nobody_gives_themselves_more_weight(hall: Hall) -> None:
    made = hall.opened(approve())
    heavy = signed(hall, made, "ann", weight=1000)
    refused(InvalidInput, "the voter's is 1", cast(hall, made, heavy))


def test_a_ballot_for_another_dao_or_proposal_is_refused(hall: Hall) -> None:
    made = hall.opened(approve())
    other = signed(hall, made, "ann", dao="bafyreiotherdao")
    refused(NotGenuine, "another DAO", cast(hall, made, other))
    second = hall.opened(approve("other"), "cem")
    moved = signed(hall, second, "ann")
    refused(NotGenuine, "another proposal", cast(hall, made, moved))


def test_an_expired_ballot_is_refused(hall: Hall) -> None:
    made = hall.opened(approve())
    old = signed(hall, made, "ann", expires_us=hall.clock.now_us())
    refused(InvalidInput, "expired", cast(hall, made, old))


def test_a_signature_of_another_kind_is_no_vote(hall: Hall) -> None:
    """The bytes of the statement without what stands before it."""
    made = hall.opened(approve())
    true = signed(hall, made, "ann")
    bare = sign_statement(hall.world, hall.people["ann"], true.ballot.statement())
    false = replace(true, signature=bare.signature)
    refused(PermissionDenied, "not the key's", cast(hall, made, false))


def test_a_rotated_key_votes_and_the_old_one_does_not(hall: Hall) -> None:
    from engine.usecases.held_identities import rotate_held

    made = hall.opened(approve())
    before = signed(hall, made, "ann")
    rotate_held(hall.book, hall.entropy, hall.people["ann"].identity)
    hall.clock.advance_ms(2_000)
    with pytest.raises(PermissionDenied, match="not in force"):
        desk.cast(hall.world, hall.people["ann"], made.id, before)
    hall.vote(made.id, ann="yes")


def test_code_that_was_swapped_after_its_approval_does_not_run(hall: Hall) -> None:
    """The loader hashes what it is about to run; a name or an address approves nothing."""
    hall.approved(source="return items")
    hall.clock.advance_ms(200)
    from engine.api.governing import RAW, cid_of_bytes

    policy: Policy = hall.policies.of("acme")
    check_code(cid_of_bytes(b"return items", RAW), policy)
    with pytest.raises(PolicyViolation, match="not approved"):
        check_code(cid_of_bytes(b"return items ", RAW), policy)


def test_a_proposal_that_changes_while_it_is_reviewed_is_another_one(hall: Hall) -> None:
    ann, world = hall.people["ann"], hall.world
    id = desk.propose(world, ann, approve())
    desk.submit(world, ann, id)
    read = hall.proposal(id).cid
    desk.propose(world, ann, approve(source="return steal(items)"), id)
    desk.submit(world, ann, id)
    with pytest.raises(QflowError, match="changed meanwhile"):
        desk.review(world, hall.people["bob"], id, read, True)


def test_a_rolled_back_policy_is_refused(hall: Hall) -> None:
    before = signed_policies(hall.world, hall.people["ann"])[0]
    cid = hall.approved()
    hall.passed({"kind": "revoke", "title": "It leaks", "target": cid})
    for old in (before, *signed_policies(hall.world, hall.people["ann"])[:-1]):
        refused(NotGenuine, "is in force", lambda old=old: adopt_policy(hall.world, hall.people["ann"], old))


def test_a_policy_that_too_few_signed_is_refused(hall: Hall) -> None:
    now = hall.clock.now_us()
    known = policy_in_force(hall.world, "acme")
    assert known is not None
    ann = hall.people["ann"]
    key = sign_statement(hall.world, ann, b"").key
    draft = PolicyDraft("acme", hall.id, now, now + 10**12, {key: ann.identity}, 1, {"code": "any"}, "head")
    body = policy_body(draft, known)
    mark = sign_statement(hall.world, ann, policy_to_sign(body))
    forged = policy_envelope(body, {key: mark.signature})
    refused(NotGenuine, "fewer than 1 of the validators", lambda: adopt_policy(hall.world, ann, forged))
    borrowed = policy_envelope(body, {key: mark.signature, **known.signatures})
    refused(NotGenuine, "fewer than 1 of the validators", lambda: adopt_policy(hall.world, ann, borrowed))


def test_a_policy_of_another_subnet_is_refused(hall: Hall) -> None:
    envelope = signed_policies(hall.world, hall.people["ann"])[0]
    mallory = hall.person("mallory", "other")
    refused(InvalidInput, "for subnet 'acme'", lambda: adopt_policy(hall.world, mallory, envelope))


def test_a_policy_that_was_changed_in_the_database_lets_nothing_run(hall: Hall) -> None:
    from engine.base.canonical import encode
    from engine.base.errors import CorruptData

    hall.access._policies["acme"][-1] = encode({"code": "any"})
    hall.policies._parsed.clear()
    hall.clock.advance_ms(200)
    refused(CorruptData, "was changed", lambda: hall.policies.of("acme"))


def test_a_circle_of_delegates_is_refused(hall: Hall) -> None:
    until = hall.clock.now_us() + 10**10
    ids = {name: person.identity for name, person in hall.people.items()}
    desk.delegate(hall.world, hall.people["ann"], ids["bob"], "*", until)
    desk.delegate(hall.world, hall.people["bob"], ids["cem"], "templates", until)
    refused(
        InvalidInput,
        "a circle",
        lambda: desk.delegate(hall.world, hall.people["cem"], ids["ann"], "templates", until),
    )


def test_quadratic_voting_is_refused_where_one_person_may_be_many(hall: Hall) -> None:
    wish = {
        "kind": "choose",
        "title": "Which?",
        "method": "quadratic",
        "templates": [approve("a")["template"], approve("b")["template"]],
    }
    refused(InvalidInput, "gain by splitting", lambda: desk.propose(hall.world, hall.people["ann"], wish))


def test_a_person_is_no_member_twice() -> None:
    house = House([*CAST, member("eve", proof="person-7")])
    twice = {"add": member("eva", proof="person-7")}
    wish = {"kind": "membership", "title": "Eva", "change": twice}
    refused(InvalidInput, "a member already", lambda: house.draft(wish))


def test_whoever_is_of_another_subnet_sees_and_does_nothing(hall: Hall) -> None:
    mallory = hall.person("mallory", "other")
    refused(QflowError, "has no DAO", lambda: desk.propose(hall.world, mallory, approve()))
    refused(QflowError, "has no DAO", lambda: desk.look(hall.world, mallory, lambda dao: dao.name))


def test_a_token_without_the_scope_does_not_vote(hall: Hall) -> None:
    made = hall.opened(approve())
    reader = replace(hall.people["ann"], scopes=frozenset({"flows:read"}))
    refused(PermissionDenied, "dao.vote", lambda: desk.vote_held(hall.world, reader, made.id, (("yes", 1),)))


def test_a_log_that_was_changed_is_found_out(hall: Hall) -> None:
    made = hall.passed(approve())
    store: Any = logs()
    entries = store.entries(hall.id)
    changed = [*entries]
    place = next(n for n, one in enumerate(entries) if b"vote.cast" in one.content)
    changed[place] = replace(entries[place], content=entries[place].content.replace(b"yes", b"no\x00"))
    report = verified(hall, changed, made.id)
    assert not report["valid"]
    left_out = entries[:place] + entries[place + 1 :]
    assert not verified(hall, left_out, made.id)["valid"]


def test_a_ballot_that_the_node_made_up_is_found_out(hall: Hall) -> None:
    """A node that writes its own log cannot vote for anybody: the voter's key did not sign."""
    made = hall.opened(approve())
    true = signed(hall, made, "ann")
    false = replace(true, signature=bytes(64))
    with house_.reading(hall.world, "acme") as dao:
        house_.perform(hall.world, dao, c.Vote("node", made.id, false))
    report = evidence.verify_proposal(hall.world, hall.people["bob"], made.id)
    assert not report["valid"]
    assert "the ballot of" in report["problems"][0]


def test_whoever_writes_a_log_on_is_named(hall: Hall) -> None:
    """A log says not which nodes may write it: who checks it sees whose they are."""
    made = hall.opened(approve())
    entries = list(logs().entries(hall.id))
    assert verified(hall, entries, made.id)["signers"] == [entries[0].signer]
    zed = hall.book.signer(hall.people["zed"].identity, hall.clock.now_us())
    stranger = replace(
        entries[-1], signer=zed.identity, key=zed.key, signature=zed.sign(entries[-1].to_sign())
    )
    report = verified(hall, [*entries[:-1], stranger], made.id)
    assert report["signers"] == [entries[0].signer, zed.identity]


def verified(hall: Hall, entries: list[SignedEntry], proposal: str) -> dict[str, Any]:
    from engine.api.governing import log_verifier
    from governance.domain.verifying import verify_tally

    identities = evidence._logs(hall.world, logs().entries(hall.id))
    try:
        return verify_tally(entries, log_verifier(identities), proposal).plain()
    except QflowError as error:
        return {"valid": False, "problems": [str(error)]}


def test_the_check_of_statements_knows_who_may_sign_for_whom(hall: Hall) -> None:
    ann, bob = hall.people["ann"], hall.people["bob"]
    mark = sign_statement(hall.world, ann, b"data")
    check_statement(hall.world, ann.identity, mark, b"data")
    refused(
        PermissionDenied,
        "does not sign for",
        lambda: check_statement(hall.world, bob.identity, mark, b"data"),
    )
    assert read_signed(signed_policies(hall.world, ann)[0]).dao == hall.id


def browser(hall: Hall, scopes: list[str]) -> SignedBallot:
    """A ballot of Ann on the vote that is open, signed by a sub-identity that she lets act."""
    ann = hall.people["ann"].identity
    wanted = Wanted("acme", "person", "browser", delegator=ann, since_us=hall.clock.now_us())
    sub = make_held(hall.book, hall.entropy, wanted)
    assert sub is not None
    delegate_held(hall.book, ann, sub.id, scopes, None, hall.clock.now_us())
    (made,) = hall.dao.proposals.values()
    ballot = signed(hall, made, "ann").ballot
    signer = hall.book.signer(sub.id, hall.clock.now_us())
    return SignedBallot(ballot, sub.id, signer.key, signer.sign(ballot.to_sign()))


@pytest.mark.parametrize("scopes", [["dao:vote"], ["*"]])
def test_a_further_browser_votes_for_its_person(hall: Hall, scopes: list[str]) -> None:
    made = hall.opened(approve())
    cast(hall, made, browser(hall, scopes))()
    assert list(made.ballots) == [hall.people["ann"].identity]
    assert evidence.verify_proposal(hall.world, hall.people["bob"], made.id)["problems"] == []


def test_a_sub_identity_that_may_do_other_things_does_not_vote(hall: Hall) -> None:
    made = hall.opened(approve())
    refused(PermissionDenied, "not delegated the scope", cast(hall, made, browser(hall, ["flows:write"])))
