"""The pages of a real node: set-up, signing in, and attacks on both."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.faults.node import ROOT, NodeProcess

pytestmark = pytest.mark.slow

PASSWORD = "correct horse battery"
EVIL = "<script>alert(1)</script>"
PAGES = ("/flows", "/executions", "/node", "/import", "/permissions", "/audit", "/keys", "/search?q=a")
STRANGER = """
import django
django.setup()
from django.contrib.auth import get_user_model
from designer.models import Person
from engine.api import register_person, world
world().access.create_subnet("other", "Other", 1)
identity = register_person(world(), "other", "eve")
user = get_user_model().objects.create_user("eve", password="correct horse battery")
Person.objects.create(user=user, identity=identity.id, scopes="admin")
"""


OPEN: list[httpx.Client] = []


class Browser:
    """Keeps cookies and sends forms with their token, as a browser does."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, follow_redirects=True, timeout=60)
        OPEN.append(self.http)

    def get(self, path: str) -> httpx.Response:
        return self.http.get(path)

    def submit(self, page: str, path: str, **fields: Any) -> httpx.Response:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(page).text)
        assert found is not None
        return self.http.post(path, data={**fields, "csrfmiddlewaretoken": found[1]})

    def sign_in(self, name: str, where: str = "/account/login/") -> httpx.Response:
        return self.submit("/account/login/", where, login=name, password=PASSWORD)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeProcess]:
    made = NodeProcess(tmp_path_factory.mktemp("node"), QFLOW_ALLOWED_HOSTS="127.0.0.1")
    made.start()
    try:
        yield made
    finally:
        for client in OPEN:
            client.close()
        made.stop()


@pytest.fixture(scope="module")
def code(node: NodeProcess) -> str:
    """What the node printed for whoever sets it up."""
    found = re.search(r"asks for this code: (\w+)", node.log())
    assert found is not None, node.log()
    return found[1]


@pytest.fixture(scope="module")
def ada(node: NodeProcess, code: str) -> Browser:
    """The first person."""
    browser = Browser(node.url)
    wrong = browser.submit("/set-up", "/set-up", username="ada", password=PASSWORD, code="guess")
    assert "not the code" in wrong.text
    weak = browser.submit("/set-up", "/set-up", username="ada", password="short", code=code)
    assert "too short" in weak.text
    done = browser.submit("/set-up", "/set-up", username="ada", password=PASSWORD, code=code)
    assert done.url.path == "/flows"
    return browser


@pytest.fixture(scope="module")
def execution(ada: Browser) -> str:
    """One that ran, of an imported flow with a hostile name."""
    trigger = {"name": "A", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1, "parameters": {}}
    document = json.dumps({"id": "evil", "name": EVIL, "nodes": [trigger], "connections": {}})
    report = ada.submit("/import", "/import", name=EVIL, document=document, action="import")
    assert (report.status_code, EVIL in report.text) == (200, False)
    flow = re.search(r"/flows/([^/]+)/start", ada.get("/flows").text)
    assert flow is not None
    return ada.submit("/flows", f"/flows/{flow[1]}/start").url.path


def test_every_page_shows_hostile_names_as_text_and_cannot_be_framed(ada, execution):
    for path in (*PAGES, execution):
        answer = ada.get(path)
        assert (answer.status_code, EVIL in answer.text) == (200, False)
        assert answer.headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]


def test_an_execution_is_shown_and_verified(ada, execution):
    assert "receipts" in ada.submit(execution, f"{execution}/verify").text


def test_set_up_is_closed_for_a_second_person(node, ada):
    assert Browser(node.url).get("/set-up").url.path == "/account/login/"
    assert Browser(node.url).get("/account/signup/").text.count("password1") == 0


def test_pages_send_strangers_to_the_door(node, ada, execution):
    for path in (*PAGES, execution):
        assert Browser(node.url).get(path).url.path == "/account/login/"


def test_forms_without_their_token_are_refused(ada, execution):
    for path in ("/import", "/keys/tokens", "/permissions/grants", f"{execution}/abort", "/account/logout/"):
        assert ada.http.post(path, data={"name": "x"}).status_code == 403
        forged = {"Origin": "https://evil.example"}
        assert ada.http.post(path, data={"name": "x"}, headers=forged).status_code == 403


