"""Thousands of sandboxed steps in a row leave nothing behind; ``qflow bench sandbox-soak`` runs the whole."""

from __future__ import annotations

from itertools import islice

import pytest

from benchmarks.cases.sandbox_walls import WARM_STEPS, resident_mb, soak_steps

STEPS = 1_500


@pytest.mark.slow
@pytest.mark.escape(
    "Exhaustion: memory that grows from step to step", "CWE-401", outcome="resident memory stays flat"
)
def test_memory_stays_flat_over_thousands_of_steps(sandbox):
    steps = soak_steps(sandbox)
    for step in islice(steps, WARM_STEPS):
        step()
    before = resident_mb()
    for step in islice(steps, STEPS):
        step()
    assert resident_mb() - before < 20
