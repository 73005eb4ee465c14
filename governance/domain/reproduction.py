"""Reports of checks by several nodes: what they say, who signs them, and where they differ.

What is signed is ``qflow/check-report/1``, a zero byte, and the DAG-CBOR list
``["qflow/check-report/1", DAO, PROPOSAL, REPORTER, [[CHECK, PASSED, CID], ...]]``, where ``PROPOSAL`` is the
CID of all that is proposed and ``CID`` that of a check's report without the node's name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.api import InvalidInput, cid_of
from engine.api.governing import encode
from governance.domain.facts import Reported

FORM = "qflow/check-report/1"
CONTEXT = FORM.encode() + b"\x00"

Reports = Mapping[str, Mapping[str, Any]]
"""By check: ``{"passed": bool, "report": {...}}``."""


def to_sign(dao: str, proposal: str, reporter: str, reports: Reports) -> bytes:
    """The bytes that a reporter's key signs."""
    results = [[name, int(passed), cid] for name, (passed, cid) in sorted(results_of(reports).items())]
    return CONTEXT + encode([FORM, dao, proposal, reporter, results])


def results_of(reports: Reports) -> dict[str, tuple[bool, str]]:
    """What two nodes must agree on, by check."""
    return {name: (bool(one["passed"]), cid_of(_comparable(one["report"]))) for name, one in reports.items()}


def _comparable(value: Any) -> Any:
    """A report without the names of nodes."""
    if isinstance(value, Mapping):
        return {name: _comparable(one) for name, one in value.items() if name != "node"}
    return [_comparable(one) for one in value] if isinstance(value, list | tuple) else value


def checked_form(reports: Any, wanted: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Reports in their one form; raises :class:`InvalidInput` where they are not of exactly these checks."""
    if not isinstance(reports, Mapping) or set(reports) != set(wanted):
        raise InvalidInput(f"a report has exactly the checks {', '.join(wanted)}")
    for one in reports.values():
        whole = isinstance(one, Mapping) and set(one) == {"passed", "report"}
        if not whole or not isinstance(one["passed"], bool) or not isinstance(one["report"], Mapping):
            raise InvalidInput('each check of a report is {"passed": true or false, "report": {...}}')
    return {name: {"passed": one["passed"], "report": dict(one["report"])} for name, one in reports.items()}


def differing(reports: Sequence[Reported]) -> list[str]:
    """The checks that not all reports tell the same of."""
    results = [results_of(one.reports) for one in reports]
    return sorted({name for one in results for name in one if one[name] != results[0].get(name)})
