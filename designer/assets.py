"""The static files of the pages: read once, packed once; nothing else of the disk can be asked for."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse

FOLDER = Path(__file__).parent.parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent: plain and packed by gzip (RFC 1952)."""

    contents: bytes
    packed: bytes
    kind: str
    tag: str


@cache
def files() -> dict[str, Asset]:
    """Path below ``static/`` -> the file."""
    found = (path for path in sorted(FOLDER.rglob("*")) if path.suffix in TYPES)
    return {path.relative_to(FOLDER).as_posix(): _read(path) for path in found}


def asset(request: HttpRequest, name: str) -> HttpResponse:
    """One file; the browser asks again each time, and hears that nothing changed."""
    found = files().get(name)
    if found is None:
        raise Http404(name)
    headers = {"ETag": found.tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if request.headers.get("If-None-Match") == found.tag:
        return HttpResponse(status=304, headers=headers)
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return HttpResponse(found.contents, content_type=found.kind, headers=headers)
    headers["Content-Encoding"] = "gzip"
    return HttpResponse(found.packed, content_type=found.kind, headers=headers)


def _read(path: Path) -> Asset:
    contents = path.read_bytes()
    tag = f'"{hashlib.sha256(contents).hexdigest()[:32]}"'
    return Asset(contents, gzip.compress(contents, mtime=0), TYPES[path.suffix], tag)
