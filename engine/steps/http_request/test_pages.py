"""Pages are fetched to the last one, whichever way the server counts them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.base.errors import InvalidInput, StepFailure
from engine.base.limits import Limits
from engine.steps.http_request.pages import next_link
from engine.steps.http_request.results import look
from engine.testing.step_bench import items_of, json_of
from tests.servers.http_server import HttpServer, Reply, as_json
from tests.support_http import HttpBench

NUMBERS = [{"n": n} for n in range(7)]


@pytest.mark.parametrize(
    ("path", "pagination", "requests"),
    [
        ("/pages", {"kind": "parameter"}, 4),
        ("/pages?size=7", {"kind": "parameter", "maxPages": 1}, 1),
        ("/offset", {"kind": "offset", "itemsPath": "data.rows"}, 4),
        ("/cursor", {"kind": "cursor", "path": "meta.next", "itemsPath": "rows"}, 3),
        ("/links", {"kind": "nextUrl"}, 3),
    ],
)
def test_all_pages_are_fetched(
    http: HttpBench, server: HttpServer, path: str, pagination: dict[str, Any], requests: int
) -> None:
    found = http.items({"url": server.at(path), "pagination": pagination, "bodyOnly": True}, *items_of({}))
    assert json_of(found) == NUMBERS
    assert {item["pairedItem"]["item"] for item in found} == {0}
    assert len(server.seen) == requests


def test_without_body_only_each_page_is_an_item(http: HttpBench, server: HttpServer) -> None:
    found = http.items({"url": server.at("/links"), "pagination": {"kind": "nextUrl"}})
    assert [len(item["json"]["body"]) for item in found] == [3, 3, 1]


def test_a_cursor_can_go_into_the_body_with_a_key_per_page(http: HttpBench, server: HttpServer) -> None:
    pagination = {"kind": "cursor", "path": "meta.next", "place": "body", "itemsPath": "rows"}
    parameters = {"url": server.at("/cursor"), "method": "POST", "json": {"q": 1}, "pagination": pagination}
    found = http.items({**parameters, "bodyOnly": True})
    assert json_of(found) == NUMBERS
    bodies = [json.loads(seen.body) for seen in server.seen]
    assert bodies == [{"q": 1}, {"q": 1, "cursor": "at-3"}, {"q": 1, "cursor": "at-6"}]
    assert len({seen.headers["Idempotency-Key"] for seen in server.seen}) == 3


def test_the_next_address_may_stand_in_the_body_and_be_relative(http: HttpBench, server: HttpServer) -> None:
    server.extra["/a"] = lambda seen: as_json({"next": "b?x=1"})
    server.extra["/b"] = lambda seen: as_json({"next": None})
    pagination = {"kind": "nextUrl", "path": "next"}
    found = http.items({"url": server.at("/a"), "query": {"q": 1}, "pagination": pagination})
    assert len(found) == 2
    assert [seen.target for seen in server.seen] == ["/a?q=1", "/b?x=1"]


def test_a_field_can_mark_the_last_page(http: HttpBench, server: HttpServer) -> None:
    server.extra["/more"] = lambda seen: as_json({"more": seen.query("page") != "2", "rows": [1]})
    pagination = {
        "kind": "parameter",
        "itemsPath": "rows",
        "stopWhen": {"path": "more", "equals": False},
    }
    assert len(http.items({"url": server.at("/more"), "pagination": pagination})) == 2


def test_a_status_can_mark_the_end(http: HttpBench, server: HttpServer) -> None:
    server.extra["/p"] = lambda seen: as_json([1]) if seen.query("page") == "1" else Reply(404)
    pagination: dict[str, Any] = {"kind": "parameter"}
    with pytest.raises(StepFailure, match="404"):
        http.items({"url": server.at("/p"), "pagination": pagination})
    pagination["stopOnStatus"] = [404]
    assert len(http.items({"url": server.at("/p"), "pagination": pagination})) == 1


def test_pages_stop_at_the_number_asked_for(http: HttpBench, server: HttpServer) -> None:
    http.items({"url": server.at("/pages?size=1"), "pagination": {"kind": "parameter", "maxPages": 2}})
    assert len(server.seen) == 2


def test_more_pages_than_the_node_allows_cannot_be_asked_for(http: HttpBench, server: HttpServer) -> None:
    parameters = {"url": server.at("/pages"), "pagination": {"kind": "parameter", "maxPages": 11}}
    with pytest.raises(InvalidInput, match="limit of 10"):
        http.items(parameters, limits=Limits(http_pages_max=10))


@pytest.mark.parametrize("kind", ["nextUrl", "cursor"])
def test_pages_in_a_circle_are_noticed(http: HttpBench, server: HttpServer, kind: str) -> None:
    server.extra["/round"] = lambda seen: as_json({"next": "/round"})
    with pytest.raises(StepFailure, match="circle"):
        http.items({"url": server.at("/round"), "pagination": {"kind": kind, "path": "next"}})
    assert len(server.seen) <= 3


@pytest.mark.parametrize("kind", ["parameter", "offset"])
def test_counted_pages_need_to_know_where_the_items_are(
    http: HttpBench, server: HttpServer, kind: str
) -> None:
    with pytest.raises(StepFailure, match="itemsPath"):
        http.items({"url": server.at("/offset"), "pagination": {"kind": kind}})


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("", None),
        ('<https://h/2>; rel="next"', "https://h/2"),
        ("<https://h/2>; rel=next", "https://h/2"),
        ('<https://h/1>; rel="prev", <https://h/3>; rel="next"', "https://h/3"),
        ('<https://h/a,b>; title="x, y"; rel="last next"', "https://h/a,b"),
        ('<https://h/2>; rel="nextish"', None),
        ('<https://h/2>; rel="prev"', None),
    ],
)
def test_link_headers_are_read(header: str, target: str | None) -> None:
    assert next_link(header) == target


@pytest.mark.parametrize(
    ("path", "found"),
    [("", {"a": [{"b": 0}]}), ("a.0.b", 0), ("a.1.b", None), ("a.b", None), ("x.y", None), ("a.0", {"b": 0})],
)
def test_dotted_paths_are_followed(path: str, found: object) -> None:
    assert look({"a": [{"b": 0}]}, path) == found
