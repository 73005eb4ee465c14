"""Comments on flows, on a real node: who writes, who reads, and what is kept of them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from tests.designer.test_editor import Scripts
from tests.designer.test_pages import EVIL, Browser
from tests.designer.test_people import joined
from tests.designer.test_versions import ada, eve, twice_saved
from tests.faults.node import NodeProcess

__all__ = ["ada", "eve"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def scripts(ada: Browser) -> Scripts:
    """Asks as the editor does."""
    return Scripts(ada)


def said(scripts: Scripts, flow: str, text: str, step: str = "", answers: str = "") -> list[Any]:
    """Write a comment; gives all of the flow."""
    body = {"text": text, "step": step, "answers": answers}
    answer = scripts.send("POST", f"/flows/{flow}/comments", body)
    assert answer.status_code == 201, answer.text
    return list(answer.json()["comments"])


def test_comments_are_told_oldest_first_with_author_and_step(ada, scripts):
    twice_saved(ada, "talked")
    said(scripts, "talked", "  **Why** a day?  ", "greet")
    said(scripts, "talked", EVIL)
    told = ada.http.get("/flows/talked/comments").json()
    assert [(one["text"], one["step"], one["by"]) for one in told["comments"]] == [
        ("**Why** a day?", "greet", "ada"),
        (EVIL, "", "ada"),
    ]
    assert told["can_write"] is True


def test_a_comment_is_resolved_opened_again_and_taken_back(ada, scripts):
    twice_saved(ada, "settled")
    (one,) = said(scripts, "settled", "Mend this", "greet")
    path = f"/flows/settled/comments/{one['id']}"
    (done,) = scripts.send("POST", f"{path}/resolve", {"resolved": True}).json()["comments"]
    assert done["resolved"]["by"] == "ada"
    (again,) = scripts.send("POST", f"{path}/resolve", {"resolved": False}).json()["comments"]
    assert again["resolved"] is None
    assert scripts.send("POST", f"{path}/delete", {}).json()["comments"] == []
    assert scripts.send("POST", f"{path}/delete", {}).status_code == 404


def test_a_reply_stands_with_what_it_answers_and_opens_it_again(ada, scripts):
    twice_saved(ada, "answered")
    (one,) = said(scripts, "answered", "Why?", "greet")
    path = f"/flows/answered/comments/{one['id']}"
    assert scripts.send("POST", f"{path}/resolve", {"resolved": True}).status_code == 200
    first, reply = said(scripts, "answered", "Because.", answers=one["id"])
    assert (reply["answers"], reply["step"], first["resolved"]) == (one["id"], "greet", None)
    again = {"text": "x", "step": "", "answers": reply["id"]}
    assert scripts.send("POST", "/flows/answered/comments", again).status_code == 422
    resolving = scripts.send("POST", f"/flows/answered/comments/{reply['id']}/resolve", {"resolved": True})
    assert resolving.status_code == 422
    twice_saved(ada, "other")
    elsewhere = {"text": "x", "step": "", "answers": one["id"]}
    assert scripts.send("POST", "/flows/other/comments", elsewhere).status_code == 404
    assert scripts.send("POST", f"{path}/delete", {}).json()["comments"] == []


def test_what_others_have_answered_is_resolved_and_not_taken_back(ada, scripts, node):
    twice_saved(ada, "debated")
    ben = Scripts(joined(node, ada, "ben", scopes=["flows:read", "flows:write"]))
    (one,) = said(ben, "debated", "Why?")
    said(scripts, "debated", "Because.", answers=one["id"])
    path = f"/flows/debated/comments/{one['id']}"
    refused = ben.send("POST", f"{path}/delete", {})
    assert (refused.status_code, "others have answered" in refused.json()["error"]) == (403, True)
    assert ben.send("POST", f"{path}/resolve", {"resolved": True}).status_code == 200
    assert scripts.send("POST", f"{path}/delete", {}).json()["comments"] == []


WRONG: list[dict[str, Any]] = [
    {},
    {"text": "x"},
    {"text": " ", "step": ""},
    {"text": "x" * 10_001, "step": ""},
    {"text": "x", "step": "y" * 200},
]


@pytest.mark.parametrize("body", WRONG)
def test_a_comment_that_says_nothing_or_too_much_is_refused(ada, scripts, body):
    if ada.http.get("/flows/quiet/comments").status_code == 404:
        twice_saved(ada, "quiet")
    assert scripts.send("POST", "/flows/quiet/comments", body).status_code == 422
    assert ada.http.get("/flows/quiet/comments").json()["comments"] == []


def test_another_subnet_neither_reads_nor_writes_nor_resolves(ada, eve, scripts):
    twice_saved(ada, "private")
    (one,) = said(scripts, "private", "canary7f3a")
    stranger = Scripts(eve)
    assert eve.http.get("/flows/private/comments").status_code == 404
    assert stranger.send("POST", "/flows/private/comments", {"text": "x", "step": ""}).status_code == 404
    twice_saved(eve, "own")
    for flow, answers in (("private", one["id"]), ("own", one["id"])):
        body = {"text": "x", "step": "", "answers": answers}
        assert stranger.send("POST", f"/flows/{flow}/comments", body).status_code == 404
        path = f"/flows/{flow}/comments/{one['id']}"
        assert stranger.send("POST", f"{path}/resolve", {"resolved": True}).status_code == 404
        assert stranger.send("POST", f"{path}/delete", {}).status_code == 404
    assert ada.http.get("/flows/private/comments").json()["comments"] == [one]


def test_without_signing_in_or_the_token_of_the_page_nothing_is_written(ada, scripts, node):
    twice_saved(ada, "guarded")
    body = {"text": "x", "step": ""}
    assert scripts.send("POST", "/flows/guarded/comments", body, token="").status_code == 403
    assert Browser(node.url).http.get("/flows/guarded/comments").status_code == 401


def test_what_is_said_is_sealed_and_gone_with_the_flow(ada, scripts, node: NodeProcess):
    twice_saved(ada, "brief")
    said(scripts, "brief", "written in the open?")
    with closing(sqlite3.connect(node.data_dir / "qflow.sqlite3")) as database:
        rows = database.execute("SELECT text FROM designer_comment WHERE flow = 'brief'").fetchall()
        assert len(rows) == 1
        assert b"open" not in rows[0][0]
    ada.submit("/flows", "/flows/brief/delete")
    twice_saved(ada, "brief")
    assert ada.http.get("/flows/brief/comments").json()["comments"] == []
