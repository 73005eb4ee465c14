"""The code stays small, finished and alive."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("engine", "qflow_site", "designer", "governance", "n8n_import", "benchmarks")
FUNCTION_LINES_MAX = 70
MODULE_LINES_MAX = 500
MARKERS = re.compile(r"\b(TODO|FIXME|XXX|HACK|WIP)\b")
PRINTING = ("engine/cli/", "engine/management/", "engine/steps/docs.py", "benchmarks/")
ENTRANCES = (
    "designer.adapters",  # django-allauth finds it
    "designer.apps",  # Django finds it
    "designer.sprite",  # makes a vendored file
    "designer.templatetags.places",  # Django finds it
    "designer.urls",
    "engine.apps",  # Django finds it
    "engine.models",  # Django finds it
    "engine.tasks",  # Celery finds it
    "engine.cli.__main__",  # python -m engine.cli
    "engine.management.commands.qflow",  # manage.py qflow
    "engine.cli.documentation",  # docs/generate.py
    "engine.cli.error_documentation",
    "engine.sandbox.guests.javascript.vendor.make_zones",  # makes a vendored file
    "engine.settings.documentation",
    "engine.steps.docs",
    "governance.apps",  # Django finds it
    "n8n_import.documentation",
    "qflow_site.asgi",
    "qflow_site.urls",
)
"""Modules that a framework or a person starts, so that no import of them is found."""


@cache
def sources() -> dict[str, str]:
    """Python files of the product -> their text; migrations are made by Django."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    mine = (name for name in listed if name.startswith(tuple(f"{package}/" for package in PACKAGES)))
    return {
        name: (ROOT / name).read_text(encoding="utf-8")
        for name in mine
        if "/migrations/" not in name and (ROOT / name).exists()
    }


def functions(text: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def is_test(name: str) -> bool:
    return Path(name).name.startswith(("test_", "conftest"))


def module_of(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def test_no_function_is_long():
    long = [
        f"{name}:{node.lineno} {node.name} has {length} lines"
        for name, text in sources().items()
        for node in functions(text)
        if (length := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES_MAX
    ]
    assert long == []


def test_no_module_is_long():
    lengths = {name: len(text.splitlines()) for name, text in sources().items()}
    assert {name: lines for name, lines in lengths.items() if lines > MODULE_LINES_MAX} == {}


def test_nothing_is_left_to_do():
    found = [
        f"{name}:{number}"
        for name, text in sources().items()
        for number, line in enumerate(text.splitlines(), 1)
        if MARKERS.search(line)
    ]
    assert found == []


def test_only_the_command_line_prints():
    found = [
        f"{name}:{node.lineno}"
        for name, text in sources().items()
        if not name.startswith(PRINTING)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
    ]
    assert found == []


def test_every_module_says_its_job():
    silent = [name for name, text in sources().items() if not ast.get_docstring(ast.parse(text))]
    assert silent == []


def test_annotations_are_never_evaluated_at_import():
    wanted = "from __future__ import annotations"
    without = [name for name, text in sources().items() if ast.parse(text).body[1:] and wanted not in text]
    assert without == []


def test_every_module_is_used():
    """By an import somewhere in the product; a module that only its test imports is dead."""
    imported: set[str] = set()
    for name, text in sources().items():
        if not is_test(name):
            imported |= set(_imports(text))
    dead = [
        module
        for name in sources()
        if not name.endswith("__init__.py")
        and not is_test(name)
        and (module := module_of(name)) not in imported
        and module not in ENTRANCES
        and not module.startswith(("engine.testing.", "benchmarks.", "n8n_import.nodes."))
    ]
    assert dead == []


def _imports(text: str) -> Iterator[str]:
    """Modules that a file names: in imports, and as dotted names in texts (tables, settings)."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _named(node.value)


def _named(text: str) -> Iterator[str]:
    if re.fullmatch(r"[a-z_][\w.]*(:\w+)?", text, re.ASCII | re.I):
        dotted = text.partition(":")[0]
        yield dotted
        yield dotted.rpartition(".")[0]
        yield f"engine.cli.{dotted}"  # the table of commands
        yield f"engine.steps.{dotted}"  # the registry of step types


def test_no_file_names_a_place_of_one_machine():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    places = re.compile(r"(?<![\w.])/(?:work|home/\w+|root|tmp)/")
    found = []
    for name in listed.splitlines():
        path = ROOT / name
        if path.suffix in (".py", ".md", ".toml", ".yaml", ".yml", "") and path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            found += [
                f"{name}: {match.group()}" for match in places.finditer(text) if name != "tests/test_tidy.py"
            ]
    assert found == []
