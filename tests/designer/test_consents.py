"""Consent for a credential on a real node, at a real authorisation server; and attacks on the way back."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from tests.designer.test_editor import Scripts
from tests.designer.test_pages import PASSWORD, Browser
from tests.faults.node import NodeProcess
from tests.servers.oauth import CLIENT, SECRET, AuthorisationServer
from tests.servers.vault import TOKEN, VaultServer

pytestmark = pytest.mark.slow

SHOP = {"type": "oAuth2Api", "name": "Shop"}


@pytest.fixture(scope="module")
def server() -> Iterator[AuthorisationServer]:
    with AuthorisationServer() as made:
        yield made


@pytest.fixture(scope="module")
def vault() -> Iterator[VaultServer]:
    with VaultServer({"secret/qflow/personal/shop": {"client": SECRET}}) as made:
        yield made


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, vault: VaultServer) -> Iterator[NodeProcess]:
    known = {"QFLOW_VAULT_URL": vault.url, "QFLOW_VAULT_TOKEN": TOKEN}
    made = NodeProcess(tmp_path_factory.mktemp("node"), QFLOW_EGRESS_ALLOW="127.0.0.1", **known)
    made.start()
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def ada(node: NodeProcess, server: AuthorisationServer) -> Iterator[Scripts]:
    browser = Browser(node.url)
    browser.submit("/set-up", "/set-up", username="ada", password=PASSWORD)
    scripts = Scripts(browser)
    values = {
        "grantType": "pkce", "clientId": CLIENT,
        "clientSecret": "vault://secret/qflow/personal/shop#client",
        "authUrl": f"{server.url}/authorize", "accessTokenUrl": f"{server.url}/token",
    }  # fmt: skip
    body = {"isNew": True, "values": values, "hosts": ["127.0.0.1"], "steps": [], "flows": []}
    saved = scripts.send("POST", "/credentials/save", {**SHOP, **body, "plainHttp": True})
    assert saved.status_code == 200, saved.text
    server.redirects.add(scripts.http.get("/credentials/start.json", params=SHOP).json()["type"]["redirect"])
    yield scripts
    browser.http.close()


def question(who: Scripts) -> str:
    """The address where a person is sent to."""
    asked = who.send("POST", "/credentials/connect", SHOP)
    assert asked.status_code == 200, asked.text
    return str(asked.json()["url"])


def way_back(address: str) -> str:
    """Where the server sends the browser, which does not go there yet."""
    found = httpx.get(address)
    assert found.status_code == 302, found.text
    return str(found.headers["location"])


def with_fields(address: str, **fields: str) -> str:
    parts = urlsplit(address)
    found = {name: one for name, (one,) in parse_qs(parts.query).items()}
    return parts._replace(query=urlencode({**found, **fields})).geturl()


def consent(who: Scripts) -> str:
    found: Any = next(one for one in who.http.get("/credentials/picks.json").json()["credentials"])
    return str(found["consent"])


def test_the_whole_way_there_and_back_with_a_call_and_a_refresh(ada, node, server):
    assert consent(ada) == "needed"
    done = ada.http.get(way_back(question(ada)))
    assert "Shop is connected" in done.text
    assert done.url.path == "/credentials/edit"
    assert server.tokens[-1] not in done.text
    assert consent(ada) == "given"
    params = {"url": f"{server.url}/api", "auth": {"kind": "credential", "credential": SHOP}}
    steps = [
        {"id": "start", "type": "trigger.manual"},
        {"id": "call", "type": "http.request", "params": params},
    ]
    assert ada.send("POST", "/flows/new", {"definition": {"name": "Call", "steps": steps}}).status_code == 201
    first = server.tokens[-1]
    for _ in range(2):
        assert "completed" in ended(ada, ada.send("POST", "/flows/call/run", {}).json())
        server.tokens.append("the server forgot the one before")
    assert [one["grant_type"] for one in server.asked] == ["authorization_code", "refresh_token"]
    assert first not in node.log()
    assert SECRET not in node.log()


def test_a_secret_that_lies_in_the_vault_is_fetched_at_each_use_and_not_stored(ada, node, vault):
    before = len(vault.asked)
    assert "is connected" in ada.http.get(way_back(question(ada))).text
    assert len(vault.asked) > before
    shown = ada.http.get("/credentials/start.json", params=SHOP).json()["start"]
    assert shown["values"]["clientSecret"] == "vault://secret/qflow/personal/shop#client"
    values = {**shown["values"], "clientSecret": "vault://secret/qflow/other/shop#client"}
    body = {**SHOP, "isNew": False, "values": values, "hosts": ["127.0.0.1"], "steps": [], "flows": []}
    refused = ada.send("POST", "/credentials/save", {**body, "plainHttp": True})
    assert [one["path"] for one in refused.json()["problems"]] == ["values.clientSecret"]
    assert TOKEN not in node.log() + refused.text


def ended(who: Scripts, started: dict[str, Any]) -> str:
    """How an execution ended."""
    path = f"/executions/{started['execution']}/progress"
    end = time.monotonic() + 60
    while True:
        status = str(who.http.get(path).json()["status"])
        if status not in ("running", "pending"):
            return status
        assert time.monotonic() < end
        time.sleep(0.02)  # the poll's own pace


def test_a_code_counts_once(ada, server):
    back = way_back(question(ada))
    assert "is connected" in ada.http.get(back).text
    asked = len(server.asked)
    again = ada.http.get(back)
    assert again.status_code == 403
    assert "used before" in again.text
    assert len(server.asked) == asked


@pytest.mark.parametrize("state", ["", "forged", "x" * 5000])
def test_a_forged_state_is_refused_and_the_code_not_used(ada, server, state):
    back, asked = way_back(question(ada)), len(server.asked)
    assert ada.http.get(with_fields(back, state=state)).status_code == 403
    assert len(server.asked) == asked


def test_the_answer_to_one_session_is_nothing_to_another(ada, node, server):
    back = way_back(question(ada))
    asked, other = len(server.asked), Browser(node.url)
    assert other.get(back).url.path == "/account/login/"
    other.sign_in("ada")
    assert other.get(back).status_code == 403
    assert len(server.asked) == asked
    assert "is connected" in ada.http.get(back).text


def test_a_code_of_another_question_is_of_no_use(ada, server):
    stolen = parse_qs(urlsplit(way_back(question(ada))).query)["code"][0]
    back = way_back(question(ada))
    refused = ada.http.get(with_fields(back, code=stolen))
    assert "is not connected" in refused.text
    assert "invalid_grant" in refused.text


def test_an_answer_of_another_server_is_refused(ada, server):
    back, asked = way_back(question(ada)), len(server.asked)
    told = ada.http.get(with_fields(back, iss="https://evil.example"))
    assert "comes from another server" in told.text
    assert len(server.asked) == asked


def test_nobody_is_sent_to_another_site_and_nothing_runs_as_script(ada):
    evil = "<script>alert(1)</script>"
    back = with_fields(
        way_back(question(ada)), error=evil, next="https://evil.example", redirect_uri="//evil"
    )
    done = ada.http.get(back)
    assert str(done.url).startswith(str(ada.http.base_url))
    assert evil not in done.text


def test_no_question_is_asked_without_the_pages_token(ada):
    assert ada.send("POST", "/credentials/connect", SHOP, token="x").status_code == 403


def test_questions_lie_sealed_in_the_session(ada, node):
    state = parse_qs(urlsplit(question(ada)).query)["state"][0]
    database = b"".join(path.read_bytes() for path in node.data_dir.glob("qflow.sqlite3*"))
    assert state.encode() not in database
    assert not re.search(rb'"verifier"', database)
