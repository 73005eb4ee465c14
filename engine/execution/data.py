"""Items between steps: gathering a task's input, storing its output."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from engine.base.canonical import DAG_CBOR, cid_of, cid_of_bytes
from engine.base.errors import PayloadTooLarge, StepFailure
from engine.base.limits import SPILLED_BYTES_MAX, Limits
from engine.base.ordered import packed, settle_text, unpack
from engine.journal.facts import PortData
from engine.journal.state import ExecutionState, Source, Task
from engine.ports.block_store import BlockStore
from engine.ports.step_catalogue import Item, PortItems

Given = Mapping[str, Sequence[tuple[Source, PortData]]]
"""What goes into a task; see :func:`given_to`."""


class ItemStore:
    """Turns items into port data and back; outputs above a size become blocks."""

    def __init__(self, blocks: BlockStore, limits: Limits) -> None:
        self._blocks, self._limits = blocks, limits
        self._spilled: OrderedDict[tuple[str, str], tuple[list[Item], int]] = OrderedDict()
        self._spilled_bytes = 0
        self._lock = threading.Lock()

    def store(self, subnet: str, items: Sequence[Item]) -> PortData:
        """Port data of items; raises :class:`PayloadTooLarge` above ``step_output_bytes_max``."""
        settled, text = settle_text(list(items))
        encoded = packed(text)
        size = len(encoded)
        if size <= self._limits.inline_output_bytes_max:
            return PortData(cid_of_bytes(encoded), len(settled), settled, text)
        if size > self._limits.step_output_bytes_max:
            limit = self._limits.step_output_bytes_max
            raise PayloadTooLarge(f"an output of {size} bytes; the limit is {limit} (step_output_bytes_max)")
        cid = self._blocks.put(subnet, encoded, DAG_CBOR)
        self._keep((subnet, cid), settled, size)
        return PortData(cid, len(settled))

    def load(self, subnet: str, data: PortData) -> list[Item]:
        """The items; raises what :meth:`BlockStore.get` raises."""
        if data.items is not None:
            return data.items
        key = (subnet, data.cid)
        with self._lock:
            kept = self._spilled.get(key)
            if kept:
                self._spilled.move_to_end(key)
                return kept[0]
        encoded = self._blocks.get(subnet, data.cid)
        items: list[Item] = unpack(encoded)
        self._keep(key, items, len(encoded))
        return items

    def _keep(self, key: tuple[str, str], items: list[Item], size: int) -> None:
        with self._lock:
            if key in self._spilled:
                return
            self._spilled[key] = (items, size)
            self._spilled_bytes += size
            while self._spilled_bytes > SPILLED_BYTES_MAX:
                _, (_, dropped) = self._spilled.popitem(last=False)
                self._spilled_bytes -= dropped

    def inputs(self, subnet: str, given: Given, ports: Sequence[str]) -> PortItems:
        """A task's items per input port, in port order; empty ports are there too."""
        names = [*ports, *(port for port in given if port not in ports)]
        return {port: self._gather(subnet, given.get(port, ())) for port in names}

    def _gather(self, subnet: str, found: Sequence[tuple[Source, PortData]]) -> list[Item]:
        if len(found) == 1:
            return self.load(subnet, found[0][1])
        return [item for _, data in found for item in self.load(subnet, data)]


def given_to(state: ExecutionState, task: Task) -> Given:
    """What goes into a task: data by input port, with where they come from."""
    return {
        port: [(source, data) for source in sources if (data := state.items_of(source)) is not None]
        for port, sources in task.inputs.items()
    }


def input_cid(given: Given) -> str:
    """One CID over the CIDs of everything a task is given."""
    return cid_of({port: [data.cid for _, data in found] for port, found in given.items()})


def output_cid(outputs: Mapping[str, PortData]) -> str:
    """One CID over the CIDs of all output ports."""
    return cid_of({port: data.cid for port, data in outputs.items()})


def checked_items(step: str, port: str, items: Any) -> list[Item]:
    """Items as a step gave them, or a :class:`StepFailure` telling what is not an item."""
    if not isinstance(items, list):
        raise StepFailure(
            f"step {step!r} gave a {type(items).__name__} on port {port!r}, not a list of items"
        )
    for index, item in enumerate(items):
        if not isinstance(item, dict) or not isinstance(item.get("json"), dict):
            raise StepFailure(f'step {step!r} gave on port {port!r} at {index} no {{"json": {{...}}}}')
    return items


def with_provenance(inputs: PortItems, outputs: PortItems) -> PortItems:
    """Say of every output item which input item it came from, where that is plain: it is an input
    item, there was only one, or as many came out as went in. Steps that split or merge say it
    themselves."""
    given = next(iter(inputs.values()), [])
    places = {id(item): index for index, item in enumerate(given)}
    return {port: _paired(items, places) for port, items in outputs.items()}


def _paired(items: list[Item], places: Mapping[int, int]) -> list[Item]:
    plain = len(places) == 1 or len(items) == len(places)
    paired = []
    for index, item in enumerate(items):
        place = places.get(id(item))
        if place is None and plain and "pairedItem" not in item:
            place = 0 if len(places) == 1 else index
        if place is not None:
            item = {**item, "pairedItem": {"item": place}}  # noqa: PLW2901
        paired.append(item)
    return paired
