"""Makes ``docs/security.md`` from the marks ``escape`` and ``wall`` of the tests, so that it cannot drift."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests" / "engine" / "sandbox"
WALLS = ROOT / "tests" / "isolation"

HEAD = """# Security of the sandbox

No expression and no code that a user wrote runs outside WebAssembly. The wall is the design: a guest has no
address of the host, no file, no socket, no environment, and a clock and chance that the step was given. What
it may reach beyond its items it asks for through [capability tokens](capabilities.md).

## The walls

| wall | holds |
|---|---|
| one gate | `code: any`, `approved-only` or `none`, for steps and modules, where they are loaded |
| scanning | imports, sizes and habits of a module are examined before it is compiled |
| compiling | modules beyond a few KiB are compiled in a process of their own with limits of time and memory |
| the instance | fresh for every call; memory, table, stack, fuel and time are limited |
| the host's functions | never raise into the engine: an error stops its own guest only |
| output | read as bytes of bounded size, parsed as what nobody vouches for |

## Violations and quarantine

A guest that crosses a limit is stopped and its step fails with `sandbox_violation`. Each time becomes the
event `q.qflow.sandbox.violation.v1` with its place (execution, flow, step, run), the actor, the CID of the
code and the counts of each, and raises the counter `qflow_sandbox_violations_total`.

Code that does so `code_violations_max` times within `violation_window_ms`, or a flow that does so
`flow_violations_max` times, goes into quarantine: it is refused with `quarantined` until an administrator
lifts that with `qflow sandbox quarantine lift`. Other code and other subnets are not touched. Guests that
use more than `sandbox_alert_percent` of the node's time or of their memory raise `q.qflow.sandbox.alert.v1`.
Whoever watches a subnet is told for every step, completed or failed, what its guests used, in
`q.qflow.wasm.execution.completed.v1`: `outcome`, the CID of the code, fuel, memory, time and calls of the
host; of a failed one the type and code of its error. What code printed before it ran out of memory stays in
the journal.

## Published escapes, as tests

Every row is a test below `tests/engine/sandbox`, run with every change. After each attack the same node
answers the next request. A reference names where the class was published for a comparable engine; CWE
numbers stand where a class has no single advisory.

| class | reference | test | outcome |
|---|---|---|---|
"""


BETWEEN_SUBNETS = """
## One subnet against another

Another subnet's objects do not exist. Every row is a test below `tests/isolation`, on a real node with two
subnets: a token with every scope of one attacks the other.

| what was tried | test | outcome |
|---|---|---|
"""


@dataclass(frozen=True)
class Escape:
    """One marked test."""

    what: str
    references: str
    test: str
    outcome: str


def render() -> str:
    """The page."""
    found = sorted(escapes(), key=lambda one: one.what)
    rows = [f"| {one.what} | {one.references} | `{one.test}` | {one.outcome} |" for one in found]
    walls = [
        f"| {one.what} | `{one.test}` | {one.outcome} |"
        for one in sorted(marked(WALLS, "wall"), key=lambda one: (one.what, one.test))
    ]
    return HEAD + "\n".join(rows) + "\n" + BETWEEN_SUBNETS + "\n".join(walls) + "\n"


def escapes() -> Iterator[Escape]:
    """Every published class of escapes that is a test."""
    return marked(TESTS, "escape")


def marked(folder: Path, name: str) -> Iterator[Escape]:
    """Every test with a mark, read from the source of the tests."""
    for path in sorted(folder.rglob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            for mark in getattr(node, "decorator_list", ()):
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == f"pytest.mark.{name}":
                    yield _escape(folder, path, node, mark)


def _escape(folder: Path, path: Path, node: ast.AST, mark: ast.Call) -> Escape:
    what, *references = [str(ast.literal_eval(argument)) for argument in mark.args]
    outcome = next(str(ast.literal_eval(one.value)) for one in mark.keywords if one.arg == "outcome")
    test = f"{path.relative_to(folder).as_posix()}::{getattr(node, 'name', '')}"
    return Escape(what, ", ".join(references), test, outcome)
