"""``qflow test``: run the tests of flows, of files or of a node."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.base.errors import InvalidInput
from engine.cli.boot import refuse_remote
from engine.cli.door import open_door
from engine.cli.frame import FAILED, OK, Command
from engine.cli.junit import flaw_lines, junit
from engine.cli.output import note, print_json
from engine.cli.versions import VERSION_HELP

Json = dict[str, Any]

_FILES = (".yaml", ".yml", ".json")


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("flow", metavar="FLOW", help="a flow's id, or a file with its definition")
    parser.add_argument("--case", action="append", default=[], metavar="NAME", help="only this one")
    parser.add_argument("--version", default="draft", metavar="V", help=f"of a flow: {VERSION_HELP}")
    parser.add_argument("--junit", metavar="FILE", help="write the results as JUnit XML, too")
    parser.add_argument(
        "--coverage-min", type=int, default=0, metavar="PERCENT", help="fail where the tests cover less"
    )


def _run(args: argparse.Namespace) -> int:
    report = _of_file(args) if _is_file(args.flow) else _of_flow(args)
    if args.junit:
        _write(args.junit, junit([report]))
    if args.json:
        print_json(report)
    else:
        print("\n".join(_lines(report)))
    if not report["cases"]:
        note(f"flow {report['flowId']} has no tests")
    percent = report["coverage"]["percent"]
    if percent < args.coverage_min:
        note(f"the tests cover {percent} %, less than {args.coverage_min} %")
    return OK if report["passed"] and percent >= args.coverage_min else FAILED


def _is_file(name: str) -> bool:
    return name.endswith(_FILES) or "/" in name or name == "-"


def _of_flow(args: argparse.Namespace) -> Json:
    with open_door(args).at_work() as node:
        return node.run_tests(args.flow, args.version, args.case)


def _of_file(args: argparse.Namespace) -> Json:
    """On an embedded node, as ``qflow run`` does."""
    refuse_remote(args)
    from engine.cli.run import embedded_node

    with embedded_node(args) as world:
        from engine.cli.run_files import ACTOR, import_file
        from engine.usecases.run_tests import run_tests

        file = import_file(world, args.flow)
        if file.flow is None:
            raise InvalidInput(f"{args.flow}: {(file.error or {}).get('message')}")
        return run_tests(world, ACTOR, file.flow.id, file.flow.version, args.case).as_json()


def _write(path: str, content: bytes) -> None:
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise InvalidInput(f"cannot write {path}: {error.strerror}") from error


def _lines(report: Json) -> Iterator[str]:
    for case in report["cases"]:
        mark = "ok" if case["passed"] else "FAILED"
        yield f"{mark:<7} {case['name']} ({case['durationMs']:.1f} ms)"
        yield from (f"        {line}" for flaw in case["flaws"] for line in flaw_lines(flaw))
        if case["flaws"] and case["executionId"]:
            yield f"        execution {case['executionId']}"
    failed = sum(not case["passed"] for case in report["cases"])
    yield f"{report['flowId']}: {len(report['cases'])} tests, {failed} failed; {_covered(report['coverage'])}"


def _covered(coverage: Json) -> str:
    missed = [one["step"] for one in coverage["steps"] if not one["covered"] and not one["mocked"]]
    missed += [f"{one['step']}.{one['port']}" for one in coverage["branches"] if not one["covered"]]
    told = f"{coverage['percent']} % of steps and branches covered"
    more = ", ..." if len(missed) > 10 else ""
    return f"{told}; missed: {', '.join(missed[:10])}{more}" if missed else told


COMMANDS = {"test": Command(_configure, _run)}
