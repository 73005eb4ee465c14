"""Whether a test would come to the same on two versions of a flow, as far as the definitions tell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.flow.cases import case_of
from engine.flow.model import Flow


def same_for_case(before: Flow, after: Flow, name: str) -> bool:
    """Whether a case of this name is the same in both versions, and so is all that it runs. Notes and places
    on the canvas are for people (names of steps are not: expressions use them); other cases, and what
    publishing asks for, change nothing of this one."""
    return case_of(before, name) == case_of(after, name) and _what_runs(before) == _what_runs(after)


def _what_runs(flow: Flow) -> tuple[Any, ...]:
    steps = tuple(replace(step, notes="", position=None) for step in flow.steps)
    settings = replace(flow.settings, tests_must_pass=False)
    return steps, flow.edges, settings, flow.policy, flow.format, flow.extra
