"""Every door of the pages that changes something: without the page's token, and by who may only look."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from designer.urls import urlpatterns
from engine.dispatch.clock import SystemClock
from tests.designer.test_editor import STEPS, Scripts, created
from tests.designer.test_pages import Browser, ada, code, node
from tests.designer.test_people import joined

__all__ = ["ada", "code", "node"]
pytestmark = pytest.mark.slow

_REFUSED = """
flows/new flows/<str:flow>/document flows/<str:flow>/publish flows/<str:flow>/unpublish flows/<str:flow>/run
flows/<str:flow>/archive flows/<str:flow>/duplicate flows/<str:flow>/delete flows/<str:flow>/start
flows/<str:flow>/sharing/links flows/<str:flow>/sharing/links/<str:link>/take-back import/fetch
executions/<str:execution>/again executions/<str:execution>/delete executions/<str:execution>/act/<str:verb>
executions/<str:execution>/answer executions/<str:execution>/<str:verb> permissions/grants
permissions/grants/<str:grant>/revoke permissions/grants/<str:grant>/renew people/invite
people/<str:identity>/role people/<str:identity>/scopes people/<str:identity>/reset
people/<str:identity>/switch people/<str:identity>/remove
"""
REFUSED = frozenset(_REFUSED.split())
"""What a viewer is refused outright; by no other door anything changes either."""

OF_ONESELF = ("keys", "join/", "set-up", "shared/", "static/", "notices", "account")
"""Doors to one's own keys and invitations, which have tests of their own."""

FORM = {
    "verb": "delete",
    "version": "draft",
    "state": "off",
    "action": "import",
    "scopes": "admin",
    "who": "*",
}


def doors() -> list[str]:
    found = [str(one.pattern) for one in urlpatterns]
    return [one for one in found if one and not one.startswith(OF_ONESELF)]


@pytest.fixture(scope="module")
def things(ada: Browser) -> dict[str, str]:
    """A flow and an execution of it, to be harmed."""
    scripts = Scripts(ada)
    flow = created(scripts, "Target")["id"]
    execution = scripts.send("POST", f"/flows/{flow}/run", {}).json()["execution"]
    return {"flow": flow, "execution": execution, "verb": "abort", "step": "begin"}


@pytest.fixture(scope="module")
def viewer(node: Any, ada: Browser) -> Browser:
    return joined(node, ada, "vera", scopes=[], member_role="viewer")


def address(door: str, things: dict[str, str]) -> str:
    return "/" + re.sub(r"<\w+:(\w+)>", lambda found: things.get(found[1], "x"), door)


def unharmed(ada: Browser, things: dict[str, str]) -> None:
    """The flow, its steps, its state and the execution are as they were."""
    found = ada.get(f"/flows/{things['flow']}/document").json()
    assert [one["id"] for one in found["definition"]["steps"]] == [one["id"] for one in STEPS]
    assert (found["published"], found["archived"]) == ("", False)
    assert ada.get(f"/executions/{things['execution']}").status_code == 200
    assert ada.get("/flows").text.count('/edit">Target') == 1
    assert re.search(r"<td>vera<td[^>]*>viewer", ada.get("/people").text)


def sent(browser: Browser, path: str, method: str, headers: dict[str, str]) -> list[httpx.Response]:
    """As a form and as a script would."""
    picked = {**FORM, "pick": path.rpartition("/")[2]}
    body: Any = {"definition": {"name": "New", "steps": []}, "revision": "*", "text": "{}", "values": []}
    return [
        browser.http.request(method, path, data=picked, headers=headers, follow_redirects=False),
        browser.http.request(method, path, json=body, headers=headers, follow_redirects=False),
    ]


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_nothing_is_done_without_the_token_of_the_page(ada, viewer, things, method):
    for door in doors():
        for answer in sent(ada, address(door, things), method, {}):
            assert answer.status_code in (403, 404, 405), (door, answer.status_code)
    unharmed(ada, things)


def test_a_token_of_somebody_else_is_none(ada, viewer, things):
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', viewer.get("/keys").text)
    assert found is not None
    for verb in ("archive", "delete", "duplicate", "favourite", "start"):
        path = f"/flows/{things['flow']}/{verb}"
        assert ada.http.post(path, data={"csrfmiddlewaretoken": found[1]}).status_code == 403, verb
    unharmed(ada, things)


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_viewer_changes_nothing_by_any_door(ada, viewer, things, method):
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', viewer.get("/keys").text)
    assert found is not None
    known = doors()
    assert set(known) >= REFUSED
    for door in known:
        answers = sent(viewer, address(door, things), method, {"X-CSRFToken": found[1]})
        told = [answer.status_code for answer in answers]
        assert max(told) < 500, door
        assert door not in REFUSED or set(told) <= {403, 404, 405, 422}, (door, told)
    unharmed(ada, things)


@pytest.mark.parametrize("verb", ["stop", "retry", "delete"])
def test_many_at_once_are_refused_one_by_one(ada, viewer, things, verb):
    before = ada.get("/executions").text.count('name="pick"')
    fields = {"verb": verb, "pick": [things["execution"]]}
    told = viewer.submit("/executions", "/executions/bulk", **fields)
    assert "1 not" in told.text
    assert ada.get("/executions").text.count('name="pick"') == before
    unharmed(ada, things)


@pytest.mark.parametrize("fields", [{"verb": "explode"}, {"verb": ""}, {"verb": "stop", "pick": ["x"] * 51}])
def test_what_no_page_sends_is_refused(ada, fields):
    assert ada.submit("/executions", "/executions/bulk", **fields).status_code == 422


def test_custom_data_is_found_by_and_shown_as_text(ada):
    evil = "<script>alert(1)</script>"
    steps = [
        {"id": "begin", "type": "trigger.manual", "next": {"main": "say"}},
        {"id": "say", "type": "execution.data", "params": {"values": [{"key": "customer", "value": evil}]}},
    ]
    scripts = Scripts(ada)
    made = scripts.send("POST", "/flows/new", {"definition": {"name": "Says", "steps": steps}}).json()
    execution = scripts.send("POST", f"/flows/{made['id']}/run", {}).json()["execution"]
    page = ended(ada, execution)
    found = ada.http.get("/executions", params={"custom": f"customer={evil}"}).text
    other = ada.http.get("/executions", params={"custom": "customer=other"}).text
    assert (execution in found, execution in other) == (True, False)
    for text in (page, found):
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert evil not in text
    assert ada.http.get("/executions", params={"custom": "nonsense"}).status_code == 422


def ended(browser: Browser, execution: str) -> str:
    """The page of an execution, once it has ended."""
    limit = SystemClock().monotonic_us() + 60_000_000
    while browser.get(f"/executions/{execution}/progress").json()["status"] not in ("completed", "failed"):
        assert SystemClock().monotonic_us() < limit
    return browser.get(f"/executions/{execution}").text
