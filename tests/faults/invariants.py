"""What must hold after any fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from engine.base.ids import idempotency_key
from engine.journal import facts as f
from engine.journal.snapshot import restore
from tests.faults.counting import CountingServer
from tests.faults.tables import Tables

Run = tuple[str, int]


def check_journal(execution: str, facts: Sequence[f.Fact]) -> Counter[Run]:
    """No run of a step completed twice or started after it had completed, under the keys that follow
    from execution, step and run; gives the completed runs. What was truncated counts as it was kept."""
    completed: Counter[Run] = Counter()
    for fact in facts:
        if isinstance(fact, f.CheckpointCreated) and fact.truncates:
            kept = restore(fact.state).runs
            completed = Counter((step, run) for step, runs in kept.items() for run in runs)
        elif isinstance(fact, f.StepStarted):
            run = (fact.step, fact.run)
            assert run not in completed, f"{run} of {execution} started again after it had completed"
            assert fact.key == idempotency_key(execution, *run)
        elif isinstance(fact, f.StepCompleted):
            completed[fact.step, fact.run] += 1
    assert set(completed.values()) <= {1}, f"completed twice in {execution}: {completed}"
    return completed


def check_execution(tables: Tables, execution: str, steps: Iterable[str]) -> None:
    """It completed, and every step of it completed once."""
    facts = tables.facts(execution)
    assert isinstance(facts[-1], f.ExecutionCompleted), [fact.TYPE for fact in facts]
    assert check_journal(execution, facts) == Counter((step, 0) for step in steps)


def check_effects(server: CountingServer, tables: Tables, expected: Mapping[str, Sequence[str]]) -> None:
    """The outside saw every effect (given as steps by execution), under exactly one key each; a key came
    again only where the journal tells of an interruption."""
    seen: Counter[str] = Counter()
    for path, keys in server.keys.items():
        for key, times in keys.items():
            assert key, f"a request to {path} came without a key"
            seen[key.rpartition("-")[0] or key] += times
    wanted = [idempotency_key(execution, step, 0) for execution, steps in expected.items() for step in steps]
    assert len(set(wanted)) == len(wanted)
    assert set(seen) == set(wanted)
    for execution, steps in expected.items():
        again = interruptions(tables.facts(execution))
        for step in steps:
            times = seen[idempotency_key(execution, step, 0)]
            assert times <= 1 + again[step], f"{step} of {execution} acted {times} times"


def interruptions(facts: Iterable[f.Fact]) -> Counter[str]:
    """How often each step was cut off."""
    return Counter(fact.step for fact in facts if isinstance(fact, f.StepInterrupted))
