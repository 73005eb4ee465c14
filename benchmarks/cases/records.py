"""The check behind every number: what was answered stands in the database."""

from __future__ import annotations

import time

from benchmarks.place import Place

SETTLE_S = 5.0


def unrecorded(here: Place, flow: str, answers: int) -> str:
    """What is wrong with a flow's records, or nothing: ``answers`` executions must be there, completed.

    Commits that come after an answer get a moment.
    """
    deadline = time.monotonic() + SETTLE_S
    while True:
        counts = here.counts(flow)
        if counts == {"completed": answers}:
            return ""
        if time.monotonic() > deadline:
            return f"{answers} answers, but recorded: {counts}"
        time.sleep(0.1)
