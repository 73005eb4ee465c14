"""The frame of the command line: finding commands, options, errors, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from engine.base.errors import InvalidInput, NodeFailure, Problem, WrongState
from engine.cli.frame import Command, Entry, split
from engine.cli.main import main, overview
from engine.cli.table import ENTRIES

REFERENCE = [
    "create",
    "list",
    "show",
    "update",
    "delete",
    "start",
    "status",
    "logs",
    "pause",
    "resume",
    "abort",
    "nodes",
    "health",
    "metrics",
    "capabilities",
    "dao-subnets",
]
OURS = [
    "up",
    "usage",
    "run",
    "export",
    "import",
    "verify",
    "n8n",
    "audit",
    "subject",
    "bench",
    "test",
    "grant",
    "consent",
    "credential",
    "variables",
    "token",
    "subnet",
    "dao",
    "identity",
    "publish",
    "unpublish",
    "history",
    "diff",
    "rollback",
    "tag",
    "archive",
    "validate",
    "executions",
    "fork",
    "replay",
    "checkpoint",
    "blocks",
    "keys",
    "shred",
    "share",
    "approve",
    "answer",
    "trigger",
    "eval",
    "module",
    "sandbox",
    "search",
    "schema",
    "settings",
    "migrate",
    "worker",
]


def test_every_command_of_the_reference_is_there():
    assert set(REFERENCE) | set(OURS) == set(ENTRIES)


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=lambda entry: entry.name)
def test_every_command_has_help(entry, capsys):
    assert main([entry.name, "--help"]) == 0
    assert f"qflow {entry.name}" in capsys.readouterr().out


def test_the_overview_names_every_command():
    assert all(f"  {name} " in overview() for name in ENTRIES)


def test_help_exits_0_and_no_command_exits_2(capsys):
    assert main(["--help"]) == 0
    assert main([]) == 2
    assert capsys.readouterr().out.count("usage: qflow COMMAND") == 2


def test_the_version_is_told(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("qflow ")


def test_a_misspelt_command_is_refused_with_the_nearest_one(capsys):
    assert main(["stauts"]) == 2
    assert "did you mean: qflow status?" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["show"], ["list", "--what"], ["start", "a", "b"], ["--wrong"]])
def test_wrong_usage_exits_2_and_says_so_on_stderr(words, capsys):
    assert main(words) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("error: ")
    assert captured.out == ""


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["list", "--json"], ("list", ["--json"])),
        (["--json", "list"], ("list", ["--json"])),
        (["--data-dir", "list", "show", "x"], ("show", ["--data-dir", "list", "x"])),
        (["--help"], (None, ["--help"])),
    ],
)
def test_shared_options_may_stand_on_either_side_of_the_command(words, found):
    assert split(words) == found


@pytest.fixture
def failing(monkeypatch):
    """A command that raises what it is given."""

    def install(error):
        def run(args):
            raise error

        command = Command(lambda parser: None, run)
        monkeypatch.setattr(Entry, "load", lambda self: command)

    return install


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidInput("bad"), 2),
        (WrongState("no"), 1),
        (NodeFailure("away"), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_errors_become_exit_codes(failing, error, code, capsys):
    failing(error)
    assert main(["list"]) == code
    assert capsys.readouterr().out == ""


def test_an_error_tells_all_problems_with_path_line_and_hint(failing, capsys):
    failing(InvalidInput("two wrong", [Problem("a.b", "is wrong", line=3, hint="do this")]))
    main(["list"])
    assert capsys.readouterr().err == "error: two wrong\n  a.b (line 3): is wrong (do this)\n"


def test_with_json_an_error_is_json(failing, capsys):
    failing(InvalidInput("two wrong", [Problem("a", "is wrong")]))
    main(["list", "--json"])
    error = json.loads(capsys.readouterr().err)["error"]
    assert (error["type"], error["message"]) == ("validation_error", "two wrong")
    assert error["problems"][0]["path"] == "a"


def test_help_is_quick_because_it_imports_no_framework():
    code = "import sys; from engine.cli.main import main; main(['--help']); print(sorted(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = out.splitlines()[-1]
    assert not [name for name in ("django", "celery", "pydantic", "twisted") if f"'{name}'" in loaded]
