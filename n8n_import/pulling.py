"""What a running n8n gives through its public API (https://docs.n8n.io/api/), page by page.

Credentials come with their names and types only: the API never gives secrets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.api import Ask, QflowError
from n8n_import.words import Json, objects

PAGE = "100"
PAGES_MAX = 10_000

OTHERS = (("tag", "tags"), ("variable", "variables"), ("credential", "credentials"), ("folder", "folders"))
"""Kinds that not every edition or version gives."""

KEPT = {
    "tag": ("id", "name"),
    "variable": ("id", "key", "value", "type"),
    "credential": ("id", "name", "type"),
    "folder": ("id", "name", "parentFolderId"),
}


def pulled(ask: Ask) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every workflow, then what else there is; see :meth:`engine.api.Importer.pages`."""
    for workflow in _listed(ask, "workflows"):
        yield "workflow", workflow
    for kind, path in OTHERS:
        try:
            yield from ((kind, _only(one, KEPT[kind])) for one in _listed(ask, path))
        except QflowError:
            continue


def _listed(ask: Ask, path: str) -> Iterator[Json]:
    cursor = ""
    for _ in range(PAGES_MAX):
        answer = ask(path, {"limit": PAGE, **({"cursor": cursor} if cursor else {})})
        yield from objects(answer.get("data") if isinstance(answer, dict) else answer)
        following = answer.get("nextCursor") if isinstance(answer, dict) else None
        if not isinstance(following, str) or not following or following == cursor:
            return
        cursor = following


def _only(value: Json, names: tuple[str, ...]) -> Json:
    return {name: value[name] for name in names if name in value}
