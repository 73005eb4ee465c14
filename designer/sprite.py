"""Makes ``static/icons.svg``, one file with every icon that the pages use.

::

    npm pack lucide-static && tar xzf lucide-static-*.tgz
    python -m designer.sprite package globe repeat     # vendors these icons, too, and makes the sprite anew
    python -m designer.sprite                          # makes the sprite anew

An icon is drawn with ``<svg><use href="/static/icons.svg#globe"/></svg>`` and takes the text's colour.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path

STATIC = Path(__file__).parent.parent / "static"
VENDOR = STATIC / "vendor"
ICONS = VENDOR / "lucide-static"
SPRITE = STATIC / "icons.svg"
_INSIDE = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


def sprite() -> str:
    """The vendored icons as one SVG file, a symbol each."""
    symbols = "".join(_symbol(path) for path in sorted(ICONS.glob("*.svg")))
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}</svg>\n'


def vendor(package: Path, names: list[str]) -> None:
    """Copy icons and the licence out of an unpacked npm package, and note where they are from."""
    ICONS.mkdir(parents=True, exist_ok=True)
    (ICONS / "LICENSE").write_bytes((package / "LICENSE").read_bytes())
    about = json.loads((package / "package.json").read_text(encoding="utf-8"))
    listed = json.loads((VENDOR / "vendored.json").read_text(encoding="utf-8"))
    for name in names:
        contents = (package / "icons" / f"{name}.svg").read_bytes()
        (ICONS / f"{name}.svg").write_bytes(contents)
        listed[f"lucide-static/{name}.svg"] = {
            "package": about["name"],
            "version": about["version"],
            "path": f"icons/{name}.svg",
            "license": about["license"],
            "sha256": hashlib.sha256(contents).hexdigest(),
        }
    text = json.dumps(dict(sorted(listed.items())), indent=2)
    (VENDOR / "vendored.json").write_text(f"{text}\n", encoding="utf-8")


def _symbol(path: Path) -> str:
    found = _INSIDE.search(path.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{path} holds no SVG")
    inside = " ".join(found[1].split())
    return f'<symbol id="{path.stem}" viewBox="0 0 24 24">{inside}</symbol>\n'


def main(arguments: list[str]) -> None:
    """Vendor what is named, and write the sprite."""
    if arguments:
        vendor(Path(arguments[0]), arguments[1:])
    SPRITE.write_text(sprite(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
