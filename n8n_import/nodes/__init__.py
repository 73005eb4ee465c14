"""The node types that are understood: one module for each, found by itself.

A module has ``NODES``, a tuple of :class:`~n8n_import.translating.NodeType`.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from n8n_import.translating import NodeType


@cache
def known() -> dict[str, NodeType]:
    """Every node type by its name."""
    found: dict[str, NodeType] = {}
    for module in iter_modules(__path__):
        for kind in import_module(f"{__name__}.{module.name}").NODES:
            if kind.name in found:
                raise LookupError(f"two modules translate {kind.name}")
            found[kind.name] = kind
    return found


def node_type(name: str) -> NodeType | None:
    """The node type of that name, or None. The package may be named in an older way."""
    kind = known().get(name)
    if kind is None and name.startswith("@n8n/"):
        kind = known().get(name.removeprefix("@n8n/"))
    return kind
