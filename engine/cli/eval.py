"""``qflow eval``: evaluates expressions, one or a stream of them, without a node."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
import time
from typing import Any

from engine.base.errors import ExpressionFailed, InvalidInput, QflowError
from engine.cli.frame import OK, Command
from engine.ports.sandbox import Determinism, ExpressionBatch, ExpressionValues, Sandbox, SandboxLimits

TIMEZONE = "QFLOW_TIMEZONE"


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("expression", nargs="?", metavar="EXPR", help="text with {{ }} expressions")
    parser.add_argument(
        "--item", action="append", metavar="JSON", help="an input item's JSON; may be repeated"
    )
    parser.add_argument("--timezone", metavar="ZONE", help=f"time zone (default: {TIMEZONE}, else UTC)")
    parser.add_argument(
        "--batch",
        action="store_true",
        help='read lines {"expression","items","timezone"} and print a line each',
    )


def _run(args: argparse.Namespace) -> int:
    from engine.sandbox.wasm_sandbox import WasmSandbox, cache_directory

    sandbox = WasmSandbox(cache_directory())
    if args.batch:
        for line in sys.stdin:
            if line.strip():
                print(json.dumps(_answer(sandbox, line), ensure_ascii=False), flush=True)
        return OK
    if args.expression is None:
        raise InvalidInput("there is no expression to evaluate; see: qflow eval --help")
    items = [_parsed(text, "--item") for text in args.item or ()]
    zone = args.timezone or os.environ.get(TIMEZONE, "UTC")
    values = _evaluate(sandbox, args.expression, items, zone, marked=args.json)
    for fault in values.faults:
        hint = f" ({fault.description})" if fault.description else ""
        raise ExpressionFailed(f"{fault.message}{hint}")
    for row in values.values:
        _show(row[0], args.json)
    return OK


def _show(value: Any, as_json: bool) -> None:
    plain = isinstance(value, str) and not as_json
    print(value if plain else json.dumps(value, ensure_ascii=False))


def _answer(sandbox: Sandbox, line: str) -> dict[str, Any]:
    """The answer to one line of a batch: the value for its first item, or the error."""
    try:
        given = _parsed(line, "the line")
        expression, items = given["expression"], given.get("items") or []
        zone = given.get("timezone") or os.environ.get(TIMEZONE, "UTC")
        values = _evaluate(sandbox, expression, items, zone, marked=True, indexes=[0])
    except QflowError as error:
        return {"error": {"message": error.message}}
    except (KeyError, TypeError, AttributeError):
        return {"error": {"message": 'a line must be {"expression": ..., "items": [...]}'}}
    if values.faults:
        return {"error": {"message": values.faults[0].message}}
    return {"value": values.values[0][0]}


def _evaluate(
    sandbox: Sandbox,
    expression: str,
    items: list[Any],
    zone: str,
    *,
    marked: bool,
    indexes: list[int] | None = None,
) -> ExpressionValues:
    determinism = Determinism(time.time_ns() // 1000, secrets.token_bytes(32), zone)
    wrapped = [{"json": item} for item in items]
    batch = ExpressionBatch([expression], wrapped, determinism, indexes=indexes, marked=marked)
    return sandbox.evaluate(batch, SandboxLimits())


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidInput(f"{where} is not JSON: {error}") from error


COMMANDS = {"eval": Command(_configure, _run)}
