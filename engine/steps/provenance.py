"""Saying which input item an output item came from (``pairedItem``)."""

from __future__ import annotations

from typing import Any

from engine.ports.step_catalogue import Item


def from_item(item: Item, index: int) -> Item:
    """The item, as come from the input item at an index of the first port."""
    return {**item, "pairedItem": {"item": index}}


def from_port(item: Item, index: int, port: int) -> Item:
    """The item, as come from an input item of the port with this number, counted from 0."""
    return {**item, "pairedItem": {"item": index, "input": port} if port else {"item": index}}


def from_run(item: Item, index: int, run: int) -> Item:
    """The item, as come from an input item of an earlier run of the same step."""
    return {**item, "pairedItem": {"item": index, "run": run}}


def place(index: int, port: int) -> dict[str, Any]:
    """One entry of a ``pairedItem`` list."""
    return {"item": index, "input": port}
