"""The versions of a flow on a real node: history, comparing, restoring, naming, and who is kept out."""

from __future__ import annotations

import copy
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.designer.test_editor import Scripts
from tests.designer.test_pages import EVIL, PASSWORD, STRANGER, Browser
from tests.faults.node import ROOT, NodeProcess

pytestmark = pytest.mark.slow

FIRST: dict[str, Any] = {
    "steps": [
        {"id": "begin", "type": "trigger.manual", "position": [0, 0], "next": {"main": "greet"}},
        {
            "id": "greet",
            "type": "data.set",
            "name": "Greet",
            "params": {"fields": {"word": "Hello"}},
            "position": [320, 0],
            "next": {"main": "gone"},
        },
        {"id": "gone", "type": "flow.noop", "name": EVIL, "position": [640, 0], "next": {}},
    ]
}


@pytest.fixture(scope="module")
def ada(node: NodeProcess) -> Iterator[Browser]:
    browser = Browser(node.url)
    browser.submit("/set-up", "/set-up", username="ada", password=PASSWORD)
    yield browser
    browser.http.close()


@pytest.fixture(scope="module")
def eve(node: NodeProcess, ada: Browser) -> Iterator[Browser]:
    """Somebody of another subnet."""
    environment = {**node.environment, "DJANGO_SETTINGS_MODULE": "qflow_site.settings"}
    subprocess.run([sys.executable, "-c", STRANGER], env=environment, cwd=ROOT, check=True, timeout=120)
    browser = Browser(node.url)
    browser.sign_in("eve")
    yield browser
    browser.http.close()


def twice_saved(ada: Browser, name: str) -> dict[str, Any]:
    """A flow of two versions; gives the newest as the editor loads it."""
    scripts = Scripts(ada)
    made = scripts.send("POST", "/flows/new", {"definition": {"name": name, **FIRST}}).json()
    definition = copy.deepcopy(made["definition"])
    definition["steps"] = definition["steps"][:2]
    definition["steps"][1] |= {"params": {"fields": {"word": "Good day"}}, "next": {}}
    body = {"definition": definition, "revision": made["revision"], "message": "More polite"}
    answer = scripts.send("PUT", f"/flows/{name}/document", body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_the_history_tells_who_saved_what_and_when(ada):
    twice_saved(ada, "history")
    shown = ada.get("/flows/history/versions").text
    assert "More polite" in shown
    assert "2 versions in all" in shown
    assert shown.count('<td data-name="By">ada') == 2


def test_a_long_history_comes_in_pages(ada):
    newest = twice_saved(ada, "long")
    scripts = Scripts(ada)
    for number in range(3, 53):
        definition = {**newest["definition"], "description": f"the {number}th"}
        body = {"definition": definition, "revision": newest["revision"], "message": f"save {number}"}
        newest = scripts.send("PUT", "/flows/long/document", body).json()
    first = ada.get("/flows/long/versions").text
    assert ("save 52" in first, "More polite" in first) == (True, False)
    assert '"?before=3"' in first
    older = ada.get("/flows/long/versions?before=3").text
    assert ("save 52" in older, "More polite" in older) == (False, True)
    assert ada.get("/flows/long/versions?before=x").status_code == 422


def test_two_versions_are_compared_in_words_as_text_and_for_the_canvas(ada):
    twice_saved(ada, "compared")
    shown = ada.get("/flows/compared/versions/compare?before=1&after=2").text
    assert "What changed: 2 added" not in shown
    assert "2 removed, 1 changed" in shown
    assert "Parameter fields.word" in shown
    assert "Good day" in shown
    assert EVIL not in shown
    assert ada.get("/flows/compared/versions/compare").text.count("Parameter fields.word") == 1
    same = ada.get("/flows/compared/versions/compare?before=2&after=draft").text
    assert "These versions are the same" in same
    told = ada.get("/flows/compared/versions/compared.json?before=1&after=2").json()
    assert told["marks"] == {
        "steps": {"greet": "changed", "gone": "removed"},
        "wires": {"greet.main>gone.main": "removed"},
    }
    assert told["before"]["looks"]["gone"]["outputs"] == ["main"]


def test_a_version_that_is_not_there_or_a_view_that_is_none_is_told(ada):
    twice_saved(ada, "asked")
    for query in ("before=77", "after=1.0", "before=published"):
        assert ada.get(f"/flows/asked/versions/compare?{query}").status_code == 404, query
    assert ada.get("/flows/asked/versions/compare?view=upside-down").status_code == 422
    assert ada.get("/flows/asked/versions/compared.json?before=77").status_code == 404


def test_an_old_version_is_restored_as_a_new_one_and_nothing_is_lost(ada):
    newest = twice_saved(ada, "restored")
    path = "/flows/restored/versions"
    done = ada.submit(path, f"{path}/restore", version="1", revision=newest["revision"])
    assert "Version 1 is the draft again" in done.text
    assert "Restored version 1" in done.text
    assert "3 versions in all" in done.text
    draft = ada.get("/flows/restored/document").json()["definition"]
    assert [step["id"] for step in draft["steps"]] == ["begin", "greet", "gone"]
    assert "These versions are the same" in ada.get(f"{path}/compare?before=1&after=3").text
    late = ada.submit(path, f"{path}/restore", version="2", revision=newest["revision"])
    assert late.status_code == 409


def test_a_version_gets_a_name_and_is_found_by_it(ada):
    twice_saved(ada, "named")
    path = "/flows/named/versions"
    assert "Version 1 is called v1.0" in ada.submit(path, f"{path}/tag", version="1", tag="v1.0").text
    assert "from version 1 to 2" in ada.get(f"{path}/compare?before=v1.0&after=2").text
    assert ada.submit(path, f"{path}/tag", version="1", tag="2nd").status_code == 422
    assert ada.submit(path, f"{path}/tag", version="9", tag="late").status_code == 404
    assert "Take the name v1.0 away" in ada.get(path).text
    assert "No version is called v1.0" in ada.submit(path, f"{path}/untag", version="1", tag="v1.0").text
    assert ada.submit(path, f"{path}/untag", version="1", tag="v1.0").status_code == 404
    trail = ada.get("/audit").text
    assert "flow.tag" in trail and "flow.untag" in trail


def test_another_subnet_sees_and_changes_nothing(ada, eve):
    twice_saved(ada, "walled")
    path = "/flows/walled/versions"
    for place in ("", "/compare", "/compared.json?before=1&after=2"):
        assert eve.get(path + place).status_code == 404, place
    assert eve.submit("/flows", f"{path}/restore", version="1", revision="x").status_code == 404
    assert eve.submit("/flows", f"{path}/tag", version="1", tag="mine").status_code == 404
    assert eve.submit("/flows", f"{path}/untag", version="1", tag="mine").status_code == 404
    assert "2 versions in all" in ada.get(path).text