def test_signing_in_makes_a_new_session_and_follows_no_foreign_address(node, ada):
    browser = Browser(node.url)
    browser.http.cookies.set("qflow_session", "chosen-by-somebody-else", domain="127.0.0.1")
    done = browser.sign_in("ada", "/account/login/?next=https://evil.example/")
    assert done.url.path == "/flows"
    assert {str(one.url.host) for one in (*done.history, done)} == {"127.0.0.1"}
    values = {one.value for one in browser.http.cookies.jar if one.name == "qflow_session"}
    assert values - {"chosen-by-somebody-else"}
    other = Browser(node.url)
    other.http.cookies.set("qflow_session", "chosen-by-somebody-else", domain="127.0.0.1")
    assert other.get("/flows").url.path == "/account/login/"


def test_a_token_is_shown_once_and_works_until_it_is_revoked(node, ada):
    made = ada.submit("/keys", "/keys/tokens", name="mine", scopes=["flows:read"])
    text = re.search(r'class="secret">([^<]+)<', made.text)
    assert text is not None
    assert text[1] not in ada.get("/keys").text
    bearer = {"Authorization": f"Bearer {text[1]}"}
    assert httpx.get(f"{node.url}/api/v1/flows", headers=bearer).status_code == 200
    token = re.findall(r"/keys/tokens/([^/]+)/revoke", made.text)[-1]
    ada.submit("/keys", f"/keys/tokens/{token}/revoke")
    assert httpx.get(f"{node.url}/api/v1/flows", headers=bearer).status_code == 401


def test_a_grant_is_made_renewed_and_revoked(ada):
    ada.submit("/permissions", "/permissions/grants", who="person:x", actions="flow.read", hours="1")
    grant = re.findall(r"/permissions/grants/([^/]+)/renew", ada.get("/permissions").text)[-1]
    assert ada.submit("/permissions", f"/permissions/grants/{grant}/renew", hours="two").status_code == 422
    assert ada.submit("/permissions", f"/permissions/grants/{grant}/renew", hours="2").status_code == 200
    assert "revoked" in ada.submit("/permissions", f"/permissions/grants/{grant}/revoke").text


def test_the_audit_trail_names_people_is_filtered_and_turned_page_by_page(ada, execution):
    ada.get("/flows")  # asks for permission
    newest = ada.get("/audit").text
    assert '">ada</a>' in newest and "Newest" not in newest
    assert '">ada</a>' in ada.get("/audit?before=99999999999999999.z").text
    assert "No event passes" in ada.get("/audit?before=1.z").text
    assert "No event passes" in ada.get("/audit?action=nothing.such").text
    assert ada.get("/audit?before=soon").status_code == 422


def test_what_is_of_another_subnet_does_not_exist(node, ada, execution):
    environment = {**node.environment, "DJANGO_SETTINGS_MODULE": "qflow_site.settings"}
    subprocess.run([sys.executable, "-c", STRANGER], env=environment, cwd=ROOT, check=True, timeout=120)
    eve = Browser(node.url)
    assert eve.sign_in("eve").url.path == "/flows"
    assert eve.get(execution).status_code == 404
    assert eve.submit("/import", f"{execution}/verify").status_code == 404
    assert eve.submit("/import", f"{execution}/abort").status_code == 404
    token = re.findall(
        r"/keys/tokens/([^/]+)/revoke",
        ada.submit("/keys", "/keys/tokens", name="adas", scopes=["flows:read"]).text,
    )[-1]
    assert eve.submit("/keys", f"/keys/tokens/{token}/revoke").status_code == 404
    assert "evil" not in eve.get("/flows").text
    assert "adas" not in eve.get("/keys").text


def test_a_second_factor_is_asked_for_and_its_secret_is_stored_sealed(node, ada):
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    browser = Browser(node.url)
    browser.sign_in("ada")
    door = "/account/reauthenticate/"
    page = browser.submit(
        "/account/2fa/totp/activate/", door, password=PASSWORD, next="/account/2fa/totp/activate/"
    ).text
    secret = re.search(r"\b([A-Z2-7]{32})\b", page)
    assert secret is not None
    counter = next(iter(yield_hotp_counters_from_time()))
    value = format_hotp_value(hotp_value(secret[1], counter))
    forgery = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)  # asking anew makes a new secret
    assert forgery is not None
    done = browser.http.post(
        "/account/2fa/totp/activate/", data={"code": value, "csrfmiddlewaretoken": forgery[1]}
    )
    assert done.status_code == 200
    with sqlite3.connect(node.data_dir / "qflow.sqlite3") as database:
        stored = database.execute("SELECT data FROM mfa_authenticator WHERE type = 'totp'").fetchone()
    database.close()
    assert stored is not None
    assert secret[1] not in stored[0]
    assert Browser(node.url).sign_in("ada").url.path == "/account/2fa/authenticate/"
