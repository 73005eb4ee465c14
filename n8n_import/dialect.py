"""The SQL of n8n's Merge node (AlaSQL) as SQLite reads it, as far as they differ in what is often written."""

from __future__ import annotations

import re

_TEXT = re.compile(r"('(?:[^']|'')*')")
_TOP = re.compile(r"\A\s*SELECT\s+(DISTINCT\s+)?TOP\s+(\d+)\s", re.I)
_SELECTS = re.compile(r"\b(?:SELECT|LIMIT)\b", re.I)
_LIST = re.compile(r"\bARRAY\s*\(", re.I)


def in_sqlite(query: str) -> str:
    """``TOP n`` at the start becomes ``LIMIT``, and ``+`` beside a text ``||``. A query with expressions
    inside stays as it is."""
    if "{{" in query:
        return query
    found = _TOP.match(query)
    if found and len(_SELECTS.findall(query)) == 1:
        rest = query[found.end() :].rstrip().rstrip(";")
        query = f"SELECT {found[1] or ''}{rest} LIMIT {found[2]}"
    return _joined(query)


def makes_lists(query: str) -> bool:
    """Whether it collects values in lists."""
    return bool(_LIST.search(query))


def _joined(query: str) -> str:
    """Every other part is a text."""
    parts = _TEXT.split(query)
    for at in range(0, len(parts), 2):
        part = parts[at]
        if at > 0:
            part = re.sub(r"\A(\s*)\+", r"\1||", part)
        if at + 1 < len(parts):
            part = re.sub(r"\+(\s*)\Z", r"||\1", part)
        parts[at] = part
    return "".join(parts)
