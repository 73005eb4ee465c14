"""The last runs of flows' tests in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.base.limits import CASES_MAX
from engine.ports.case_runs import CaseRun
from engine.storage.case_runs import newest


class MemoryCaseRuns:
    """A :class:`CaseRunStore` for tests and simulation."""

    def __init__(self, most: int = CASES_MAX) -> None:
        self._found: dict[tuple[str, str], dict[str, CaseRun]] = {}
        self._most = most

    def of(self, subnet: str, flow: str) -> Mapping[str, CaseRun]:
        """By name."""
        return dict(self._found.get((subnet, flow), {}))

    def put(self, subnet: str, flow: str, runs: Sequence[CaseRun]) -> None:
        """Keep these."""
        self._found[subnet, flow] = newest(self.of(subnet, flow), runs, self._most)

    def forget(self, subnet: str, flow: str) -> None:
        """Forget all of a flow."""
        self._found.pop((subnet, flow), None)
