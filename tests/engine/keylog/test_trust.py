"""Who answers for a signature, and how a fork is found."""

from __future__ import annotations

import pytest

from engine.keylog import making
from engine.keylog.form import BadLog, commitment
from engine.keylog.trust import DEPTH_MAX, Fork, NotTrusted, check_signer, find_fork
from tests.engine.keylog.support import CHECKS, Holder, public, seed, signed

SIGN = "steps:sign"


def states(*holders: Holder) -> dict[str, object]:
    return {holder.id: holder.check() for holder in holders}


@pytest.fixture
def node() -> Holder:
    return Holder("node", subject="node")


@pytest.fixture
def robot(node: Holder) -> Holder:
    """A part of the node that signs steps from 200 to 900."""
    robot = Holder("robot", 150, subject="role", delegator=node.id)
    node.delegate(robot.id, [SIGN], 200, until=900)
    return robot


def check(at: int, *holders: Holder, scope: str = SIGN, number: int = 0) -> str:
    return check_signer(states(*holders), holders[0].id, public(holders[0].name, number), at, scope)


def test_an_identity_that_stands_by_itself_answers_for_its_key(node: Holder) -> None:
    assert check(100, node, scope="anything") == node.id


def test_whoever_delegates_answers_for_the_sub_identity(node: Holder, robot: Holder) -> None:
    assert check(200, robot, node) == node.id


def test_a_rotated_out_key_signs_nothing_new_and_what_it_signed_stays(node: Holder) -> None:
    node.rotate(300)
    assert check(299, node) == node.id
    with pytest.raises(NotTrusted, match="not in force"):
        check(300, node)
    with pytest.raises(NotTrusted, match="not in force"):
        check(299, node, number=1)
    assert check(300, node, number=1) == node.id


@pytest.mark.parametrize(
    ("at", "scope", "why"),
    [
        (199, SIGN, "does not delegate"),
        (900, SIGN, "does not delegate"),
        (500, "flows:write", "not delegated the scope"),
        (100, SIGN, "not in force"),
    ],
)
def test_a_sub_identity_signs_only_in_its_time_and_scope(
    node: Holder, robot: Holder, at: int, scope: str, why: str
) -> None:
    with pytest.raises(NotTrusted, match=why):
        check(at, robot, node, scope=scope)


def test_a_withdrawn_sub_identity_signs_no_more(node: Holder, robot: Holder) -> None:
    node.withdraw(robot.id, 400)
    assert check(399, robot, node) == node.id
    with pytest.raises(NotTrusted, match="does not delegate"):
        check(400, robot, node)


def test_with_the_identity_above_its_sub_identities_end(node: Holder, robot: Holder) -> None:
    node.revoke(400)
    assert check(399, robot, node) == node.id
    with pytest.raises(NotTrusted, match="not in force"):
        check(400, robot, node)


def test_a_sub_identity_gives_on_no_more_than_it_has(node: Holder, robot: Holder) -> None:
    helper = Holder("helper", 210, subject="role", delegator=robot.id)
    robot.delegate(helper.id, ["*"], 220)
    assert check(300, helper, robot, node) == node.id
    with pytest.raises(NotTrusted, match="not delegated"):
        check(300, helper, robot, node, scope="flows:write")


def test_a_sub_identity_that_nobody_delegated_to_signs_nothing(node: Holder) -> None:
    stranger = Holder("stranger", subject="role", delegator=node.id)
    with pytest.raises(NotTrusted, match="does not delegate"):
        check(500, stranger, node)


def test_a_missing_log_is_named(node: Holder, robot: Holder) -> None:
    with pytest.raises(NotTrusted, match=f"log of identity {node.id} is missing"):
        check(500, robot)
    with pytest.raises(NotTrusted, match="is missing"):
        check_signer({}, node.id, public("node"), 500, SIGN)


def test_a_key_of_nobody_and_a_revoked_identity_are_told_apart(node: Holder) -> None:
    node.revoke(300)
    with pytest.raises(NotTrusted, match="none of identity"):
        check(200, node, number=7)
    with pytest.raises(NotTrusted, match="was revoked"):
        check(300, node)


def test_delegations_are_followed_only_so_deep() -> None:
    chain = [Holder("0")]
    for number in range(1, DEPTH_MAX + 1):
        chain.append(Holder(str(number), delegator=chain[-1].id))
        chain[-2].delegate(chain[-1].id, ["*"], 100)
    assert check(200, *reversed(chain[:DEPTH_MAX])) == chain[0].id
    with pytest.raises(NotTrusted, match="more than"):
        check(200, *reversed(chain))


class TestForks:
    """Who signs two events for one place is found out by anybody who sees both."""

    def test_a_copy_that_is_longer_is_no_fork(self, node: Holder) -> None:
        before = list(node.events)
        node.rotate(300)
        assert find_fork(before, node.events, CHECKS) is None
        assert find_fork(node.events, before, CHECKS) is None

    def test_two_signed_events_for_one_place_are_a_fork(self, node: Holder) -> None:
        before, state = list(node.events), node.state
        node.rotate(300)
        other = making.rotation(state, public("node", 1), commitment(public("elsewhere")), 300)
        twin = [*before, signed(other, seed("node", 1))]
        assert find_fork(node.events, twin, CHECKS) == Fork(node.id, 1, node.events[1], twin[1])

    def test_nobody_is_accused_by_a_forgery(self, node: Holder) -> None:
        before, state = list(node.events), node.state
        node.rotate(300)
        forged = signed(making.rotation(state, public("thief"), None, 300), seed("thief"))
        with pytest.raises(BadLog):
            find_fork(node.events, [*before, forged], CHECKS)

    def test_logs_of_two_identities_are_not_compared(self, node: Holder) -> None:
        with pytest.raises(BadLog, match="another identity"):
            find_fork(node.events, Holder("other").events, CHECKS)
