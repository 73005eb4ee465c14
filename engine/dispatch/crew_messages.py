"""What the processes of a node tell each other of executions, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from engine.base.errors import ErrorInfo
from engine.base.ordered import pack, unpack
from engine.execution.session import Outcome
from engine.journal.facts import Fact, from_plain, to_plain
from engine.journal.state import Status
from engine.ports.journal_store import Header
from engine.ports.step_catalogue import Answer

START, ATTEND = "start", "attend"
"""To a member: ``header, facts, until``; ``execution``."""
OUTCOME, REFUSED, LEFT, RING, STORED, EVENT, MEASURED = (
    "outcome",
    "refused",
    "left",
    "ring",
    "stored",
    "event",
    "measured",
)
"""From a member: ``execution, outcome``; ``execution, error``; ``execution, wake_us, measures`` once it lets
go of it; ``execution, priority``; ``execution, first, count`` after a commit; ``subnet, type, data``;
measures."""


Series = tuple[Any, ...]
"""The name of a measure, and pairs of a label and its value."""


def measures_to_plain(
    counts: Mapping[Series, float],
    times: Mapping[Series, Sequence[float]],
    levels: Mapping[Series, float],
) -> list[list[Any]]:
    """Measures as lists ``[kind, name, labels, values]``."""
    kinds = (("count", counts), ("observe", times), ("gauge", levels))
    return [
        [kind, series[0], dict(series[1:]), values if isinstance(values, list) else [values]]
        for kind, held in kinds
        for series, values in held.items()
    ]


def header_to_plain(header: Header) -> dict[str, Any]:
    """A header as a map."""
    plain = {spec.name: getattr(header, spec.name) for spec in fields(Header)}
    plain["status"] = str(header.status)
    return plain


def header_from_plain(plain: Mapping[str, Any]) -> Header:
    """Read what :func:`header_to_plain` wrote."""
    return Header(**{**plain, "status": Status(plain["status"])})


def facts_to_plain(facts: Sequence[Fact]) -> list[dict[str, Any]]:
    """Facts as maps."""
    return [to_plain(fact) for fact in facts]


def facts_from_plain(plain: Sequence[Mapping[str, Any]]) -> list[Fact]:
    """Read what :func:`facts_to_plain` wrote."""
    return [from_plain(each) for each in plain]


def outcome_to_plain(outcome: Outcome) -> dict[str, Any]:
    """An outcome as a map; what users made is packed."""
    return {
        "kind": outcome.kind,
        "answer": None if outcome.answer is None else pack(asdict(outcome.answer)),
        "items": pack(outcome.items),
        "error": None if outcome.error is None else outcome.error.as_json(),
    }


def outcome_from_plain(plain: Mapping[str, Any]) -> Outcome:
    """Read what :func:`outcome_to_plain` wrote."""
    answer, error = plain["answer"], plain["error"]
    return Outcome(
        plain["kind"],
        None if answer is None else Answer(**unpack(answer)),
        unpack(plain["items"]),
        None if error is None else ErrorInfo.from_json(error),
    )
