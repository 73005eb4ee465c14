"""What goes into a step is what the journal says: items that were changed since are found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.base.canonical import cid_of
from engine.base.limits import Limits
from engine.execution.data import ItemStore
from engine.execution.gate import changed
from engine.journal.facts import PortData, port_to_plain, to_plain
from engine.testing.memory_blocks import MemoryBlocks
from tests.engine.contract.samples import completed


def items() -> list[dict[str, Any]]:
    return [{"json": {"b": 1, "a": [True, None]}}]


@pytest.fixture
def data() -> PortData:
    return ItemStore(MemoryBlocks(), Limits()).store("alpha", items())


def test_items_as_they_were_stored_are_unchanged(data: PortData):
    assert changed(data) == ""


def test_items_that_a_step_changed_in_place_are_found(data: PortData):
    assert data.items is not None
    data.items[0]["json"]["b"] = True
    assert changed(data) not in ("", data.cid)


def test_another_order_of_keys_is_another_content(data: PortData):
    assert data.items is not None
    other = [{"json": dict(reversed(data.items[0]["json"].items()))}]
    assert changed(replace(data, items=other))


def test_items_from_a_journal_are_held_against_their_cid(data: PortData):
    read = PortData(data.cid, data.count, data.items)
    assert changed(read) == ""
    assert changed(replace(read, cid=cid_of(items()))) == ""  # as older journals name them
    assert changed(replace(read, cid="bafyother")) == data.cid


def test_items_in_a_block_are_left_to_its_store():
    assert changed(PortData("bafyblock", 3)) == ""


def test_the_text_at_hand_is_what_the_journal_keeps(data: PortData):
    fact = replace(completed(), outputs={"main": data})
    anew = replace(fact, outputs={"main": replace(data, text=None)})
    assert to_plain(fact) == to_plain(anew)
    assert "text" not in port_to_plain(data)
