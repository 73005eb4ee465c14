"""Links to a flow on a real node: what they open, for whom, how long, and how they are attacked."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import Any

import httpx
import pytest

from tests.designer.test_editor import Scripts, created
from tests.designer.test_pages import STRANGER, Browser, ada, code, node
from tests.designer.test_people import change, identity_of, joined
from tests.faults.node import ROOT

__all__ = ["ada", "code", "node"]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def editor(node: Any, ada: Browser) -> Browser:
    """Somebody who draws."""
    return joined(node, ada, "edith", scopes=[], member_role="editor")


@pytest.fixture(scope="module")
def viewer(node: Any, ada: Browser) -> Browser:
    return joined(node, ada, "vera", scopes=[], member_role="viewer")


@pytest.fixture(scope="module")
def flow(editor: Browser) -> str:
    return str(created(Scripts(editor), "Shared")["id"])


def link_to(by: Browser, flow: str, right: str = "run", hours: str = "") -> str:
    answer = by.submit(f"/flows/{flow}/sharing", f"/flows/{flow}/sharing/links", right=right, hours=hours)
    found = re.search(r'class="secret">[^<]*(/shared/[^<]+)<', answer.text)
    assert found is not None, answer.text
    return found[1]


def links(by: Browser, flow: str) -> list[str]:
    return re.findall(r"/sharing/links/(\w+)/take-back", by.get(f"/flows/{flow}/sharing").text)


def asked(browser: Browser, path: str, body: Any = None) -> httpx.Response:
    """As a script of a page asks that is open to everybody."""
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get("/keys").text)
    assert found is not None
    return browser.http.post(path, json=body or {}, headers={"X-CSRFToken": found[1]})


def test_a_link_gives_a_viewer_the_right_to_run_until_it_is_taken_back(editor, viewer, flow):
    assert asked(viewer, f"/flows/{flow}/run").status_code == 403
    link = link_to(editor, flow)
    assert "run it" in viewer.get(link).text
    assert asked(viewer, f"/flows/{flow}/run").status_code == 403, "looking at a link takes nothing"
    assert viewer.submit(link, link).url.path == f"/flows/{flow}/edit"
    assert asked(viewer, f"/flows/{flow}/run").status_code == 201
    assert "vera" in editor.get(f"/flows/{flow}/sharing").text
    assert asked(viewer, f"/flows/{flow}/publish").status_code == 403
    editor.submit(f"/flows/{flow}/sharing", f"/flows/{flow}/sharing/links/{links(editor, flow)[0]}/take-back")
    assert asked(viewer, f"/flows/{flow}/run").status_code == 403
    assert viewer.get(link).status_code == 404


def test_the_secret_is_stored_nowhere(node, editor, flow):
    secret = link_to(editor, flow).removeprefix("/shared/")
    assert secret not in editor.get(f"/flows/{flow}/sharing").text
    with closing(sqlite3.connect(node.data_dir / "qflow.sqlite3", timeout=30)) as database:
        assert secret not in "".join(database.iterdump())


def test_expired_and_guessed_links_open_nothing_and_look_alike(node, editor, viewer, flow):
    link = link_to(editor, flow, hours="1")
    change(node, "UPDATE designer_share_link SET expires_us = 1")
    over, guessed = viewer.get(link), viewer.get("/shared/" + "A" * 43)
    assert over.status_code == guessed.status_code == 404
    assert viewer.submit("/keys", link).status_code == 404
    assert links(editor, flow) == []


def test_a_link_counts_only_as_long_as_its_maker_may_share(node, ada, viewer):
    erik = joined(node, ada, "erik", scopes=[], member_role="editor")
    flow = created(Scripts(erik), "Of Erik")["id"]
    link = link_to(erik, flow)
    ada.submit("/people", f"/people/{identity_of(ada, 'erik')}/role", member_role="viewer")
    assert viewer.submit("/keys", link).status_code == 404
    ada.submit("/people", f"/people/{identity_of(ada, 'erik')}/role", member_role="editor")
    ada.submit("/people", f"/people/{identity_of(ada, 'erik')}/switch", state="off")
    assert viewer.submit("/keys", link).status_code == 404


def test_viewers_share_nothing_and_nobody_shares_what_is_not_there(editor, viewer, flow):
    assert viewer.get(f"/flows/{flow}/sharing").status_code == 403
    made = viewer.submit("/keys", f"/flows/{flow}/sharing/links", right="view")
    assert made.status_code == 403
    assert editor.submit("/keys", "/flows/nowhere/sharing/links", right="view").status_code == 404
    assert editor.submit("/keys", f"/flows/{flow}/sharing/links", right="admin").status_code == 422


def test_an_editor_makes_no_administrator(ada, editor, viewer, flow):
    for who in ("vera", "edith"):
        identity = identity_of(ada, who)
        for path, fields in (
            ("role", {"member_role": "admin"}),
            ("scopes", {"scopes": ["admin"]}),
        ):
            assert editor.submit("/keys", f"/people/{identity}/{path}", **fields).status_code == 403
    assert editor.submit("/keys", "/people/invite", member_role="admin").status_code == 403
    grant = {"who": "*", "actions": "*"}
    assert editor.submit("/keys", "/permissions/grants", **grant).status_code == 403
    text = ada.get("/people").text
    assert re.search(r"<td>edith<td[^>]*>editor", text)
    assert re.search(r"<td>vera<td[^>]*>viewer", text)


def test_an_unknown_role_is_refused_and_nobody_changes_their_own(ada, editor):
    identity = identity_of(ada, "edith")
    for fields in (
        {"member_role": "owner"},
        {"member_role": ""},
        {"member_role": "viewer", "beside": ["admin"]},
    ):
        assert ada.submit("/people", f"/people/{identity}/role", **fields).status_code == 422
    mine = re.search(r"person:(\w+)", ada.get("/people").text.partition("ada (you)")[2])
    assert mine is not None
    assert ada.submit("/people", f"/people/{mine[1]}/role", member_role="viewer").status_code == 409


def test_a_person_of_another_subnet_opens_nothing_and_sees_no_links(node, editor, flow):
    environment = {**node.environment, "DJANGO_SETTINGS_MODULE": "qflow_site.settings"}
    subprocess.run([sys.executable, "-c", STRANGER], env=environment, cwd=ROOT, check=True, timeout=120)
    eve = Browser(node.url)
    eve.sign_in("eve")
    link = link_to(editor, flow)
    assert eve.get(link).status_code == 404
    assert eve.submit("/keys", link).status_code == 404
    assert eve.get(f"/flows/{flow}/sharing").status_code == 404
    assert eve.submit("/keys", f"/flows/{flow}/sharing/links", right="view").status_code == 404
    for public in links(editor, flow):
        eve.submit("/keys", f"/flows/{flow}/sharing/links/{public}/take-back")
    assert links(editor, flow), "they are still there"


def test_a_stranger_is_sent_to_sign_in_and_a_forged_form_is_refused(node, editor, viewer, flow):
    link = link_to(editor, flow, "edit")
    assert Browser(node.url).get(link).url.path == "/account/login/"
    assert viewer.http.post(link).status_code == 403
    assert editor.http.post(f"/flows/{flow}/sharing/links", data={"right": "edit"}).status_code == 403


def test_a_link_to_a_deleted_flow_opens_no_later_one_of_the_same_id(editor, viewer):
    flow = created(Scripts(editor), "Gone")["id"]
    link = link_to(editor, flow, "edit")
    viewer.submit(link, link)
    editor.submit("/flows", f"/flows/{flow}/delete")
    assert viewer.get(link).status_code == 404
    assert created(Scripts(editor), "Gone")["id"] == flow
    assert viewer.submit("/keys", link).status_code == 404
    assert asked(viewer, f"/flows/{flow}/publish").status_code == 403
