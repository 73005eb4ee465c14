"""The pages of credentials on a real node: what they show, change and never give back; and attacks."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.designer.test_editor import Scripts
from tests.designer.test_pages import PASSWORD, STRANGER, Browser
from tests.faults.node import ROOT, NodeProcess

pytestmark = pytest.mark.slow

SECRET = "swordfish-4711"
BEARER = {"type": "httpBearerAuth", "name": "Example"}
BODY: dict[str, Any] = {
    **BEARER, "isNew": True, "values": {"token": SECRET},
    "hosts": ["api.example.com"], "steps": [], "flows": [], "plainHttp": False,
}  # fmt: skip
CALL = {
    "name": "Caller",
    "steps": [
        {"id": "start", "type": "trigger.manual"},
        {
            "id": "call",
            "type": "http.request",
            "name": "Call it",
            "params": {
                "url": "https://api.example.com",
                "auth": {"kind": "credential", "credential": BEARER},
            },
        },
    ],
}


@pytest.fixture(scope="module")
def browser(node: NodeProcess) -> Iterator[Browser]:
    made = Browser(node.url)
    made.submit("/set-up", "/set-up", username="ada", password=PASSWORD)
    yield made
    made.http.close()


@pytest.fixture(scope="module")
def ada(browser: Browser) -> Scripts:
    scripts = Scripts(browser)
    assert scripts.send("POST", "/credentials/save", BODY).status_code == 200
    assert scripts.send("POST", "/flows/new", {"definition": CALL}).status_code == 201
    return scripts


def test_the_list_tells_where_a_credential_is_used_and_what_deleting_it_breaks(ada, browser):
    shown = browser.get("/credentials").text
    assert "Example" in shown
    assert "Call it" in shown
    assert "1 step fails from then on, in: Caller" in shown
    assert "Example" not in browser.get("/credentials?text=nothing-like-it").text
    assert "Example" not in browser.get("/credentials?state=to+fill+in").text


def test_secrets_never_come_back_to_the_browser(ada, browser):
    started = ada.http.get("/credentials/start.json", params=BEARER).json()["start"]
    assert (started["values"], started["kept"]) == ({}, ["token"])
    for path in ("/credentials", "/credentials/picks.json", "/audit"):
        assert SECRET not in browser.get(path).text
    assert SECRET not in ada.http.get("/credentials/edit", params=BEARER).text


def test_an_edit_leaves_a_kept_secret_untouched_and_a_wider_scope_asks_for_it(ada):
    narrow = {**BODY, "isNew": False, "values": None, "flows": ["caller"]}
    assert ada.send("POST", "/credentials/save", narrow).status_code == 200
    wider = ada.send("POST", "/credentials/save", {**narrow, "hosts": ["evil.example"]})
    assert wider.status_code == 422
    assert "give its secrets anew" in wider.json()["error"]
    started = ada.http.get("/credentials/start.json", params=BEARER).json()["start"]
    assert (started["kept"], started["hosts"]) == (["token"], ["api.example.com"])


def test_what_is_wrong_is_told_by_field(ada):
    wrong = {**BODY, "name": "Other", "values": {"token": 5}, "hosts": []}
    refused = ada.send("POST", "/credentials/save", wrong)
    assert [one["path"] for one in refused.json()["problems"]] == ["hosts"]
    refused = ada.send("POST", "/credentials/save", {**wrong, "hosts": ["*"]})
    assert [one["path"] for one in refused.json()["problems"]] == ["values.token"]
    taken = ada.send("POST", "/credentials/save", BODY)
    assert [one["path"] for one in taken.json()["problems"]] == ["name"]


def test_names_cannot_run_as_script(ada, browser):
    evil = "<script>alert(1)</script>"
    assert ada.send("POST", "/credentials/save", {**BODY, "name": evil}).status_code == 200
    assert evil not in browser.get("/credentials").text
    tried = browser.submit("/credentials", "/credentials/test", type="httpBearerAuth", name=evil)
    assert "is filled in and right in itself" in tried.text
    assert evil not in tried.text
    gone = browser.submit("/credentials", "/credentials/delete", type="httpBearerAuth", name=evil)
    assert "is deleted" in gone.text


def test_the_service_is_asked_at_a_test_address_and_only_its_status_is_told(ada, browser, node):
    plain = {**BODY, "name": "Here", "hosts": ["127.0.0.1", "10.0.0.1"], "plainHttp": True}
    assert ada.send("POST", "/credentials/save", plain).status_code == 200
    named = {"type": "httpBearerAuth", "name": "Here"}
    asked = browser.submit("/credentials", "/credentials/test", **named, address=f"{node.url}/health/live")
    assert "Here: the service answered 200." in asked.text
    asked = browser.submit("/credentials", "/credentials/test", **named, address="http://10.0.0.1/")
    assert "egress policy" in asked.text
    asked = browser.submit("/credentials", "/credentials/test", **named, address=f"{node.url}/nowhere")
    assert "neither takes nor refuses" in asked.text


def test_a_step_whose_credential_is_not_filled_in_is_warned_of(ada):
    auth = {"kind": "credential", "credential": {**BEARER, "name": "No"}}
    step = {"id": "other", "type": "http.request", "params": {"url": "https://a.example", "auth": auth}}
    definition = {**CALL, "steps": [*CALL["steps"], step]}
    checked = ada.send("POST", "/flows/check", {"definition": definition}).json()
    warned = [one["path"] for one in checked["problems"] if one["code"] == "credential_not_ready"]
    assert warned == ["steps[2]"]


def test_without_the_pages_token_nothing_is_saved(ada):
    assert ada.send("POST", "/credentials/save", {**BODY, "name": "Forged"}, token="x").status_code == 403


def test_a_member_of_another_subnet_reaches_nothing(ada, node):
    environment = {**os.environ, **node.environment, "DJANGO_SETTINGS_MODULE": "qflow_site.settings"}
    subprocess.run([sys.executable, "-c", STRANGER], env=environment, cwd=ROOT, check=True, timeout=120)
    eve = Browser(node.url)
    eve.sign_in("eve")
    assert "Example" not in eve.get("/credentials").text
    assert eve.http.get("/credentials/edit", params=BEARER).status_code == 404
    assert eve.http.get("/credentials/start.json", params=BEARER).json()["start"] is None
    for address in ({}, {"address": "https://api.example.com/"}):
        assert eve.submit("/credentials", "/credentials/test", **BEARER, **address).status_code == 404
    assert eve.submit("/credentials", "/credentials/delete", **BEARER).status_code == 404
    settings = eve.get("/node/settings")
    assert "This subnet: other" in settings.text
    assert "QFLOW_DATA_DIR" not in settings.text
    assert ada.http.get("/credentials/start.json", params=BEARER).json()["start"]["filled"]


def test_variables_are_set_shown_escaped_and_deleted(ada, browser):
    evil = "</textarea><script>alert(1)</script>"
    shown = browser.submit("/variables", "/variables/set", name="BASE", value=evil).text
    assert "BASE is set" in shown
    assert evil not in shown
    assert browser.get("/variables.json").json() == {"BASE": evil}
    refused = browser.submit("/variables", "/variables/set", name="not-good", value="kept while it is mended")
    assert refused.status_code == 422
    assert "kept while it is mended" in refused.text
    assert "BASE is deleted" in browser.submit("/variables", "/variables/delete", name="BASE").text
    assert browser.submit("/variables", "/variables/delete", name="BASE").status_code == 404


def test_limits_of_the_subnet_are_lowered_and_settings_of_the_node_are_read(ada, browser):
    shown = browser.get("/node/settings").text
    assert "QFLOW_DATA_DIR" in shown
    assert "<strong>environment</strong>" in shown
    refused = browser.submit("/node/settings", "/node/settings/change", revision="1", retention_days="x")
    assert "Days that executions are kept: a whole number" in refused.text
    stale = browser.submit("/node/settings", "/node/settings/change", revision="77", retention_days="5")
    assert stale.status_code == 409
    done = browser.submit("/node/settings", "/node/settings/change", revision="1", retention_days="5")
    assert "The limits are changed" in done.text
    assert (
        'name="retention_days" inputmode="numeric" pattern="[0-9]*" autocomplete="off" value="5"' in done.text
    )
