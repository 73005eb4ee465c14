"""The command line: finds the command, runs it, and turns errors into messages and exit codes."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib.metadata import version

from engine.base.errors import InvalidInput, QflowError
from engine.base.limits import GC_OBJECTS
from engine.cli.frame import FAILED, OK, VALUE_OPTIONS, WRONG, Entry, parse, split
from engine.cli.output import print_error
from engine.cli.table import ENTRIES, GROUPS

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; gives its exit code (0 done, 1 failed, 2 wrong usage or input)."""
    _collect_seldom()
    words = list(sys.argv[1:] if argv is None else argv)
    name, rest = split(words)
    if name is None:
        return _without_command(rest)
    entry = ENTRIES.get(name)
    if entry is None:
        near = get_close_matches(name, ENTRIES, 1)
        hint = f"did you mean: qflow {near[0]}?" if near else "see: qflow --help"
        print(f"error: there is no command {name!r}; {hint}", file=sys.stderr)
        return WRONG
    return _run(entry, rest)


def _collect_seldom() -> None:
    """Look for garbage seldom at the start, which makes none."""
    gc.set_threshold(GC_OBJECTS, *gc.get_threshold()[1:])
    atexit.register(_close_databases)


def _close_databases() -> None:
    """So that SQLite leaves one file behind: whoever ends leaves no time to find unused connections."""
    if "django.db" in sys.modules:
        from django.db import connections

        connections.close_all()


def _run(entry: Entry, rest: list[str]) -> int:
    as_json = "--json" in rest
    try:
        command = entry.load()
        return command.run(parse(entry, command, rest))
    except InvalidInput as error:
        print_error(error, as_json)
        return WRONG
    except QflowError as error:
        print_error(error, as_json)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output went away (``qflow list | head``)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else OK


def _without_command(words: list[str]) -> int:
    if "--version" in words:
        print(f"qflow {version('qflow')}")
        return OK
    unknown = [word for word in words if word not in ("-h", "--help")]
    if unknown:
        print(f"error: {unknown[0]} needs a command; see: qflow --help", file=sys.stderr)
        return WRONG
    print(overview())
    return OK if words else WRONG


def overview() -> str:
    """The help page: every command with its one line."""
    lines = ["Qflow: durable, verifiable flows on your own nodes.", "", "usage: qflow COMMAND [options]"]
    for title, entries in GROUPS:
        lines += ["", f"{title}:", *(f"  {entry.name:<12} {entry.help}" for entry in entries)]
    lines += [
        "",
        "Commands work on the node's data directory (--data-dir, QFLOW_DATA_DIR; default: ./data), also",
        "while the node runs, or with --url and --token on a node elsewhere. --json prints for machines.",
        f"Shared options: --json {' '.join(VALUE_OPTIONS)}. More: qflow COMMAND --help",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
