"""What a template changes of the one before it: lines of code, and steps of flows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from engine.api import diff_flows, from_canonical
from governance.wording import plain_value

_LINES_MAX = 5_000


@dataclass(frozen=True, slots=True)
class Line:
    """A line of code: ``mark`` is ``+``, ``-`` or a blank; ``number`` that in the new text, 0 in none."""

    mark: str
    number: int
    text: str

    @property
    def said(self) -> str:
        """The mark for who hears the page."""
        return {"+": "added", "-": "removed"}.get(self.mark, "")


def code_lines(before: str, after: str) -> list[Line]:
    """The new code line by line, with what went from the old one; all of it where there is no old one."""
    old, new = before.splitlines()[:_LINES_MAX], after.splitlines()[:_LINES_MAX]
    if not before:
        return [Line(" ", number, text) for number, text in enumerate(new, 1)]
    found: list[Line] = []
    for kind, from_old, to_old, from_new, to_new in SequenceMatcher(None, old, new, False).get_opcodes():
        if kind != "equal":
            found += [Line("-", 0, text) for text in old[from_old:to_old]]
        mark = " " if kind == "equal" else "+"
        found += [Line(mark, number, new[number - 1]) for number in range(from_new + 1, to_new + 1)]
    return found


def flow_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a flow becomes, in the words of flows: pairs of what happened and to what."""
    new = from_canonical(after)
    if not before:
        return [("step", f"{step.title} ({step.type})") for step in new.steps]
    old = from_canonical(before)
    diff = diff_flows(old, new)
    found = [("added", new.by_id[step].title) for step in diff.steps_added]
    found += [("removed", old.by_id[step].title) for step in diff.steps_removed]
    for change in diff.steps_changed:
        found += [("changed", f"{new.by_id[change.step].title}: {field}") for field in change.fields]
    found += [("connected", f"{edge.source} → {edge.target}") for edge in diff.edges_added]
    found += [("disconnected", f"{edge.source} → {edge.target}") for edge in diff.edges_removed]
    found += [("setting", str(field)) for field in (*diff.settings_changed, *diff.details_changed)]
    return found + [("reordered", what) for what in diff.reordered]


def document_changes(
    before: Mapping[str, Any], after: Mapping[str, Any], names: Mapping[str, str]
) -> list[tuple[str, str]]:
    """What a policy document says otherwise than the one before it: pairs of what happened and to what.
    ``names`` tells what the code behind a CID is called."""
    found: list[tuple[str, str]] = []
    for part in sorted({*before, *after}):
        old, new = before.get(part), after.get(part)
        if old == new:
            continue
        if isinstance(old or [], list) and isinstance(new or [], list):
            found += [("removed", _entry(part, one, names)) for one in old or [] if one not in (new or [])]
            found += [("added", _entry(part, one, names)) for one in new or [] if one not in (old or [])]
        elif isinstance(old or {}, Mapping) and isinstance(new or {}, Mapping):
            found += _map_changes(part, old or {}, new or {}, names)
        else:
            found.append(("changed", f"{part}: {plain_value(old)} → {plain_value(new)}"))
    return found


def _map_changes(
    part: str, old: Mapping[str, Any], new: Mapping[str, Any], names: Mapping[str, str]
) -> list[tuple[str, str]]:
    found = []
    for name in sorted({*old, *new}):
        told = _entry(part, name, names)
        if name not in new:
            found.append(("removed", told))
        elif name not in old:
            found.append(("added", f"{told}: {plain_value(new[name])}"))
        elif old[name] != new[name]:
            found.append(("changed", f"{told}: {plain_value(old[name])} → {plain_value(new[name])}"))
    return found


def _entry(part: str, value: Any, names: Mapping[str, str]) -> str:
    text = plain_value(value)
    return f"{part}: {names[text]} ({text})" if text in names else f"{part}: {text}"
