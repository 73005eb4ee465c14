"""``qflow run``: execute flow files on a node of their own and show the results."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from engine.base.errors import WrongState
from engine.cli.boot import load_quiet_settings, refuse_remote, setup_django
from engine.cli.frame import FAILED, OK, WRONG, Command
from engine.cli.inputs import items_from
from engine.cli.output import print_json

if TYPE_CHECKING:
    from engine.cli.run_result import FileResult
    from engine.usecases.world import World

STOP_WITHIN_S = 1.0


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="flow definitions, JSON or YAML")
    parser.add_argument("--input", metavar="JSON", help="input: an object, an array of objects, or @FILE")
    parser.add_argument("--ignore-pins", action="store_true", help="run steps that have pinned data, too")
    parser.add_argument("--timeout", type=float, default=300.0, metavar="S", help="seconds per file (300)")


def _run(args: argparse.Namespace) -> int:
    refuse_remote(args)
    items = items_from(args.input)
    with embedded_node(args) as world:
        from engine.cli.run_files import import_file, run_flow

        imported = [import_file(world, path) for path in args.files]
        codes = [OK]
        for file in imported:
            result = file if file.flow is None else run_flow(world, file, items, args)
            _print(result, args.json)
            codes.append(_code(result))
    return max(codes)


def _code(result: FileResult) -> int:
    if result.status == "invalid":
        return WRONG
    return OK if result.status in ("completed", "waiting") else FAILED


def _print(result: FileResult, as_json: bool) -> None:
    if as_json:
        print_json(result.as_json(), indent=None)
    else:
        print("\n".join(result.lines()))


@contextmanager
def embedded_node(args: argparse.Namespace) -> Iterator[World]:
    """An embedded node on a data directory of its own, or on the one that was named."""
    with tempfile.TemporaryDirectory(prefix="qflow-run-") as temporary:
        data_dir = args.data_dir or temporary
        settings = load_quiet_settings(
            args, data_dir=data_dir, broker_url="embedded://", channel_url="memory://",
            database_url="", drive_mode="here",
        )  # fmt: skip
        setup_django(settings)
        from engine.cli.node_lock import node_lock, node_runs
        from engine.cli.tables import ensure_tables

        if node_runs(settings.data_dir):
            raise WrongState(f"a node runs on {settings.data_dir}; leave --data-dir out, or use qflow start")
        with node_lock(settings.data_dir):
            ensure_tables(settings)
            from django.db import connections

            from engine.wiring import start_node

            node = start_node()
            try:
                yield node.world
            finally:
                node.stop(STOP_WITHIN_S)
                connections.close_all()


COMMANDS = {"run": Command(_configure, _run)}
