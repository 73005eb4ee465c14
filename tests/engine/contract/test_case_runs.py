"""The contract of what is remembered of flows' tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connections

from engine.ports.case_runs import CaseRun
from engine.storage.case_runs import DjangoCaseRuns
from engine.testing.memory_case_runs import MemoryCaseRuns
from engine.testing.memory_keys import memory_cipher

RUN = CaseRun("grüßt", "bafy1", True, 5, "completed", "exe_1", 7, 1.5)


@pytest.fixture
def store(alias: str | None) -> Any:
    """A store that keeps two runs of a flow."""
    return MemoryCaseRuns(most=2) if alias is None else DjangoCaseRuns(memory_cipher(), alias, most=2)


class TestCaseRuns:
    """Of each case the last run."""

    def test_a_later_run_takes_the_place_of_an_earlier_one(self, store: Any) -> None:
        store.put("alpha", "f", [RUN])
        store.put("alpha", "f", [replace(RUN, passed=False, at_us=9), CaseRun("new", "bafy2", False, 9)])
        assert store.of("alpha", "f") == {
            "grüßt": replace(RUN, passed=False, at_us=9),
            "new": CaseRun("new", "bafy2", False, 9),
        }

    def test_so_many_are_kept_and_the_oldest_go(self, store: Any) -> None:
        for at_us, name in enumerate("abc"):
            store.put("alpha", "f", [replace(RUN, name=name, at_us=at_us)])
        assert list(store.of("alpha", "f")) == ["b", "c"]

    def test_flows_and_subnets_are_apart(self, store: Any) -> None:
        store.put("alpha", "f", [RUN])
        assert store.of("beta", "f") == store.of("alpha", "g") == {}
        store.forget("beta", "f")
        assert store.of("alpha", "f") == {"grüßt": RUN}
        store.forget("alpha", "f")
        assert store.of("alpha", "f") == {}


def test_no_row_holds_the_name_of_a_case(database: str) -> None:
    DjangoCaseRuns(memory_cipher(), database).put("alpha", "f", [replace(RUN, name="confidential")])
    with connections[database].cursor() as cursor:
        cursor.execute("SELECT runs FROM engine_case_runs")
        assert b"confidential" not in bytes(cursor.fetchone()[0])
