"""Attacks on what votes approved: code that asks for what others were approved for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.base.errors import CapabilityDenied, InvalidInput
from engine.execution.cancellation import CancelToken
from engine.ports.capabilities import Surroundings
from engine.ports.grants import Capability, HttpCapability, KvCapability
from engine.ports.policy import Policy
from engine.sandbox.capabilities import OpenHost
from engine.sandbox.capabilities.approvals import held
from engine.testing.step_bench import ClosedCircuits
from tests.engine.sandbox.capabilities.bench import HOLDER, Bench

X, Y = HttpCapability(host="x.example"), HttpCapability(host="y.example")
ANYWHERE = HttpCapability(host="*", methods=("*",))
A, B, FLOW, NEW = "code-a", "code-b", "flow-version", "nobody-voted"
CEILINGS = {A: (X,), B: (Y,), "part-of-the-flow": (), FLOW: (Y,)}


@pytest.fixture
def bench() -> Bench:
    """The general ceilings allow a third host."""
    return Bench((HttpCapability(host="z.example"),))


def open_for(bench: Bench, *pieces: tuple[str, ...]) -> OpenHost:
    """The host for an attempt that runs these and asks for everything."""
    policy = replace(bench.policy, ceilings=CEILINGS)
    around = Surroundings(HOLDER, policy, ClosedCircuits(), CancelToken(), 5_000, pieces)
    return bench.host.open(around, [ANYWHERE])


def reached(host: OpenHost) -> set[str]:
    found = set()
    for name in "xyz":
        try:
            host.call("http", {"url": f"https://{name}.example/"})
        except CapabilityDenied:
            continue
        found.add(name)
    return found


def test_code_cannot_use_the_host_that_other_code_was_approved_for(bench: Bench) -> None:
    assert reached(open_for(bench, (A,))) == {"x"}
    assert reached(open_for(bench, (B,))) == {"y"}


def test_what_everybody_may_reach_is_not_added_to_what_was_approved(bench: Bench) -> None:
    assert reached(open_for(bench, (NEW,))) == {"z"}
    assert reached(open_for(bench, (A, FLOW))) == {"x", "y"}


def test_code_that_was_approved_as_part_of_a_flow_reaches_nothing_in_another(bench: Bench) -> None:
    assert reached(open_for(bench, ("part-of-the-flow", FLOW))) == {"y"}
    assert reached(open_for(bench, ("part-of-the-flow",))) == set()


def test_modules_that_share_a_host_cannot_borrow_from_each_other(bench: Bench) -> None:
    assert reached(open_for(bench, (A,), (B,))) == set()
    assert reached(open_for(bench, (A,), (A,))) == {"x"}


def test_without_code_nothing_is_reached(bench: Bench) -> None:
    assert reached(open_for(bench)) == set()


def test_a_refusal_says_that_the_code_must_be_proposed_anew(bench: Bench) -> None:
    with pytest.raises(CapabilityDenied, match="what was approved for it: propose it anew with"):
        open_for(bench, (A,)).call("http", {"url": "https://y.example/"})


def test_a_policy_without_votes_is_as_it_was() -> None:
    policy = Policy("acme", capabilities=(X,))
    assert held(policy, [(A,)]) is policy


def test_what_several_modules_may_reach_is_not_worked_out_without_end() -> None:
    many: tuple[Capability, ...] = tuple(KvCapability(prefix="a" * n) for n in range(1, 40))
    other: tuple[Capability, ...] = tuple(KvCapability(prefix="a" * n, uses_max=n) for n in range(1, 40))
    policy = Policy("acme", ceilings={A: many, B: other})
    with pytest.raises(InvalidInput, match="in steps of their own"):
        held(policy, [(A,), (B,)])
