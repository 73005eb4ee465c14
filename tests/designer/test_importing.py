"""The import page's doors: addresses that must not be reached, redirects, bundles, and who may."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from designer import importing
from engine.api import InvalidInput, NetworkFailure, Principal
from engine.api.governing import HttpCall, HttpReply
from tests.designer.test_editor import Scripts, created
from tests.designer.test_pages import OPEN, Browser, ada, code
from tests.designer.test_people import joined
from tests.designer.test_sharing import asked
from tests.faults.node import NodeProcess

__all__ = ["ada", "code"]

ADA = Principal("person:ada", "ada", "personal", frozenset({"admin"}))


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Address -> what is there; and under ``asked`` what was asked for."""
    there: dict[str, Any] = {"asked": []}

    def answer(world: Any, subnet: str, call: HttpCall) -> HttpReply:
        there["asked"].append(call.url)
        found = there[call.url]
        if isinstance(found, Exception):
            raise found
        return HttpReply(*found)

    limits = type("Limits", (), {"request_body_bytes_max": 1000})
    policy = type("Policy", (), {"limits": limits})
    fake = type("World", (), {"policy": type("Port", (), {"of": staticmethod(lambda subnet: policy)})})
    monkeypatch.setattr(importing, "call_out", answer)
    monkeypatch.setattr(importing, "world", fake)
    return there


def moved(to: str) -> tuple[Any, ...]:
    return 302, "Found", (("location", to),), b""


def test_redirects_are_followed_each_by_the_same_rules(net):
    net["https://a.example/x"] = moved("/y")
    net["https://a.example/y"] = (200, "OK", (), b"id: a")
    reply, url = importing._fetched(ADA, "https://a.example/x")
    assert (reply.body, url) == (b"id: a", "https://a.example/y")
    assert net["asked"] == ["https://a.example/x", "https://a.example/y"]


@pytest.mark.parametrize(
    "to",
    ["file:///etc/passwd", "http://a.example/y", "https://user:word@a.example/", "gopher://a.example/"],
)
def test_a_redirect_leads_to_nothing_that_could_not_be_asked_for(net, to):
    net["https://a.example/x"] = moved(to)
    with pytest.raises(InvalidInput):
        importing._fetched(ADA, "https://a.example/x")
    assert net["asked"] == ["https://a.example/x"]


def test_redirects_in_a_circle_end(net):
    net["https://a.example/x"] = moved("/x")
    with pytest.raises(InvalidInput, match="leads on"):
        importing._fetched(ADA, "https://a.example/x")
    assert len(net["asked"]) == importing.REDIRECTS_MAX + 1


def test_where_nothing_answers_it_says_so(net):
    net["https://a.example/x"] = NetworkFailure("connection to 10.0.0.7 refused")
    with pytest.raises(InvalidInput, match="nothing answers there") as refused:
        importing._fetched(ADA, "https://a.example/x")
    assert "10.0.0.7" not in str(refused.value)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeProcess]:
    """A node whose steps reach no address within, as a fresh one."""
    folder = tmp_path_factory.mktemp("node")
    made = NodeProcess(folder, QFLOW_ALLOWED_HOSTS="127.0.0.1", QFLOW_EGRESS_ALLOW="")
    made.start()
    try:
        yield made
    finally:
        for client in OPEN:
            client.close()
        made.stop()


@pytest.fixture(scope="module")
def viewer(node: Any, ada: Browser) -> Browser:
    return joined(node, ada, "vic", scopes=[], member_role="viewer")


@pytest.mark.slow
class TestOnANode:
    """The real thing."""

    @pytest.mark.parametrize(
        "url",
        [
            "http://127.0.0.1:{port}/health/live", "http://localhost:{port}/health/live",
            "http://[::1]:{port}/", "http://0.0.0.0:{port}/", "http://2130706433:{port}/",
            "http://169.254.169.254/latest/meta-data/", "http://[::ffff:127.0.0.1]:{port}/",
            "http://10.0.0.1/", "file:///etc/passwd", "ftp://example.org/", "http://ada:word@127.0.0.1/",
            "", "http://", "http:///x", "http://a b/", "http://127.0.0.1:0/", "x" * 3000,
        ],
    )  # fmt: skip
    def test_addresses_within_are_not_reached(self, node, ada, url):
        port = node.url.rpartition(":")[2]
        answer = Scripts(ada).send("POST", "/import/fetch", {"url": url.format(port=port)})
        assert answer.status_code == 422, answer.text
        assert "live" not in answer.json().get("text", "")

    def test_who_may_not_write_flows_fetches_and_stores_nothing(self, ada, viewer):
        assert asked(viewer, "/import/fetch", {"url": "https://example.org/"}).status_code == 403
        document = json.dumps({"id": "sneaked", "steps": [{"id": "a", "type": "flow.noop"}]})
        stored = viewer.submit("/import", "/import", document=document, action="import")
        assert stored.status_code == 403
        assert ada.get("/flows/sneaked/edit").status_code == 404

    def test_a_forged_request_fetches_nothing(self, ada):
        assert ada.http.post("/import/fetch", json={"url": "https://example.org/"}).status_code == 403

    def test_what_is_picked_is_exported_in_one_document_and_comes_back(self, ada):
        names = [created(Scripts(ada), f"Picked {number}")["id"] for number in (1, 2)]
        answer = ada.get(f"/flows/export?pick={names[0]}&pick={names[1]}")
        assert 'filename="flows.qflow.json"' in answer.headers["content-disposition"]
        assert [one["id"] for one in answer.json()["flows"]] == names
        report = ada.submit("/import", "/import", document=answer.text, action="check")
        assert report.text.count("is the same already") == 2
        assert ada.get("/flows/export").status_code == 422
        assert ada.get("/flows/export?pick=nowhere").status_code == 404
