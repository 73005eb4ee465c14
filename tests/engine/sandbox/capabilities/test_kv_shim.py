"""Values of a flow, from a guest's side."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.base.errors import CapabilityDenied, InvalidInput, PayloadTooLarge, StaleRevision
from engine.execution.cancellation import CancelToken
from engine.ports.capabilities import Surroundings
from engine.ports.grants import KvCapability
from engine.testing.step_bench import ClosedCircuits
from tests.engine.sandbox.capabilities.bench import HOLDER, Bench

ALL = KvCapability()


def test_a_value_is_kept_for_the_flow() -> None:
    bench = Bench((ALL,))
    with bench.open(ALL) as host:
        missing = {"found": False, "value": None, "revision": 0}
        assert host.call("kv", {"action": "get", "key": "k"}) == missing
        assert host.call("kv", {"action": "set", "key": "k", "value": {"n": [1, None]}}) == {"revision": 1}
        assert host.call("kv", {"action": "get", "key": "k"}) == {
            "found": True,
            "value": {"n": [1, None]},
            "revision": 1,
        }
        assert host.call("kv", {"action": "list"}) == {"keys": ["k"]}
        assert host.call("kv", {"action": "delete", "key": "k"}) == {"deleted": True}
        assert host.call("kv", {"action": "delete", "key": "k"}) == {"deleted": False}


def test_compare_and_set() -> None:
    bench = Bench((ALL,))
    with bench.open(ALL) as host:
        new = {"action": "set", "key": "k", "value": 1, "expected": 0}
        assert host.call("kv", new) == {"revision": 1}
        with pytest.raises(StaleRevision) as caught:
            host.call("kv", new)
        assert caught.value.details["revision"] == 1
        assert host.call("kv", {**new, "expected": 1}) == {"revision": 2}
        with pytest.raises(StaleRevision):
            host.call("kv", {"action": "delete", "key": "k", "expected": 1})


@pytest.mark.parametrize("change", [{"subnet": "elsewhere"}, {"flow": "other"}])
def test_other_flows_and_subnets_do_not_see_it(change: dict[str, str]) -> None:
    bench = Bench((ALL,))
    with bench.open(ALL) as host:
        host.call("kv", {"action": "set", "key": "k", "value": 1})
    holder = replace(HOLDER, **change)
    policy = replace(bench.policy, subnet=holder.subnet)
    around = Surroundings(holder, policy, ClosedCircuits(), CancelToken(), 1_000)
    with bench.host.open(around, [ALL]) as host:
        assert not host.call("kv", {"action": "get", "key": "k"})["found"]
        assert host.call("kv", {"action": "list"}) == {"keys": []}


def test_outside_the_token_nothing_is_done() -> None:
    bench = Bench((ALL,))
    with bench.open(KvCapability(actions=("get", "list", "set"), prefix="mine/", bytes_max=20)) as host:
        host.call("kv", {"action": "set", "key": "mine/a", "value": 1})
        for request in (
            {"action": "get", "key": "mine"},
            {"action": "get", "key": "yours/a"},
            {"action": "list"},
            {"action": "list", "key": "min"},
            {"action": "delete", "key": "mine/a"},
            {"action": "set", "key": "mine/a", "value": "x" * 20},
        ):
            with pytest.raises(CapabilityDenied):
                host.call("kv", request)
        assert host.call("kv", {"action": "list", "key": "mine/"}) == {"keys": ["mine/a"]}
    assert "x" * 20 not in str(bench.uses)


def test_sizes_are_bounded() -> None:
    bench = Bench((ALL,))
    with bench.open(ALL) as host:
        with pytest.raises(PayloadTooLarge):
            host.call("kv", {"action": "set", "key": "k", "value": "x" * 70_000})
        for key in ("", "k" * 513, "é" * 257, "a\x00", "\ud800"):
            with pytest.raises(InvalidInput):
                host.call("kv", {"action": "set", "key": key, "value": 1})


@pytest.mark.parametrize(
    "request_",
    [{}, {"action": "drop"}, {"action": "get", "key": 5}, {"action": "get", "key": "k", "flow": "other"}],
)
def test_what_is_no_request_is_refused(request_: dict[str, Any]) -> None:
    bench = Bench((ALL,))
    with bench.open(ALL) as host, pytest.raises(InvalidInput):
        host.call("kv", request_)


def test_a_value_that_cannot_be_kept_is_refused() -> None:
    bench = Bench((ALL,))
    with bench.open(ALL) as host, pytest.raises(InvalidInput):
        host.call("kv", {"action": "set", "key": "k", "value": object()})
