"""Invitations and links to new passwords: what works once, for whom, and for how long."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import Any

import httpx
import pytest

from tests.designer.test_pages import PASSWORD, Browser, ada, code, node

__all__ = ["ada", "code", "node"]
pytestmark = pytest.mark.slow

READS = ["flows:read", "executions:read"]


def link_of(answer: httpx.Response) -> str:
    found = re.search(r'class="secret">[^<]*(/join/[^<]+)<', answer.text)
    assert found is not None, answer.text
    return found[1]


def invited(admin: Browser, **fields: Any) -> str:
    return link_of(admin.submit("/people", "/people/invite", **{"scopes": READS, **fields}))


def joined(node: Any, admin: Browser, name: str, **fields: Any) -> Browser:
    browser, link = Browser(node.url), invited(admin, **fields)
    done = browser.submit(link, link, username=name, password=PASSWORD)
    assert done.url.path == "/keys"
    return browser


def identity_of(admin: Browser, name: str) -> str:
    row = next(row for row in admin.get("/people").text.split("<tr>") if row.startswith(f"<td>{name}"))
    found = re.search(r"/people/(\w+)/remove", row)
    assert found is not None
    return found[1]


def change(node: Any, statement: str, *values: Any) -> None:
    with closing(sqlite3.connect(node.data_dir / "qflow.sqlite3", timeout=30)) as database:
        database.execute(statement, values)
        database.commit()


def test_a_link_works_once_and_is_stored_as_a_digest(node, ada):
    link = invited(ada)
    browser = Browser(node.url)
    assert browser.submit(link, link, username="bea", password=PASSWORD).url.path == "/keys"
    assert Browser(node.url).get(link).status_code == 404
    with closing(sqlite3.connect(node.data_dir / "qflow.sqlite3", timeout=30)) as database:
        stored = database.execute("SELECT * FROM designer_invitation").fetchall()
    assert link.removeprefix("/join/") not in str(stored)


def test_a_link_ends_with_its_time_and_when_it_is_taken_back(node, ada):
    link = invited(ada, hours="1")
    change(node, "UPDATE designer_invitation SET expires_us = 1 WHERE used_us IS NULL")
    assert Browser(node.url).get(link).status_code == 404
    other = invited(ada)
    public = re.findall(r"/people/invitations/(\w+)/take-back", ada.get("/people").text)[-1]
    ada.submit("/people", f"/people/invitations/{public}/take-back")
    assert Browser(node.url).get(other).status_code == 404
    assert Browser(node.url).get("/join/guessed").status_code == 404


def test_a_weak_password_does_not_use_the_link_up(node, ada):
    link, browser = invited(ada), Browser(node.url)
    assert "too short" in browser.submit(link, link, username="cleo", password="short").text
    assert browser.submit(link, link, username="cleo", password=PASSWORD).url.path == "/keys"


def test_who_is_no_administrator_invites_and_changes_nobody(node, ada):
    dan = joined(node, ada, "dan")
    identity = identity_of(ada, "bea")
    assert dan.get("/people").status_code == 403
    for path in (
        "invite",
        f"{identity}/scopes",
        f"{identity}/reset",
        f"{identity}/switch",
        f"{identity}/remove",
    ):
        answer = dan.submit("/keys", f"/people/{path}", scopes=["admin"], state="off")
        assert answer.status_code == 403, path
    assert "admin" not in dan.get("/keys").text.partition("<main")[2].partition("API tokens")[0]


def test_a_link_counts_no_more_when_its_maker_may_make_none(node, ada):
    eli = joined(node, ada, "eli", scopes=["admin"])
    link = invited(eli)
    ada.submit("/people", f"/people/{identity_of(ada, 'eli')}/scopes", scopes=READS)
    refused = Browser(node.url)
    assert refused.submit(link, link, username="fay", password=PASSWORD).status_code == 404
    assert "<td>fay" not in ada.get("/people").text


def test_switching_off_ends_sessions_and_tokens(node, ada):
    gus = joined(node, ada, "gus", scopes=["admin"])
    text = re.search(
        r'class="secret">([^<]+)<', gus.submit("/keys", "/keys/tokens", name="g", scopes=READS).text
    )
    assert text is not None
    bearer = {"Authorization": f"Bearer {text[1]}"}
    assert httpx.get(f"{node.url}/api/v1/flows", headers=bearer).status_code == 200
    ada.submit("/people", f"/people/{identity_of(ada, 'gus')}/switch", state="off")
    assert gus.get("/flows").url.path == "/account/login/"
    assert httpx.get(f"{node.url}/api/v1/flows", headers=bearer).status_code == 401
    assert Browser(node.url).sign_in("gus").url.path != "/flows"


def test_nobody_removes_themselves(node, ada):
    hal = joined(node, ada, "hal", scopes=["admin"])
    mine = identity_of(ada, "hal")
    assert hal.submit("/people", f"/people/{mine}/remove").status_code == 409
    assert ada.submit("/people", f"/people/{mine}/remove").url.path == "/people"
    assert hal.get("/flows").url.path == "/account/login/"
    assert ada.submit("/people", f"/people/{mine}/remove").status_code == 404


def test_a_new_password_ends_the_sessions_of_the_old_one(node, ada):
    ida = joined(node, ada, "ida")
    link = link_of(ada.submit("/people", f"/people/{identity_of(ada, 'ida')}/reset"))
    new = Browser(node.url)
    done = new.submit(link, link, password="another horse battery")
    assert done.url.path == "/account/login/", "it signs nobody in: a second factor may be asked for"
    assert ida.get("/flows").url.path == "/account/login/"
    assert Browser(node.url).get(link).status_code == 404


def test_there_is_no_way_in_by_e_mail(node):
    for path in ("signup/", "password/reset/", "email/", "login/code/", "confirm-email/", "password/set/"):
        assert Browser(node.url).get(f"/account/{path}").status_code == 404, path
