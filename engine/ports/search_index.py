"""The socket for Qindex: what can be found of a subnet, by words, tags, categories and attributes.

The index holds metadata only (names, ids, tags, states), never items or errors' texts, and can be
made anew from the flow store and the journals at any time.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from engine.base.limits import INDEXED_TEXT_MAX

KINDS = ("template", "flow", "version", "block", "execution")
"""What is indexed, in the order in which it is shown."""

_WORD = re.compile(r"[^\W_]{1,100}")


@dataclass(frozen=True, slots=True)
class Indexed:
    """One thing that can be found; a thing with the same subnet, kind and id replaces it.

    ``flow`` is the flow it belongs to. ``at_us`` orders what is found, ``stamp_us`` is the time of the
    state that was indexed: what has changed since is indexed again. ``custom`` is found by its exact
    values; the index keeps their hashes only.
    """

    subnet: str
    kind: str
    id: str
    title: str
    text: str = ""
    flow: str = ""
    tags: tuple[str, ...] = ()
    category: str = ""
    archived: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)
    custom: Mapping[str, str] = field(default_factory=dict)
    at_us: int = 0
    stamp_us: int = 0
    ended_us: int = 0  # executions that ended


@dataclass(frozen=True, slots=True)
class Words:
    """Words that must stand in this order (a phrase), the last one perhaps only begun."""

    words: tuple[str, ...]
    prefix: bool = False
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What to look for; everything that is given must hold.

    ``archived`` None finds both. Times are of ``at_us``: from ``since_us`` to before ``until_us``.
    ``after`` is the ``next`` of the page before.
    """

    subnet: str
    words: tuple[Words, ...] = ()
    kinds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    category: str = ""
    archived: bool | None = False
    attributes: Mapping[str, str] = field(default_factory=dict)
    since_us: int | None = None
    until_us: int | None = None
    limit: int = 20
    after: str = ""


@dataclass(frozen=True, slots=True)
class SearchPage:
    """What was found: by kind in the order of :data:`KINDS`, then newest first."""

    hits: tuple[Indexed, ...]
    next: str = ""  # where the next page begins; empty: there is none


class SearchIndex(Protocol):
    """The index of a node; every method is about one subnet."""

    def put(self, entries: Sequence[Indexed]) -> None:
        """Index these, in one transaction."""

    def remove(self, subnet: str, kind: str, ids: Sequence[str]) -> None: ...
    def remove_flow(self, subnet: str, flow: str) -> None:
        """Take out a flow and its versions; its executions outlive it."""

    def clear(self, subnet: str) -> None:
        """Forget everything of a subnet but its templates and blocks, which others put in."""

    def search(self, query: SearchQuery) -> SearchPage:
        """Raises :class:`InvalidInput` for an ``after`` that is no cursor."""

    def stale(self, subnet: str, limit: int) -> list[tuple[str, str, str]]:
        """Kind, id and flow of what exists but is not indexed as it is now, oldest first."""


def words_of(text: str) -> list[str]:
    """Letters and digits, without case and accents (Unicode NFKD)."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return _WORD.findall("".join(letter for letter in plain if not unicodedata.combining(letter)))


def custom_mark(key: str) -> str:
    """The name under which custom data of executions is found."""
    return f"custom.{key}"


def facet(name: str, value: str) -> str:
    """A word that stands for an exact value, so that one index answers words and filters alike."""
    return "q" + hashlib.sha256(f"{name}\0{value}".encode(errors="replace")).hexdigest()[:20]


def words_for(entry: Indexed) -> str:
    """Everything an entry is found by, as words between spaces."""
    found = words_of(" ".join((entry.title, entry.id, *entry.tags, entry.text))[:INDEXED_TEXT_MAX])
    facets = {("kind", entry.kind), ("flow", entry.flow), ("category", entry.category)}
    facets |= {("tag", tag) for tag in entry.tags} | set(entry.attributes.items())
    facets |= {(custom_mark(key), value) for key, value in entry.custom.items()}
    return " ".join([facet("subnet", entry.subnet), *found, *sorted(facet(*each) for each in facets)])


def facets_for(query: SearchQuery) -> list[str]:
    """The words that stand for a query's filters; never empty."""
    wanted = [("subnet", query.subnet), *(("tag", tag) for tag in query.tags), *query.attributes.items()]
    if query.category:
        wanted.append(("category", query.category))
    return [facet(*each) for each in wanted]
