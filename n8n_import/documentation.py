"""Makes docs/n8n.md: every core node of n8n, what it becomes here, and what differs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

from n8n_import.differences import differences_of
from n8n_import.nodes import known
from n8n_import.translating import NodeType
from n8n_import.words import is_number

TESTS = Path(__file__).parents[1] / "tests" / "n8n_import"
BASE = "n8n-nodes-base."

CORE = """
activationTrigger aggregate code compareDatasets compression convertToFile crypto cron dateTime debugHelper
editImage emailReadImap emailSend errorTrigger evaluation executeCommand executeWorkflow
executeWorkflowTrigger executionData extractFromFile filter form formTrigger ftp function functionItem git
graphql html htmlExtract httpRequest iCal if interval itemLists jwt limit localFileTrigger manualTrigger
markdown merge moveBinaryData n8n n8nTrainingCustomerDatastore n8nTrainingCustomerMessenger n8nTrigger noOp
quickChart readBinaryFile readBinaryFiles readPDF readWriteFile removeDuplicates renameKeys respondToWebhook
rssFeedRead rssFeedReadTrigger scheduleTrigger set simulate simulateTrigger sort splitInBatches splitOut
spreadsheetFile sseTrigger ssh start stopAndError summarize switch timeSaved totp wait webhook
workflowTrigger writeBinaryFile xml
"""
"""n8n's own nodes that talk to no particular service, by their short names."""

_HEAD = """# n8n's nodes

<!-- Made by `make docs` from the translators and their tests; do not edit. -->

What each core node of n8n becomes when a workflow is [imported](how-to/import-from-n8n.md). A version that
is not listed is read like the nearest one that is, and reported. *In tests* are the versions that a test of
the importer names, found by reading the tests, which must all pass before anything is released; *yes* where
they name none.
Nodes that are not here, those of services among them, become `flow.unsupported`: they keep all their
parameters, say what is missing, and refuse to run. Sticky notes are kept as notes.

| node | versions | in tests | becomes | |
|---|---|---|---|---|
"""

_DIFFERS = """
## What differs

All that a translator may say of a node, found in its code; the report of an import names what is true of the
node at hand. Whatever is *refused* makes the node `flow.unsupported`.
"""


def render() -> str:
    """The whole page."""
    kinds = [kind for _, kind in sorted(known().items(), key=lambda entry: entry[0].lower())]
    missing = [name for name in CORE.split() if BASE + name not in known()]
    listed = ", ".join(f"`{name}`" for name in missing)
    tail = f"\nCore nodes that are not translated: {listed}.\n" if missing else ""
    rows, sections = "".join(map(_row, kinds)), "".join(map(_section, kinds))
    return f"{_HEAD}{rows}{tail}{_DIFFERS}{sections}"


def _row(kind: NodeType) -> str:
    name = _short(kind.name)
    versions = ", ".join(f"{version:g}" for version in kind.versions) or "all"
    seen = sorted(_versions_in_tests().get(name, set()) & set(kind.versions))
    tested = ", ".join(f"{version:g}" for version in seen) or ("yes" if name in _named_in_tests() else "no")
    found = differences_of(kind.translate)
    told = [*kind.differs, *found.differs, *found.ignored, *found.refused]
    link = f"[what differs](#{name.lower().replace('.', '')})" if told else "supported"
    return f"| {name} | {versions} | {tested} | `{kind.step}` | {link} |\n"


def _section(kind: NodeType) -> str:
    found = differences_of(kind.translate)
    lines = [f"- {told}" for told in (*kind.differs, *found.differs)]
    if found.ignored:
        lines.append(f"- without effect: {', '.join(f'`{name}`' for name in found.ignored)}")
    lines += [f"- refused: {told}" for told in found.refused]
    return f"\n### {_short(kind.name)}\n\n" + "\n".join(lines) + "\n" if lines else ""


def _short(name: str) -> str:
    return name.removeprefix(BASE)


@cache
def _named_in_tests() -> frozenset[str]:
    """The short names that tests of translators use."""
    return frozenset(name for path in TESTS.rglob("test_*.py") for name in _texts(path))


def _texts(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value.removeprefix(BASE)


@cache
def _versions_in_tests() -> dict[str, set[float]]:
    """The versions that stand right behind a node's name in a call or a tuple of a test."""
    found: dict[str, set[float]] = {}
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            listed = (
                node.args if isinstance(node, ast.Call) else node.elts if isinstance(node, ast.Tuple) else []
            )
            values = [one.value if isinstance(one, ast.Constant) else None for one in listed]
            for name, version in pairwise(values):
                if isinstance(name, str) and is_number(version):
                    found.setdefault(name.removeprefix(BASE), set()).add(float(version))
    return found
