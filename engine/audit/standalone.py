"""The verifier as one file: a zip archive that Python runs, the same bytes every time."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

_DATE = (1980, 1, 1, 0, 0, 0)
_ENTRANCE = "import sys\nfrom engine.audit.verifier.__main__ import main\nsys.exit(main())\n"
_OTHERS = ("making.py",)
"""Modules beside it that a verifier does not need."""


def program() -> bytes:
    """``python FILE BUNDLE`` checks a bundle; the file needs PyNaCl beside it and nothing else of Qflow."""
    engine = Path(__file__).parent.parent
    files = {"__main__.py": _ENTRANCE}
    for path in _modules(engine):
        files[f"engine/{path.relative_to(engine).as_posix()}"] = path.read_text(encoding="utf-8")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _DATE), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _modules(engine: Path) -> list[Path]:
    packages = (engine / "audit" / "verifier", engine / "keylog")
    alone = [path for package in packages for path in package.glob("*.py") if path.name not in _OTHERS]
    return [engine / "__init__.py", engine / "audit" / "__init__.py", *alone]
