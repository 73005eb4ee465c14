"""REST: running the tests of flows."""

from __future__ import annotations

from tests.engine.web.conftest import GREETING

TESTED = {
    **GREETING,
    "tests": [
        {"name": "greets", "expect": {"contains": {"greet": {"main": [{"json": {}}]}}}},
        {"name": "wrong", "expect": {"outputs": {"greet": {"main": []}}}},
    ],
}


async def test_tests_are_run_and_told_with_what_they_cover(alice):
    await alice.post("/api/v1/flows", json=TESTED)
    answer = await alice.post("/api/v1/flows/greeting/tests")
    assert answer.status_code == 200, answer.text
    report = answer.json()
    assert (report["passed"], [case["passed"] for case in report["cases"]]) == (False, [True, False])
    [flaw] = report["cases"][1]["flaws"]
    assert (flaw["kind"], flaw["step"], flaw["port"]) == ("output", "greet", "main")
    assert report["coverage"]["percent"] == 100
    execution = (await alice.get(f"/api/v1/executions/{report['cases'][0]['executionId']}")).json()
    assert execution["status"] == "completed"
    last = (await alice.get("/api/v1/flows/greeting/tests")).json()["cases"]
    assert [(case["passed"], case["current"], case["versionNumber"]) for case in last] == [
        (True, True, 1),
        (False, True, 1),
    ]
    assert last[1]["flaws"] == report["cases"][1]["flaws"]


async def test_one_test_of_a_version_can_be_asked_for(alice):
    await alice.post("/api/v1/flows", json=TESTED)
    body = {"version": "1", "cases": ["greets"]}
    assert (await alice.post("/api/v1/flows/greeting/tests", json=body)).json()["passed"]
    body = {"cases": ["no such"]}
    assert (await alice.post("/api/v1/flows/greeting/tests", json=body)).status_code == 404


async def test_what_does_not_pass_is_not_published_over_rest_either(alice):
    await alice.post("/api/v1/flows", json={**TESTED, "settings": {"testsMustPass": True}})
    answer = await alice.post("/api/v1/flows/greeting/publish")
    assert answer.status_code == 400
    assert [problem["path"] for problem in answer.json()["problems"]] == ["tests[1]"]
