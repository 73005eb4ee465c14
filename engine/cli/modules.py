"""``qflow module``: examines WebAssembly modules, without a node."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.base.errors import InvalidInput
from engine.cli.frame import FAILED, OK, Command, shared_again
from engine.cli.output import print_json


def _configure(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="scan")
    scan = verbs.add_parser(
        "scan", parents=[shared_again()], help="report what a module is and asks for, with its risk class"
    )
    scan.add_argument("file", metavar="FILE", help="a module: .wasm, or text (.wat)")


def _run(args: argparse.Namespace) -> int:
    from engine.ports.modules import Risk
    from engine.sandbox.modules import WasmModules

    path = Path(args.file)
    try:
        given = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"cannot read {path}: {error.strerror}") from error
    modules = WasmModules()
    binary = given.startswith(b"\0asm") or path.suffix != ".wat"
    report = modules.validate(given if binary else modules.assemble(given.decode("utf-8", "replace")))
    print_json(report.as_json()) if args.json else print(report.as_text())
    return FAILED if report.risk is Risk.REFUSED else OK


COMMANDS = {"module": Command(_configure, _run)}
