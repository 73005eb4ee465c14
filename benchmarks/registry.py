"""Every benchmark by name."""

from __future__ import annotations

from benchmarks.cases import (
    audit,
    boot,
    emergency,
    governance,
    governance_page,
    n8n,
    parallel,
    pipeline,
    recovery,
    sandbox,
    sandbox_walls,
    sequential,
    start,
    state_save,
    throughput,
    trust,
    waiting,
    webhook,
)
from benchmarks.frame import Benchmark

MODULES = (
    start,
    sequential,
    parallel,
    pipeline,
    webhook,
    throughput,
    state_save,
    boot,
    waiting,
    recovery,
    sandbox,
    n8n,
    sandbox_walls,
    audit,
    trust,
    governance,
    governance_page,
    emergency,
)

REGISTRY: dict[str, Benchmark] = {
    benchmark.name: benchmark for module in MODULES for benchmark in module.BENCHMARKS
}


class UnknownBenchmark(ValueError):
    """A name that is neither a benchmark nor a group of them."""


def chosen(names: list[str]) -> list[Benchmark]:
    """The benchmarks of these names, in the registry's order; all of them without names.

    A name that is the beginning of others up to a dash stands for them: ``throughput`` for
    ``throughput-1`` and so on. Raises :class:`UnknownBenchmark`.
    """
    wanted: set[str] = set()
    for name in names:
        matching = {known for known in REGISTRY if known == name or known.startswith(f"{name}-")}
        if not matching:
            raise UnknownBenchmark(f"there is no benchmark {name!r}; known: {', '.join(REGISTRY)}")
        wanted |= matching
    return [benchmark for name, benchmark in REGISTRY.items() if not names or name in wanted]
