"""The webhook route table: which trigger a method and path start."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ports.flow_store import ActiveTrigger, Registration
from engine.web.problems import Refused
from engine.web.routes import Match, RouteTable, segments_of


def trigger(key: str, *methods: str, flow: str = "") -> ActiveTrigger:
    return ActiveTrigger(
        "personal", flow or key, "cid", Registration("webhook", "hook", key, {"methods": methods})
    )


def find(table: RouteTable, method: str, path: str) -> tuple[str, dict[str, str]] | frozenset[str]:
    found = table.find(method, segments_of(path.encode()))
    return (found.trigger.flow, dict(found.params)) if isinstance(found, Match) else found


def test_a_path_and_its_parameters_are_found():
    table = RouteTable([trigger("orders/:id/lines/:line", "GET")])
    expected = ("orders/:id/lines/:line", {"id": "7", "line": "2"})
    assert find(table, "GET", "/orders/7/lines/2") == expected


def test_a_fixed_segment_wins_over_a_parameter():
    table = RouteTable([trigger("orders/:id", "GET"), trigger("orders/open", "GET")])
    assert find(table, "GET", "orders/open") == ("orders/open", {})
    assert find(table, "GET", "orders/9") == ("orders/:id", {"id": "9"})


def test_the_search_goes_back_from_a_fixed_segment_that_leads_nowhere():
    table = RouteTable([trigger("a/b/c", "GET"), trigger(":x/b/d", "GET")])
    assert find(table, "GET", "a/b/d") == (":x/b/d", {"x": "a"})


def test_a_parameter_route_serves_a_method_that_the_fixed_one_does_not():
    table = RouteTable([trigger("orders/open", "GET"), trigger("orders/:id", "POST")])
    assert find(table, "POST", "orders/open") == ("orders/:id", {"id": "open"})


def test_one_path_may_start_different_flows_by_method():
    table = RouteTable([trigger("x", "GET", flow="reads"), trigger("x", "POST", flow="writes")])
    assert find(table, "GET", "x") == ("reads", {})
    assert find(table, "POST", "x") == ("writes", {})


def test_another_method_gives_those_that_are_allowed():
    table = RouteTable([trigger("x", "GET"), trigger("x", "PUT", flow="y")])
    assert find(table, "DELETE", "x") == {"GET", "PUT"}


def test_head_is_served_where_get_is():
    assert find(RouteTable([trigger("x", "GET")]), "HEAD", "x") == ("x", {})


def test_a_slash_at_the_end_does_not_count():
    table = RouteTable([trigger("x/y", "GET")])
    assert find(table, "GET", "/x/y/") == ("x/y", {})


def test_an_empty_segment_is_no_parameter():
    table = RouteTable([trigger("x/:id/y", "GET")])
    assert find(table, "GET", "x//y") == frozenset()


@pytest.mark.parametrize("path", ["..", "x/../x", "%2e%2e/x", "x/%2e%2e/%2e%2e/etc/passwd", "x%00", "x\\y"])
def test_dots_and_odd_characters_are_plain_text_and_match_nothing(path):
    assert find(RouteTable([trigger("x", "GET")]), "GET", path) == frozenset()


def test_an_escaped_slash_stays_in_its_segment():
    table = RouteTable([trigger("files/:name", "GET")])
    assert find(table, "GET", "files/a%2Fb%20c") == ("files/:name", {"name": "a/b c"})


@pytest.mark.parametrize("path", [b"%ff", b"%c3%28", b"%", b"%zz", b"a/%e2%82"])
def test_escapes_that_are_no_text_are_refused(path):
    with pytest.raises(Refused) as refused:
        segments_of(path)
    assert refused.value.document.status == 400


def test_a_very_deep_path_is_harmless():
    table = RouteTable([trigger(":a/:b", "GET")])
    assert find(table, "GET", "/x" * 50_000) == frozenset()


@given(
    st.lists(st.text(min_size=1, max_size=8).filter(lambda s: not set(s) & set("/:")), min_size=1, max_size=6)
)
def test_every_fixed_path_finds_itself_however_it_is_escaped(segments):
    table = RouteTable([trigger("/".join(segments), "POST")])
    escaped = "/".join("".join(f"%{byte:02x}" for byte in s.encode()) for s in segments)
    found = table.find("POST", segments_of(escaped.encode()))
    assert isinstance(found, Match)
