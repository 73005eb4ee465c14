"""Searching from the command line."""

from __future__ import annotations

from tests.engine.cli.support import flow

ORDERS = flow("orders", 'shape data.set {"fields": {"a": 1}}')


def test_a_flow_is_found_and_an_index_made_anew(qflow):
    qflow("create", "-", stdin=ORDERS)
    assert [hit["id"] for hit in qflow("search", "orders", "kind:flow", "--json").json] == ["orders"]
    assert "orders" in qflow("search", "ord*", "--rebuild").out
    assert "nothing found" in qflow("search", "invoices").out


def test_a_wrong_search_names_what_is_wrong(qflow):
    assert "write a date" in qflow("search", "after:soon", code=2).err
