"""Renders docs/cli.md from the table of commands and their arguments."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from engine.cli.frame import Entry, shared_options
from engine.cli.table import GROUPS

_HEAD = """# Command line

<!-- Made from engine/cli/table.py and the commands by `make docs`; do not edit. -->

`qflow COMMAND` (also `python manage.py qflow COMMAND`) works on the node's data directory, also while a
node runs on it: what it changes is stored, and what it asks of a running execution is put into the
execution's inbox. With `--url` and `--token` the commands marked *also remote* talk to a node elsewhere.

Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 it could not be
done (or the execution failed), 2 wrong usage or input.
"""

REMOTE = frozenset(
    {"create", "list", "show", "update", "delete", "publish", "unpublish", "start", "executions", "test"}
    | {"status", "logs", "pause", "resume", "abort", "nodes", "health", "metrics", "dao-subnets"}
)
"""Commands that go through :mod:`engine.cli.door`."""


def render() -> str:
    """The whole page."""
    parts = [_HEAD, "## Options of every command\n", _table(shared_options())]
    for title, entries in GROUPS:
        parts.append(f"## {title}\n")
        parts += [_section(entry) for entry in entries]
    return "\n".join(parts)


def _section(entry: Entry) -> str:
    parser = argparse.ArgumentParser(add_help=False)
    entry.load().configure(parser)
    text = entry.help[0].upper() + entry.help[1:] + "."
    parts = [f"### qflow {entry.name}\n", text + (" *Also remote.*" if entry.name in REMOTE else "") + "\n"]
    verbs = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not verbs:
        return "\n".join([*parts, _table(parser)])
    shared = {option for action in shared_options()._actions for option in action.option_strings}
    for name, verb in verbs[0].choices.items():
        parts += [f"`qflow {entry.name} {name}`\n", _table(verb, leave_out=shared | {"--help"})]
    return "\n".join(parts)


def _table(parser: argparse.ArgumentParser, leave_out: set[str] | None = None) -> str:
    actions = [a for a in parser._actions if not set(a.option_strings) & (leave_out or set())]
    if not actions:
        return ""
    rows = [f"| {_name(action)} | {_cell(action.help or '')} |" for action in actions]
    return "\n".join(["| argument | meaning |", "|---|---|", *rows]) + "\n"


def _name(action: argparse.Action) -> str:
    return ", ".join(f"`{text}`" for text in _spellings(action))


def _spellings(action: argparse.Action) -> Iterator[str]:
    metavar = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    if action.choices is not None and action.metavar is None:
        metavar = "|".join(map(str, action.choices))
    if not action.option_strings:
        yield {"*": f"[{metavar} ...]", "+": f"{metavar} ...", "?": f"[{metavar}]"}.get(
            str(action.nargs), metavar
        )
        return
    for option in action.option_strings:
        yield option if action.nargs == 0 else f"{option} {metavar}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
