"""What the editor asks to run a flow, look at its data and preview expressions, on a real node."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.designer.test_editor import Scripts
from tests.designer.test_pages import PASSWORD, STRANGER, Browser
from tests.faults.node import ROOT, NodeProcess

pytestmark = pytest.mark.slow

ORDERS: dict[str, Any] = {
    "name": "orders",
    "steps": [
        {"id": "begin", "type": "trigger.manual", "next": {"main": "read"}},
        {"id": "read", "type": "data.sample", "next": {"main": "total"}},
        {
            "id": "total",
            "type": "data.set",
            "params": {"fields": {"total": "{{ $json.price * 2 }}"}},
            "next": {"main": "say"},
        },
        {
            "id": "say",
            "type": "code.javascript",
            "params": {"code": "console.log('hello'); return $input.all();"},
            "next": {"main": "ask"},
        },
        {"id": "ask", "type": "flow.approval", "params": {"title": "Ship it?"}, "next": {}},
    ],
    "pins": {"read": [{"json": {"price": 2}}, {"json": {"price": 5}}]},
}


@pytest.fixture(scope="module")
def ada(node: NodeProcess) -> Iterator[Scripts]:
    browser = Browser(node.url)
    browser.submit("/set-up", "/set-up", username="ada", password=PASSWORD)
    scripts = Scripts(browser)
    assert scripts.send("POST", "/flows/new", {"definition": ORDERS}).status_code == 201
    yield scripts
    browser.http.close()


def progress(ada: Scripts, execution: str, *statuses: str, within_s: float = 60) -> Any:
    """Where an execution stands, once it has one of the statuses."""
    deadline = time.monotonic() + within_s
    while True:
        found = ada.http.get(f"/executions/{execution}/progress").json()
        if found["status"] in statuses:
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.05)  # asks again: the node tells by WebSocket only those who watch


def run(ada: Scripts, **part: Any) -> str:
    answer = ada.send("POST", "/flows/orders/run", part)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["execution"])


@pytest.fixture(scope="module")
def whole(ada: Scripts) -> str:
    """An execution of the whole flow, which waits for an approval."""
    execution = run(ada)
    progress(ada, execution, "waiting")
    return execution


def test_a_run_by_hand_takes_pins_and_tells_each_step(ada, whole):
    found = progress(ada, whole, "waiting")
    assert found["steps"]["total"]["items"] == {"main": 2}
    waiting = found["steps"]["ask"]
    assert (waiting["status"], waiting["kind"], waiting["prompt"]["title"]) == (
        "waiting",
        "approval",
        "Ship it?",
    )
    assert ada.http.get("/flows/orders/newest").json()["execution"]


def test_the_runs_of_a_step_come_with_items_and_what_code_wrote(ada, whole):
    found = ada.http.get(f"/executions/{whole}/steps/say").json()
    (only,) = found["runs"]
    assert [item["json"]["total"] for item in only["ports"]["main"]["items"]] == [4, 10]
    assert [line["message"] for line in found["logs"]] == ["hello"]


def test_inputs_and_values_are_shown_before_a_step_runs(ada, whole):
    shown = {"flow": "orders", "step": "say", "kept": whole}
    ports = ada.send("POST", "/flows/step-inputs", shown).json()["ports"]
    assert ports["main"]["count"] == 2
    asked = {**shown, "values": ["{{ $json.total }}", "{{ $('nowhere').first() }}"], "item": 1}
    right, wrong = ada.send("POST", "/flows/step-preview", asked).json()["values"]
    assert right == {"value": 10}
    assert "nowhere" in wrong["error"]["message"]


def test_an_unsaved_definition_is_previewed_with_its_pins(ada):
    steps = [
        {"id": "a", "type": "data.sample", "next": {"main": "b"}},
        {"id": "b", "type": "data.set", "next": {}},
    ]
    asked = {
        "flow": "",
        "step": "b",
        "definition": {"steps": steps, "pins": {"a": [{"json": {"n": 20}}]}},
        "values": ["{{ $json.n + 1 }}"],
    }
    assert ada.send("POST", "/flows/step-preview", asked).json()["values"] == [{"value": 21}]


def test_a_part_runs_with_what_is_kept(ada, whole):
    execution = run(ada, last="say", kept=whole)
    found = progress(ada, execution, "completed")
    assert found["own"] == ["say"]
    assert found["steps"]["say"]["items"] == {"main": 2}


def test_a_waiting_step_is_answered(ada):
    execution = run(ada)
    task = progress(ada, execution, "waiting")["steps"]["ask"]["task"]
    body = {"task": task, "payload": {"approved": True}}
    assert ada.send("POST", f"/executions/{execution}/answer", body).status_code == 200
    ended = progress(ada, execution, "completed")
    assert ended["steps"]["ask"]["items"] == {"approved": 2}
    assert ada.send("POST", f"/executions/{execution}/answer", body).status_code == 409


def test_an_execution_is_paused_resumed_and_stopped(ada):
    execution = run(ada)
    progress(ada, execution, "waiting")
    assert ada.send("POST", f"/executions/{execution}/act/abort", {}).status_code == 200
    progress(ada, execution, "aborted")
    assert ada.send("POST", f"/executions/{execution}/act/resume", {}).status_code == 409
    assert ada.send("POST", f"/executions/{execution}/act/explode", {}).status_code == 422


def test_the_help_of_a_step_type_is_a_page_without_scripts(ada):
    page = ada.http.get("/step-types/http.request/help").text
    assert "<h2>" in page
    assert "<script" not in page
    assert ada.http.get("/step-types/no.such/help").status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/flows/orders/run", {"last": "nowhere"}),
        ("/flows/step-preview", {"flow": "orders", "step": "say", "values": ["x"], "item": -1}),
        ("/flows/step-preview", {"flow": "orders", "step": "say", "values": ["x"] * 201}),
        ("/flows/step-inputs", {"flow": "orders"}),
    ],
)
def test_what_cannot_be_done_is_said(ada, path, body):
    answer = ada.send("POST", path, body)
    assert answer.status_code == 422
    assert answer.json()["error"]


def test_nobody_else_runs_or_sees_anything(node, ada, whole):
    environment = {**node.environment, "DJANGO_SETTINGS_MODULE": "qflow_site.settings"}
    subprocess.run([sys.executable, "-c", STRANGER], env=environment, cwd=ROOT, check=True, timeout=120)
    browser = Browser(node.url)
    browser.sign_in("eve")
    eve = Scripts(browser)
    assert eve.send("POST", "/flows/orders/run", {}).status_code in (404, 422)
    for path in (f"/executions/{whole}/progress", f"/executions/{whole}/steps/say", "/flows/orders/newest"):
        assert eve.http.get(path).status_code == 404
    shown = {"flow": "orders", "step": "say", "kept": whole, "values": ["{{ $json.total }}"]}
    assert eve.send("POST", "/flows/step-preview", shown).status_code == 404
    own = {**shown, "definition": {"steps": [{"id": "say", "type": "data.set"}]}}
    assert eve.send("POST", "/flows/step-preview", own).status_code == 404
    assert eve.send("POST", f"/executions/{whole}/act/abort", {}).status_code == 404
    browser.http.close()
    with httpx.Client(base_url=node.url) as stranger:
        assert stranger.get(f"/executions/{whole}/progress").status_code == 401
    assert ada.send("POST", "/flows/orders/run", {}, token="").status_code == 403
