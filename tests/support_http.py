"""Runs http.request in tests: a bench whose policy lets loopback through and whose names are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from engine.ports.policy import PERSONAL, EgressPolicy, Policy
from engine.steps.http_request.connections import Connections
from engine.steps.http_request.credentials import TokenCache
from engine.steps.http_request.step import HttpRequest
from engine.testing.step_bench import StepBench

LOOPBACK = EgressPolicy(allow=("127.0.0.0/8",))


@dataclass
class Names:
    """A name service: host to the answers of each look-up in turn; the last one repeats."""

    answers: dict[str, list[list[str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        turns = self.answers.get(host)
        if not turns:
            raise OSError(-2, "Name or service not known")
        return turns.pop(0) if len(turns) > 1 else turns[0]


class HttpBench:
    """Benches that share connections, tokens and names, as the steps of one node do."""

    def __init__(self) -> None:
        self.names = Names()
        self.connections = Connections(resolver=self.names)
        self.tokens = TokenCache()

    def bench(
        self, parameters: Mapping[str, Any] | Any, egress: EgressPolicy = LOOPBACK, **options: Any
    ) -> StepBench:
        """A bench for one step."""
        kind = HttpRequest(self.connections, self.tokens)
        options.setdefault("policy", Policy(PERSONAL, egress=egress))
        return StepBench(kind, parameters, **options)

    def items(self, parameters: Mapping[str, Any] | Any, *items: Any, **options: Any) -> list[dict[str, Any]]:
        """The items that a run with these parameters gives."""
        return self.bench(parameters, **options).run(list(items)).outputs["main"]

    def json(self, parameters: Mapping[str, Any] | Any, *items: Any, **options: Any) -> dict[str, Any]:
        """The JSON of the one item that a run gives."""
        (item,) = self.items(parameters, *items, **options)
        found: dict[str, Any] = item["json"]
        return found

    def body(self, parameters: Mapping[str, Any] | Any, *items: Any, **options: Any) -> Any:
        """The body of the one response."""
        return self.json(parameters, *items, **options)["body"]


@contextmanager
def http_bench() -> Iterator[HttpBench]:
    """A bench whose connections are closed in the end."""
    made = HttpBench()
    try:
        yield made
    finally:
        made.connections.close()
