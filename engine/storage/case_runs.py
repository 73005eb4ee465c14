"""The last runs of flows' tests on Django's database, sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from engine.base.limits import CASES_MAX
from engine.base.ordered import pack, unpack
from engine.ports.case_runs import CaseRun
from engine.ports.cipher import VALUES, Cipher, bound_to
from engine.storage.database import Database

_OF = "SELECT runs FROM engine_case_runs WHERE subnet = %s AND flow = %s"
_PUT = (
    "INSERT INTO engine_case_runs (subnet, flow, runs) VALUES (%s, %s, %s)"
    " ON CONFLICT (subnet, flow) DO UPDATE SET runs = excluded.runs"
)
_FORGET = "DELETE FROM engine_case_runs WHERE subnet = %s AND flow = %s"


class DjangoCaseRuns:
    """:class:`engine.ports.case_runs.CaseRunStore` on SQLite or PostgreSQL."""

    def __init__(self, cipher: Cipher, using: str = "default", most: int = CASES_MAX) -> None:
        self._db, self._cipher, self._most = Database(using), cipher, most

    def of(self, subnet: str, flow: str) -> Mapping[str, CaseRun]:
        """See :meth:`CaseRunStore.of`."""
        return self._opened(subnet, flow, self._db.row(_OF, [subnet, flow]))

    def put(self, subnet: str, flow: str, runs: Sequence[CaseRun]) -> None:
        """See :meth:`CaseRunStore.put`."""
        with self._db.transaction() as cursor:
            cursor.execute(_OF + self._db.for_update, [subnet, flow])
            kept = newest(self._opened(subnet, flow, cursor.fetchone()), runs, self._most)
            data = pack([asdict(run) for run in kept.values()])
            sealed = self._cipher.seal(subnet, VALUES, data, _place(subnet, flow))
            cursor.execute(_PUT, [subnet, flow, sealed])

    def forget(self, subnet: str, flow: str) -> None:
        """See :meth:`CaseRunStore.forget`."""
        self._db.write(_FORGET, [subnet, flow])

    def _opened(self, subnet: str, flow: str, row: Any) -> dict[str, CaseRun]:
        if row is None:
            return {}
        listed = unpack(self._cipher.open(subnet, VALUES, bytes(row[0]), _place(subnet, flow)))
        return {one["name"]: CaseRun(**one) for one in listed}


def newest(before: Mapping[str, CaseRun], runs: Sequence[CaseRun], most: int) -> dict[str, CaseRun]:
    """The runs that are kept, by name, oldest first: of each case the last, and of all as many as may be."""
    found = {**before, **{run.name: run for run in runs}}
    by_age = sorted(found.values(), key=lambda run: run.at_us)
    return {run.name: run for run in by_age[-most:]}


def _place(subnet: str, flow: str) -> bytes:
    return bound_to("case-runs", subnet, flow)
