"""n8n workflows, imported and served by webhook: one client and sixteen, every execution recorded.

The limits are figures of n8n 2.30.0 (single process, SQLite, task runner, execution data saved, its
defaults) for workflows of the same shape on a machine of two cores and 24 GiB, multiplied: at sixteen
clients at least four times its requests a second (eight times for forty code nodes), and at one client a
median below its own. Figures of two runs on two days differ by tens of percent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from benchmarks import node, place, workflows
from benchmarks.cases.records import unrecorded
from benchmarks.cases.throughput import WARMUP_S, load
from benchmarks.frame import Benchmark, Options
from benchmarks.machine import loop_ms
from benchmarks.results import Limit, Result
from benchmarks.slow_server import slow_server

CLIENTS = 16
PROCESSES = 2  # of the node, beside its own
HTTP_DELAY_S = 0.005
FILES = "files"  # the directory that file steps may touch
PARALLEL = 10

ANSWER_MS = 1_000.0
"""What one caller may wait for workflows that n8n was not measured on."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A workflow's paths and files, and what n8n did: requests/s at 16 clients, p50 in ms at one."""

    paths: tuple[str, ...]
    made: Callable[[Options, str], list[bytes]]
    n8n_rate: float = 0.0
    n8n_p50: float = 0.0
    times: float = 4.0


def _one(make: Callable[[], bytes]) -> Callable[[Options, str], list[bytes]]:
    return lambda options, url: [make()]


def _files(options: Options, url: str) -> list[bytes]:
    return [workflows.files(options.scratch / FILES)]


def _ten(options: Options, url: str) -> list[bytes]:
    return [workflows.one_set(f"parallel-{number}") for number in range(PARALLEL)]


SHAPES = {
    "one-set": Shape(("one-set",), _one(workflows.one_set), 71, 15),
    "edit-fields": Shape(("edit-fields",), _one(workflows.edit_fields), 78, 13),
    "code-5-items": Shape(("code-5-items",), _one(workflows.code_five), 57, 22),
    "forty-set": Shape(("forty-set",), _one(workflows.forty_set), 27, 35),
    "forty-code": Shape(("forty-code",), _one(workflows.forty_code), 7.6, 193, 8.0),
    "files": Shape(("files",), _files),
    "http-merge": Shape(("http-merge",), lambda options, url: [workflows.http_merge(url)]),
    "ten-parallel": Shape(tuple(f"parallel-{number}" for number in range(PARALLEL)), _ten),
}


def run(name: str, options: Options) -> list[Result]:
    """Import, publish, and load with one client, then with sixteen."""
    shape, seconds = SHAPES[name], 1.0 if options.quick else min(options.seconds, 8.0)
    with _served(shape, options) as (served, here, flows):
        phases = {clients: _load(served.port, shape, clients, seconds) for clients in (1, CLIENTS)}
        answers = sum(found["answers"] for found in phases.values())
        errors: Counter[str] = sum((Counter(found["errors"]) for found in phases.values()), Counter())
        wrong = f"errors: {dict(errors)}" if errors else _unrecorded(here, flows, answers)
        memory = served.resident_mb()
    single, many = phases[1], phases[CLIENTS]
    slowest = Limit("p50", shape.n8n_p50 or ANSWER_MS)
    least = (Limit("value", shape.n8n_rate * shape.times, at_least=True),) if shape.n8n_rate else ()
    rate = many["rate"]
    extra = {"resident_mb": memory, "clients": CLIENTS, "loop_ms": round(loop_ms())}
    if shape.n8n_rate:
        extra["times_n8n"] = round(rate / shape.n8n_rate, 1)
    return [
        _result(f"n8n-{name}-1", single, (slowest,), wrong, {"clients": 1}),
        _result(f"n8n-{name}-{CLIENTS}", many, least, wrong, extra),
    ]


def _result(
    name: str, found: dict[str, float], limits: tuple[Limit, ...], wrong: str, extra: dict[str, float]
) -> Result:
    answers, p50, p99 = int(found["answers"]), found["p50"], found["p99"]
    return Result(name, "requests/s", found["rate"], answers, p50, p99, limits, wrong, extra)


@contextmanager
def _served(shape: Shape, options: Options) -> Iterator[tuple[node.Node, place.Place, list[str]]]:
    from engine.usecases.import_flows import import_flows

    with slow_server(HTTP_DELAY_S) as slow:
        (options.scratch / FILES).mkdir(exist_ok=True)
        here = place.opened(options.scratch / "node")
        flows = []
        for data in shape.made(options, slow.url):
            (arrival,) = import_flows(here.world, here.actor, data, publish=True)
            wrong = [issue for issue in arrival.imported.issues if issue["severity"] != "note"]
            assert not wrong, wrong
            flows.append(arrival.imported.flow.id)
        environment = {
            "QFLOW_EGRESS_ALLOW": "127.0.0.1",
            "QFLOW_FILES_ROOT": str(options.scratch / FILES),
            "QFLOW_PROCESSES": str(PROCESSES),
            "QFLOW_LIMIT_WEBHOOKS_PER_MINUTE_MAX": "1000000",
        }
        with node.running(options.scratch / "node", environment) as served:
            yield served, here, flows


def _load(port: int, shape: Shape, clients: int, seconds: float) -> dict[str, float]:
    """Figures of a phase; the answers of its warm-up count for the records only."""
    warm = load(port, clients, WARMUP_S, shape.paths)
    found = load(port, clients, seconds, shape.paths)
    errors = Counter(warm["errors"]) + Counter(found["errors"])
    return found | {
        "rate": found["answers"] / found["seconds"],
        "answers": found["answers"] + warm["answers"],
        "errors": errors,
        "p50": found.get("p50", float("inf")),
        "p99": found.get("p99", float("inf")),
    }


def _unrecorded(here: place.Place, flows: list[str], answers: int) -> str:
    if len(flows) == 1:
        return unrecorded(here, flows[0], answers)
    recorded = sum(here.counts(flow).get("completed", 0) for flow in flows)
    return "" if recorded == answers else f"{answers} answers, but recorded: {recorded}"


BENCHMARKS = tuple(
    Benchmark(f"n8n-{name}", f"n8n's workflow {name}, 1 and {CLIENTS} clients", partial(run, name))
    for name in SHAPES
)
