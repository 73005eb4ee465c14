"""What must be documented is, generated pages are up to date, and links lead somewhere."""

from __future__ import annotations

import importlib.util
import re
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from engine.base.limits import Limits
from engine.cli.error_documentation import door_codes, error_classes
from engine.cli.table import ENTRIES
from engine.execution.crash import CRASH_POINTS
from engine.flow.parse import parse_flow
from engine.journal.facts import FACTS
from engine.settings.table import CLIENT_SETTINGS, LIMITS, SETTINGS
from engine.steps.registry import Registry
from engine.usecases.validate_flow import NodeTypes

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
ANNOUNCED = ("import", "verify")
"""Commands that come with the parts they need."""

PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])


@cache
def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def headings(name: str) -> set[str]:
    return set(re.findall(r"^#+ (.+)$", page(name), re.M))


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", generator().PAGES)
def test_a_generated_page_is_up_to_date(name):
    assert page(name) == generator().pages()[name](), "call: make docs"


def test_every_setting_has_a_heading_or_row():
    assert {setting.name for setting in SETTINGS} <= headings("settings.md")
    rows = [setting.name for setting in LIMITS] + [name for name, _ in CLIENT_SETTINGS]
    assert [name for name in rows if f"| `{name}` |" not in page("settings.md")] == []
    assert len(LIMITS) == len(Limits.__dataclass_fields__)


def test_every_command_has_a_heading():
    assert {f"qflow {name}" for name in ENTRIES} <= headings("cli.md")


def test_every_error_code_has_a_row():
    codes = {kind.code for kind in error_classes()} | set(door_codes()) | {"internal_error"}
    assert [code for code in sorted(codes) if f"| `{code}` |" not in page("errors-and-facts.md")] == []


def test_every_fact_has_a_heading():
    assert set(FACTS) <= headings("errors-and-facts.md")


def test_every_step_type_has_a_heading():
    assert set(Registry().names()) <= headings("steps.md")


def documented_paths() -> set[str]:
    """Paths of rest.md as its tables write them: ``.../`` is an execution, and after one path of a row
    ``/name`` alone stands beside it. Parameters become ``{}``."""
    found: set[str] = set()
    for row in re.findall(r"^\|.*$", page("rest.md"), re.M):
        last = ""
        for span in re.findall(r"`([^`]+)`", row.split("|")[1]):
            path = re.sub(r"\{[^}]*\}", "{}", span.split("?")[0]).split(" ")[-1]
            path = path.replace("...", "/executions/{}").replace("/executions/{}/{}", "/executions/{}")
            if path.startswith("/"):
                found |= {path, f"{last.rpartition('/')[0]}{path}"}
                last = last if path.count("/") == 1 and last else path
    return found


def test_every_rest_path_is_documented():
    import json

    from engine.web.rest.api import openapi_document

    paths = json.loads(openapi_document())["paths"]
    wanted = {re.sub(r"\{[^}]*\}", "{}", path.removeprefix("/api/v1")) for path in paths}
    assert wanted - documented_paths() == {"/webhooks/{}"}
    assert "/api/v1/webhooks/" in page("webhooks.md")


def test_the_doors_beside_rest_are_documented():
    text = page("rest.md") + page("webhooks.md")
    doors = ["/ws/executions/", "/ws/system/metrics", "/ws/dao/", "/webhook/", "/webhook-test/"]
    doors += ["/health/live", "/health/ready", "/health/startup", "/metrics", "/api/v1/openapi.json"]
    assert [door for door in doors if door not in text] == []


def test_the_promise_stands_in_its_exact_words():
    promise = (
        "A completed step never runs again; a step in flight may run again; an outside effect happens once "
        "where the other side honours the idempotency key. `kill -9` at any instant loses nothing completed."
    )
    assert promise in re.sub(r"\s*\n> |\s+", " ", page("durability.md"))
    assert CRASH_POINTS


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(path):
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.S)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        file, _, anchor = target.partition("#")
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        there = (path.parent / file) if file else path
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(target)
    assert broken == []


def anchors(path: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def flows_in(path: Path) -> list[str]:
    blocks = re.findall(r"```yaml\n(.*?)```", path.read_text(encoding="utf-8"), re.S)
    return [block for block in blocks if re.match(r"id: ", block) and "\nsteps:" in block]


@pytest.mark.parametrize(
    ("path", "text"),
    [(path, text) for path in PAGES for text in flows_in(path)],
    ids=lambda value: value.name if isinstance(value, Path) else "",
)
def test_every_flow_in_the_documentation_is_valid(path, text):
    assert parse_flow(text, NodeTypes(Registry())).errors == ()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_command_in_the_documentation_exists(path):
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"(?:^|`|\bexec web )qflow ([a-z][a-z-]+)", text, re.M)
    assert [name for name in named if name not in ENTRIES and name not in ANNOUNCED] == []
