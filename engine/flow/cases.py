"""The tests of a flow: cases that say what it starts with, what stands in for steps, and what is expected.

A flow keeps its cases as definitions write them, so they are part of its version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.base.errors import ErrorType
from engine.flow.model import Flow
from engine.flow.shapes import CaseShape, MockShape

Items = Sequence[Mapping[str, Any]]
PerPort = Mapping[str, Mapping[str, Items]]
End = Literal["completed", "failed", "waiting"]


@dataclass(frozen=True, slots=True)
class Mock:
    """What a step gives instead of running: items per output port (``""``: the first), or an error."""

    outputs: Mapping[str, Items] = field(default_factory=dict)
    error: str = ""
    error_type: str = ErrorType.EXECUTION_ERROR.value


@dataclass(frozen=True, slots=True)
class Case:
    """One test. ``outputs`` must be given exactly, ``contains`` may stand among more."""

    name: str
    start: str | None = None
    items: Items = ()
    mocks: Mapping[str, Mock] = field(default_factory=dict)
    allow: frozenset[str] = frozenset()
    end: End = "completed"
    error: str = ""
    outputs: PerPort = field(default_factory=dict)
    contains: PerPort = field(default_factory=dict)
    assertions: tuple[str, ...] = ()


def tests_of(shapes: Sequence[CaseShape]) -> tuple[dict[str, Any], ...]:
    """The cases as a flow keeps them: without keys at their default, the mocks as they are written."""
    return tuple(_plain(shape) for shape in shapes)


def cases_of(flow: Flow) -> tuple[Case, ...]:
    """The flow's cases, in their order."""
    return tuple(_case(written) for written in flow.tests)


def case_of(flow: Flow, name: str) -> Case | None:
    """The case of a name; None where the flow has none."""
    return next((_case(written) for written in flow.tests if written["name"] == name), None)


def _plain(shape: CaseShape) -> dict[str, Any]:
    plain = shape.model_dump(by_alias=True, exclude_defaults=True)
    if shape.mocks:
        plain["mocks"] = {step: _plain_mock(mock) for step, mock in shape.mocks.items()}
    return plain


def _plain_mock(shape: MockShape) -> dict[str, Any]:
    written = shape.model_dump(by_alias=True, exclude_unset=True)
    return {way: given for way, given in written.items() if given is not None}


def _case(written: Mapping[str, Any]) -> Case:
    expect = written.get("expect", {})
    return Case(
        name=written["name"],
        start=written.get("start"),
        items=tuple(written.get("items", ())),
        mocks={step: _mock(mock) for step, mock in written.get("mocks", {}).items()},
        allow=frozenset(written.get("allow", ())),
        end=expect.get("end", "completed"),
        error=expect.get("error", ""),
        outputs=expect.get("outputs", {}),
        contains=expect.get("contains", {}),
        assertions=tuple(expect.get("assertions", ())),
    )


def _mock(written: Mapping[str, Any]) -> Mock:
    error = written.get("error")
    if error is not None:
        return Mock({}, error["message"], error.get("type", ErrorType.EXECUTION_ERROR.value))
    return Mock(written["outputs"] if "outputs" in written else {"": written.get("items", ())})
