"""Makes docs/n8n.md: every core node of n8n, what it becomes here, and what differs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from n8n_import.nodes import known
from n8n_import.translating import NodeType

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
is not listed is read like the nearest one that is, and reported. *in tests*: whether a test of the importer
names the node (found by reading the tests, which must all pass before anything is released).
Nodes that are not here, those of services among them, become `flow.unsupported`: they keep all their
parameters, say what is missing, and refuse to run. Sticky notes are kept as notes.

| node | versions | becomes | in tests | what differs |
|---|---|---|---|---|
"""


def render() -> str:
    """The whole page."""
    rows = [_row(kind) for _, kind in sorted(known().items(), key=lambda entry: entry[0].lower())]
    missing = [name for name in CORE.split() if BASE + name not in known()]
    listed = ", ".join(f"`{name}`" for name in missing)
    tail = f"\nCore nodes that are not translated yet: {listed}.\n" if missing else ""
    return _HEAD + "".join(rows) + tail


def _row(kind: NodeType) -> str:
    versions = ", ".join(f"{version:g}" for version in kind.versions) or "all"
    tested = "yes" if _short(kind.name) in _named_in_tests() else "no"
    differs = "; ".join(kind.differs).replace("|", "\\|")
    return f"| {_short(kind.name)} | {versions} | `{kind.step}` | {tested} | {differs} |\n"


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
