"""The editor's doors on a real node: load, check, save, meet somebody else's save, and attacks."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.designer.test_pages import PASSWORD, STRANGER, Browser
from tests.faults.node import ROOT, NodeProcess

pytestmark = pytest.mark.slow

STEPS: list[dict[str, Any]] = [
    {"id": "begin", "type": "trigger.manual", "position": [0, 0], "next": {"main": "which"}},
    {
        "id": "which",
        "type": "logic.switch",
        "params": {"rules": [{"output": "big", "value": "$json.n", "operator": "gt", "other": 9}]},
        "next": {},
    },
    {
        "id": "read",
        "type": "code.javascript",
        "params": {"code": "1", "capabilities": [{"operation": "http", "host": "api.example.com"}]},
        "next": {},
    },
]


class Scripts:
    """Asks as the editor's scripts do: JSON, with the page's token."""

    def __init__(self, browser: Browser) -> None:
        self.http = browser.http
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get("/flows/new").text)
        assert found is not None
        self.token = found[1]

    def send(self, method: str, path: str, body: Any, token: str | None = None) -> httpx.Response:
        headers = {"X-CSRFToken": self.token if token is None else token}
        return self.http.request(method, path, json=body, headers=headers)


@pytest.fixture(scope="module")
def ada(node: NodeProcess) -> Iterator[Scripts]:
    browser = Browser(node.url)
    browser.submit("/set-up", "/set-up", username="ada", password=PASSWORD)
    yield Scripts(browser)
    browser.http.close()


def created(ada: Scripts, name: str) -> Any:
    answer = ada.send("POST", "/flows/new", {"definition": {"name": name, "steps": STEPS}})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_new_flow_gets_a_free_id_of_its_name_and_tells_how_its_steps_look(ada):
    first, second = created(ada, "Größe & more"), created(ada, "Größe & more")
    assert (first["id"], second["id"]) == ("gr-e-more", "gr-e-more-2")
    loaded = ada.http.get("/flows/gr-e-more/document").json()
    assert [step["id"] for step in loaded["definition"]["steps"]] == ["begin", "which", "read"]
    assert loaded["looks"]["begin"]["inputs"] == []
    assert loaded["looks"]["read"]["capabilities"] == ["http api.example.com"]
    assert loaded["looks"]["read"]["effect"] == "read"
    assert "otherwise" in loaded["looks"]["which"]["outputs"]


def test_an_incomplete_draft_is_kept_and_its_problems_are_told(ada):
    made = created(ada, "unfinished")
    definition = {**made["definition"], "steps": [*STEPS, {"id": "call", "type": "http.request", "next": {}}]}
    checked = ada.send("POST", "/flows/check", {"definition": definition}).json()
    assert ("steps[3].params.url", "missing") in [(one["path"], one["code"]) for one in checked["problems"]]
    assert checked["looks"]["call"]["outputs"] == ["main"]
    saved = ada.send(
        "PUT", "/flows/unfinished/document", {"definition": definition, "revision": made["revision"]}
    )
    assert saved.status_code == 200
    assert len(saved.json()["definition"]["steps"]) == 4


def test_a_save_on_an_old_revision_gets_the_other_version_and_overwrites_nothing(ada):
    made = created(ada, "contested")
    path = "/flows/contested/document"
    mine = {"definition": {**made["definition"], "description": "mine"}, "revision": made["revision"]}
    theirs = {"definition": {**made["definition"], "description": "theirs"}, "revision": made["revision"]}
    assert ada.send("PUT", path, theirs).status_code == 200
    refused = ada.send("PUT", path, mine)
    assert refused.status_code == 409
    assert refused.json()["theirs"]["definition"]["description"] == "theirs"
    assert ada.http.get(path).json()["definition"]["description"] == "theirs"


def test_step_types_come_with_ports_effect_and_schema_and_once_only(ada):
    answer = ada.http.get("/step-types.json")
    types = {one["type"]: one for one in answer.json()}
    assert types["logic.condition"]["outputs"] == ["true", "false"]
    assert types["http.request"]["effect"] == "write"
    assert "url" in types["http.request"]["schema"]["properties"]
    again = ada.http.get("/step-types.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_steps_of_an_n8n_workflow_are_read_and_nothing_is_stored(ada):
    trigger = {"name": "A", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1, "parameters": {}}
    unknown = {"name": "B", "type": "n8n-nodes-base.nowhere", "typeVersion": 1, "parameters": {}}
    text = json.dumps({"id": "fromn8n", "name": "W", "nodes": [trigger, unknown], "connections": {}})
    (flow,) = ada.send("POST", "/flows/pasted", {"text": text}).json()["flows"]
    assert (flow["nodes"], flow["runnable"]) == (2, 1)
    assert [issue["node"] for issue in flow["issues"]] == ["B"]
    assert ada.http.get("/flows/fromn8n/document").status_code == 404
    assert ada.send("POST", "/flows/pasted", {"text": "{}"}).status_code == 422


TESTED: dict[str, Any] = {
    "name": "Tested",
    "settings": {"testsMustPass": True},
    "steps": [
        {"id": "hook", "type": "trigger.webhook", "params": {"path": "tested"}, "next": {"main": "greet"}},
        {"id": "greet", "type": "data.set", "params": {"fields": {"hello": "moon"}}, "next": {}},
    ],
    "tests": [{"name": "greets", "expect": {"contains": {"greet": {"main": [{"json": {"hello": "moon"}}]}}}}],
}


def test_before_publishing_it_is_told_what_changes_how_tests_went_and_what_would_refuse_it(ada):
    made = ada.send("POST", "/flows/new", {"definition": TESTED}).json()
    path = "/flows/tested"
    first = ada.http.get(f"{path}/changes").json()
    assert (first["first"], first["problems"], first["steps"]) == (True, [], 2)
    assert first["tests"] == {"mustPass": True, "cases": [{"name": "greets", "last": None}]}
    assert ada.send("POST", f"{path}/tests", {}).json()["passed"]
    assert ada.send("POST", f"{path}/publish", {}).status_code == 200
    definition = made["definition"]
    steps = [
        definition["steps"][0],
        {**definition["steps"][1], "params": {"fields": {"hello": "sun"}}},
        {"id": "call", "type": "http.request", "next": {}},
    ]
    body = {"definition": {**definition, "steps": steps}, "revision": made["revision"]}
    assert ada.send("PUT", f"{path}/document", body).status_code == 200
    told = ada.http.get(f"{path}/changes").json()
    assert [problem["path"] for problem in told["problems"]] == ["steps[2].params.url"]
    assert [(one["kind"], one["what"], one["title"]) for one in told["changes"]] == [
        ("added", "Step", "call"),
        ("changed", "Step", "greet"),
    ]
    parts = told["changes"][1]["parts"]
    assert parts == [{"words": "Parameter fields.hello", "before": "moon", "after": "sun"}]
    assert told["tests"]["cases"][0]["last"] == {"passed": True, "current": False, "number": 1}
    [kept] = ada.http.get(f"{path}/tests").json()["cases"]
    assert (kept["name"], kept["passed"], kept["current"], kept["versionNumber"]) == (
        "greets",
        True,
        False,
        1,
    )


@pytest.mark.parametrize("body", [[], "x", {}, {"definition": []}, {"definition": {"steps": 1}}])
def test_what_is_no_flow_is_refused_with_a_reason(ada, body):
    answer = ada.send("POST", "/flows/new", body)
    assert answer.status_code == 422
    assert answer.json()["error"]


def test_changes_without_the_pages_token_or_a_session_are_refused(node, ada):
    made = created(ada, "guarded")
    body = {"definition": made["definition"], "revision": made["revision"]}
    for method, path in (
        ("PUT", "/flows/guarded/document"),
        ("POST", "/flows/new"),
        ("POST", "/flows/check"),
    ):
        assert ada.send(method, path, body, token="").status_code == 403
    with httpx.Client(base_url=node.url, follow_redirects=False) as stranger:
        assert stranger.get("/flows/guarded/document").status_code == 401
        assert stranger.get("/step-types.json").status_code == 401
        assert stranger.get("/flows/guarded/edit").status_code == 302


def test_somebody_of_another_subnet_finds_nothing_to_load_or_save(node, ada):
    made = created(ada, "walled")
    environment = {**node.environment, "DJANGO_SETTINGS_MODULE": "qflow_site.settings"}
    subprocess.run([sys.executable, "-c", STRANGER], env=environment, cwd=ROOT, check=True, timeout=120)
    eve_browser = Browser(node.url)
    eve_browser.sign_in("eve")
    eve = Scripts(eve_browser)
    body = {"definition": made["definition"], "revision": made["revision"]}
    assert eve.http.get("/flows/walled/edit").status_code == 404
    for name in ("document", "changes", "tests"):
        assert eve.http.get(f"/flows/walled/{name}").status_code == 404
    assert eve.send("PUT", "/flows/walled/document", body).status_code == 404
    assert eve.send("POST", "/flows/new", {"definition": {"name": "walled"}}).status_code == 422
    eve_browser.http.close()
