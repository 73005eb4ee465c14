"""Makes the generated pages of docs/ anew: ``make docs``, or ``python docs/generate.py``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

DOCS = Path(__file__).parent

sys.path.insert(0, str(DOCS))  # where security_page is

PAGES: dict[str, str] = {
    "settings.md": "engine.settings.documentation",
    "cli.md": "engine.cli.documentation",
    "errors-and-facts.md": "engine.cli.error_documentation",
    "steps.md": "engine.steps.docs",
    "security.md": "security_page",
    "n8n.md": "n8n_import.documentation",
}
"""Page -> module whose ``render()`` makes it."""


def pages() -> dict[str, Callable[[], str]]:
    """Page -> the function that makes its text."""
    return {name: import_module(module).render for name, module in PAGES.items()}


def main() -> int:
    """Write every page that is out of date and name it."""
    for name, render in pages().items():
        path, text = DOCS / name, render()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"made {path.relative_to(DOCS.parent)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
