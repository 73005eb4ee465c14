"""Tests of trigger.webhook."""

from __future__ import annotations

import pytest

from engine.base.errors import InvalidInput
from engine.testing.step_bench import StepBench, items_of


def registration(**parameters):
    bench = StepBench("trigger.webhook", parameters)
    return bench.kind.registration(bench.step)


def test_it_registers_path_methods_and_how_to_answer():
    found = registration(path="/orders/:id/", methods=["post", "PUT", "POST"], responseMode="lastStep")
    assert (found.kind, found.step, found.key) == ("webhook", "step", "orders/:id")
    assert found.spec == {
        "methods": ["POST", "PUT"],
        "responseMode": "lastStep",
        "responseStatus": 200,
        "responseHeaders": {},
        "responseData": "firstItem",
        "rawBody": False,
    }


def test_one_method_may_stand_alone():
    assert registration(path="a", methods="get").spec["methods"] == ["GET"]


def test_post_is_the_default_method():
    assert registration(path="a").spec["methods"] == ["POST"]


@pytest.mark.parametrize("path", ["", "/", "a//b", "a/../b", ".", "a b", "a/:", "a/:1", ":x/:x", "a?b", "ä"])
def test_a_path_that_no_url_can_have_is_refused(path):
    with pytest.raises(InvalidInput):
        registration(path=path)


@pytest.mark.parametrize("path", ["a", "a/b.c", "a-b_c~d", ":x", "a/:x/b/:y", "9f0c-44"])
def test_plain_paths_and_parameters_are_accepted(path):
    assert registration(path=path).key == path


@pytest.mark.parametrize("headers", [{"x": "a\r\nset-cookie: b"}, {"x y": "a"}, {"": "a"}])
def test_headers_that_would_smuggle_are_refused(headers):
    with pytest.raises(InvalidInput):
        registration(path="a", responseHeaders=headers)


@pytest.mark.parametrize(
    "wrong", [{"methods": []}, {"methods": ["BREW"]}, {"responseMode": "later"}, {"responseStatus": 99}]
)
def test_other_wrong_parameters_are_refused(wrong):
    with pytest.raises(InvalidInput):
        registration(path="a", **wrong)


def test_it_passes_the_request_on():
    given = items_of({"body": {}, "method": "POST"})
    assert StepBench("trigger.webhook", {"path": "a"}).run(given).outputs == {"main": given}


@pytest.mark.parametrize(("method", "port"), [("GET", "get"), ("HEAD", "get"), ("PUT", "put")])
def test_a_call_leaves_by_the_output_of_its_method(method, port):
    bench = StepBench("trigger.webhook", {"path": "a", "methods": ["GET", "PUT"], "outputsByMethod": True})
    assert bench.kind.ports_out(bench.step.parameters) == ("get", "put")
    assert list(bench.run(items_of({"method": method})).outputs) == [port]


def test_rules_for_callers_are_registered():
    rule = {"scheme": "jwt", "secrets": ["a"], "algorithm": "HS512"}
    spec = registration(path="a", authenticate=rule, ignoreBots=True).spec
    assert (spec["authenticate"]["algorithm"], spec["ignoreBots"]) == ("HS512", True)


@pytest.mark.parametrize("rule", [{"scheme": "basic"}, {"scheme": "jwt", "secrets": []}, {"scheme": "none"}])
def test_a_rule_that_would_let_everybody_in_is_refused(rule):
    with pytest.raises(InvalidInput):
        registration(path="a", authenticate=rule)
