"""The browser's scripts that need no page, tested by Node's own runner."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SCRIPTS = HERE.parents[1] / "static" / "js"
LINES_MAX = 500
EDITOR = ("flow", "canvas", "editor")


@pytest.mark.parametrize("script", sorted(HERE.glob("*.test.mjs")), ids=lambda path: path.name)
def test_the_scripts_tests_pass(script: Path) -> None:
    node = shutil.which("node")
    assert node, "Node.js is missing; call: make test-setup"
    run = subprocess.run(
        [node, "--test", str(script)], check=False, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]


def test_the_model_of_flows_touches_no_page() -> None:
    for path in (SCRIPTS / "flow").glob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(
            r"\b(document\.(create|get|query|body|add)|window\.|navigator\.|fetch\()", text
        ), path.name
        assert not re.search(r'from "\.\./', text), f"{path.name} imports from outside the model"


def test_only_the_drawing_knows_drawflow() -> None:
    knowing = {path.name for path in SCRIPTS.rglob("*.js") if "Drawflow" in _code(path)}
    assert knowing == {"drawing.js"}


def test_no_script_is_long_and_the_editors_write_no_markup() -> None:
    markup = re.compile(r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function)")
    for path in SCRIPTS.rglob("*.js"):
        code = _code(path)
        assert path.parent.name not in EDITOR or not markup.search(code), path.name
        assert len(code.splitlines()) <= LINES_MAX, path.name


IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)";', re.MULTILINE)


def test_what_a_script_imports_is_exported_where_it_looks_for_it() -> None:
    """A name that moved would leave a part of a page out, without a word before somebody opens it."""
    missing = [
        f"{path.relative_to(SCRIPTS)}: {name} of {place}"
        for path in SCRIPTS.rglob("*.js")
        for names, place in IMPORT.findall(path.read_text(encoding="utf-8"))
        for name in (one.split(" as ")[0].strip() for one in names.split(",") if one.strip())
        if not _exports(path.parent / place, name)
    ]
    assert missing == []


def _exports(path: Path, name: str) -> bool:
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    declared = rf"^export (async )?(const|let|function\*?|class) {re.escape(name)}\b"
    return re.search(rf"{declared}|^export \{{[^}}]*\b{re.escape(name)}\b", text, re.MULTILINE) is not None


def _code(path: Path) -> str:
    """The script without the comments that take a whole line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith(("//", "/*", "*")))
