"""The static files of the pages: a few, read once; nothing else of the disk can be asked for."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse

FOLDER = Path(__file__).parent / "static"
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


@cache
def files() -> dict[str, tuple[bytes, str, str]]:
    """Name -> contents, content type, entity tag."""
    return {path.name: _file(path) for path in sorted(FOLDER.iterdir()) if path.suffix in TYPES}


def asset(request: HttpRequest, name: str) -> HttpResponse:
    """One file; the browser asks again each time, and hears that nothing changed."""
    found = files().get(name)
    if found is None:
        raise Http404(name)
    contents, kind, tag = found
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(contents, content_type=kind, headers=headers)


def _file(path: Path) -> tuple[bytes, str, str]:
    contents = path.read_bytes()
    return contents, TYPES[path.suffix], f'"{hashlib.sha256(contents).hexdigest()[:32]}"'
