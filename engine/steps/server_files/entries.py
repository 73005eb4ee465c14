"""What is told of files on other machines, and what a session with one can do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Protocol

from engine.base.errors import InvalidInput, PayloadTooLarge, StepFailure
from engine.base.limits import FILE_PATH_PARTS_MAX, FILES_FOUND_MAX

Entry = Mapping[str, Any]
"""``{"type": "-" | "d" | "l", "name", "size", "modifyTime", "path", ...}``; times are ISO in UTC."""


class Session(Protocol):
    """A logged-in session; paths are the server's. All raise :class:`StepFailure` for a refusal."""

    def entries(self, path: str) -> list[dict[str, Any]]:
        """What lies in a folder, without ``.`` and ``..``."""

    def fetch(self, path: str, into: BinaryIO) -> None: ...
    def send(self, path: str, data: BinaryIO) -> None: ...
    def remove(self, path: str) -> None: ...
    def remove_folder(self, path: str) -> None: ...
    def make_folder(self, path: str) -> None: ...
    def rename(self, path: str, to: str) -> None: ...


class Bounded:
    """A file that takes no more than so many bytes."""

    def __init__(self, into: BinaryIO, most: int) -> None:
        self._into, self._left, self._most = into, most, most

    def write(self, data: bytes) -> int:
        """Write on; raises :class:`PayloadTooLarge`."""
        self._left -= len(data)
        if self._left < 0:
            raise PayloadTooLarge(f"the file has more than {self._most} bytes")
        return self._into.write(data)


def checked(path: str) -> str:
    """The path; raises :class:`InvalidInput` for letters that would add a command."""
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in path):
        raise InvalidInput("a path holds a line break or another control character")
    return path


def walk(session: Session, path: str, *, deep: bool) -> Iterator[dict[str, Any]]:
    """All that lies in a folder, with ``deep`` also below it; links are told and not followed."""
    todo, seen = [(path, 0)], 0
    while todo:
        folder, depth = todo.pop(0)
        for entry in session.entries(folder):
            seen += 1
            if seen > FILES_FOUND_MAX or depth > FILE_PATH_PARTS_MAX:
                raise StepFailure(f"the folder holds more than {FILES_FOUND_MAX} files, or is too deep")
            whole = {**entry, "path": _joined(folder, str(entry["name"]))}
            yield whole
            if deep and entry["type"] == "d":
                todo.append((whole["path"], depth + 1))


def _joined(folder: str, name: str) -> str:
    """A path inside a folder; a server that names another place is not followed there."""
    if "/" in name or name in ("", ".", "..") or any(ord(letter) < 32 for letter in name):
        raise StepFailure(f"the server tells of a file with the name {name[:80]!r}, which none can have")
    return f"{folder.rstrip('/')}/{name}"


def remove_all(session: Session, path: str) -> None:
    """A folder with all that is below it, the deepest first."""
    found = list(walk(session, path, deep=True))
    for entry in reversed(found):
        if entry["type"] == "d":
            session.remove_folder(entry["path"])
        else:
            session.remove(entry["path"])
    session.remove_folder(path)


def make_folders(session: Session, path: str) -> None:
    """The folders above a path, where they are missing."""
    for folder in reversed(PurePosixPath(path).parents):
        if str(folder) not in ("/", "."):
            with suppress(StepFailure):  # it is there already; if not, the next act says so
                session.make_folder(str(folder))
