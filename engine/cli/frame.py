"""The frame of a command: its table entry, the options all commands share, and how it is parsed."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import NoReturn

OK, FAILED, WRONG = 0, 1, 2
"""Exit codes: done; it could not be done or the execution failed; wrong usage or input."""


@dataclass(frozen=True, slots=True)
class Command:
    """What a module's ``COMMANDS`` says of a command: how to add its arguments, and what to do."""

    configure: Callable[[argparse.ArgumentParser], object]
    run: Callable[[argparse.Namespace], int]


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the table of commands; the module is imported only when the command is called. It is one of
    ``engine.cli``, or named in full by an application."""

    name: str
    module: str
    help: str

    def load(self) -> Command:
        """The command itself."""
        place = self.module if "." in self.module else f"engine.cli.{self.module}"
        commands: dict[str, Command] = import_module(place).COMMANDS
        return commands[self.name]


VALUE_OPTIONS = ("--data-dir", "--config", "--url", "--token", "--subnet", "--log-level", "--log-format")
"""Shared options that take a value; they may stand before the command's name."""


def shared_options() -> argparse.ArgumentParser:
    """Options of every command."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    group = parser.add_argument_group("shared options")
    group.add_argument("--json", action="store_true", help="print JSON for machines")
    group.add_argument("--data-dir", metavar="DIR", help="the node's data directory (QFLOW_DATA_DIR)")
    group.add_argument("--config", metavar="FILE", help="a YAML file with settings (QFLOW_CONFIG)")
    group.add_argument("--url", help="talk to the node at this URL instead (QFLOW_URL)")
    group.add_argument("--token", help="bearer token for that node (QFLOW_TOKEN)")
    group.add_argument("--subnet", default="personal", help="the subnet to act in (default: personal)")
    group.add_argument("--log-level", metavar="LEVEL", help="DEBUG, INFO, WARNING or ERROR")
    group.add_argument("--log-format", metavar="FORM", help="text or json")
    return parser


def shared_again() -> argparse.ArgumentParser:
    """The same options for a verb below a command, where they must not undo what stood before it."""
    parser = shared_options()
    for action in parser._actions:
        action.default = argparse.SUPPRESS
    return parser


class _Parser(argparse.ArgumentParser):
    """Says what is wrong first and how to learn more, without the whole usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(WRONG, f"error: {message}\nSee: {self.prog} --help\n")


def parse(entry: Entry, command: Command, argv: list[str]) -> argparse.Namespace:
    """The arguments of a command; exits with 2 and a message where they are wrong."""
    parser = _Parser(
        prog=f"qflow {entry.name}",
        description=entry.help[0].upper() + entry.help[1:] + ".",
        parents=[shared_options()],
        allow_abbrev=False,
    )
    command.configure(parser)
    return parser.parse_args(argv)


def split(argv: list[str]) -> tuple[str | None, list[str]]:
    """The command's name and all other arguments; None where there is only options."""
    skip = False
    for index, word in enumerate(argv):
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in VALUE_OPTIONS
        else:
            return word, argv[:index] + argv[index + 1 :]
    return None, argv
