"""Lists of items that a step remembers between its runs, kept small in its memory.

What a step remembers is written to the journal with every run. A long list is therefore cut into
pages, each a block that names its neighbour: memory holds at most one page of items and a CID, so
that a loop over n items costs the journal n pages at most, and not n times n items.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.base.canonical import DAG_CBOR
from engine.base.ordered import pack, unpack
from engine.ports.step_catalogue import Blocks, Item

PAGE_BYTES_MAX = 4 * 1024

Queue = Mapping[str, Any]
"""Items to be taken from the front: ``{"items": [...], "next": CID}``, the last page without next."""

Pile = Mapping[str, Any]
"""Items to be added at the end: ``{"items": [...], "before": CID}``, the first page without before."""


def queue_of(items: Sequence[Item], blocks: Blocks) -> Queue:
    """A queue of all items."""
    pages = list(_cut(items))
    page: dict[str, Any] = {"items": pages.pop() if pages else []}
    while pages:
        page = {"items": pages.pop(), "next": blocks.put(pack(page), DAG_CBOR)}
    return page


def take(queue: Queue, count: int, blocks: Blocks) -> tuple[list[Item], Queue]:
    """The first items, at most ``count``, and the queue without them."""
    taken: list[Item] = list(queue["items"][:count])
    rest = {**queue, "items": queue["items"][count:]}
    while len(taken) < count and "next" in rest:
        page = unpack(blocks.get(rest["next"]))
        missing = count - len(taken)
        taken += page["items"][:missing]
        rest = {**page, "items": page["items"][missing:]}
    return taken, rest


def is_empty(queue: Queue) -> bool:
    """Whether nothing is left to take."""
    return not queue["items"] and "next" not in queue


EMPTY_PILE: Pile = {"items": []}


def added(pile: Pile, items: Sequence[Item], blocks: Blocks) -> Pile:
    """The pile with more items; a full page becomes a block."""
    page = {**pile, "items": [*pile["items"], *items]}
    data = pack(page)
    if len(data) <= PAGE_BYTES_MAX:
        return page
    return {"items": [], "before": blocks.put(data, DAG_CBOR)}


def all_of(pile: Pile, blocks: Blocks) -> list[Item]:
    """All items of a pile in the order in which they were added."""
    pages = [pile["items"]]
    while "before" in pile:
        pile = unpack(blocks.get(pile["before"]))
        pages.append(pile["items"])
    return [item for page in reversed(pages) for item in page]


def _cut(items: Sequence[Item]) -> Iterator[list[Item]]:
    page: list[Item] = []
    size = 0
    for item in items:
        length = len(pack(item))
        if page and size + length > PAGE_BYTES_MAX:
            yield page
            page, size = [], 0
        page.append(item)
        size += length
    if page:
        yield page
