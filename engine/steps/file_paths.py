"""Files below the one folder that a policy opens to steps, with no way out of it.

Every part of a path is opened on its own and without following symbolic links, beginning at the root, so
neither ``..`` nor a link that is put there meanwhile leads elsewhere.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import translate
from pathlib import PurePosixPath
from typing import BinaryIO

from engine.base.errors import InvalidInput, PermissionDenied, StepFailure
from engine.base.limits import FILE_PATH_PARTS_MAX, FILES_FOUND_MAX, FILES_SEEN_MAX
from engine.ports.policy import Policy

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_PATTERN = re.compile(r"[*?\[{]")


class FilesBelow:
    """The files that a policy lets steps touch."""

    def __init__(self, policy: Policy) -> None:
        """Raises :class:`PermissionDenied` where the policy opens no folder."""
        if policy.files_root is None:
            message = "steps of this subnet may touch no files"
            raise PermissionDenied(f"{message}; the node's owner opens a folder with QFLOW_FILES_ROOT")
        self._root = os.path.realpath(policy.files_root)

    def parts(self, path: str) -> tuple[str, ...]:
        """The names from the root to a file; raises :class:`PermissionDenied` outside the root."""
        if not path or "\0" in path:
            raise InvalidInput("path is empty or holds a character that no file's name has")
        whole = os.path.normpath(os.path.join(self._root, path)).replace("//", "/")
        inside = os.path.relpath(whole, self._root)
        if inside == ".." or inside.startswith("../"):
            raise PermissionDenied(f"{path[:200]!r} lies outside the folder that steps may touch")
        parts = tuple(part for part in inside.split("/") if part not in ("", "."))
        if len(parts) > FILE_PATH_PARTS_MAX:
            raise InvalidInput(f"path has more than {FILE_PATH_PARTS_MAX} parts")
        return parts

    @contextmanager
    def reading(self, parts: Sequence[str]) -> Iterator[BinaryIO]:
        """A stream of one file; raises :class:`StepFailure` where there is none."""
        with self._opened(parts, os.O_RDONLY | os.O_NONBLOCK) as stream:
            yield stream

    @contextmanager
    def writing(self, parts: Sequence[str], *, append: bool) -> Iterator[BinaryIO]:
        """A stream into one file, which is made where it does not exist."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_NONBLOCK | (os.O_APPEND if append else 0)
        with self._opened(parts, flags) as stream:
            if not append:
                stream.truncate(0)
            yield stream

    def matching(self, pattern: str) -> list[tuple[str, ...]]:
        """The files whose path fits a pattern, by name: ``*``, ``?``, ``[a-z]``, ``{a,b}`` and ``**``.
        Hidden files fit only where the pattern names the dot."""
        found = {parts for one in _alternatives(pattern) for parts in _Search(self).files(self.parts(one))}
        return sorted(found)

    @contextmanager
    def _opened(self, parts: Sequence[str], flags: int) -> Iterator[BinaryIO]:
        shown = "/".join(parts)[:200]
        if not parts:
            raise StepFailure("path names a folder, not a file")
        mode = "wb" if flags & os.O_WRONLY else "rb"
        try:
            with self.folder(parts[:-1]) as folder:
                flags |= os.O_NOFOLLOW | os.O_CLOEXEC
                number = os.open(parts[-1], flags, 0o600, dir_fd=folder)
        except OSError as error:
            raise StepFailure(f"the file {shown!r} cannot be opened: {error.strerror}") from error
        if not stat.S_ISREG(os.fstat(number).st_mode):
            os.close(number)
            raise StepFailure(f"{shown!r} is no plain file")
        with os.fdopen(number, mode) as stream:
            yield stream  # type: ignore[misc]

    @contextmanager
    def folder(self, parts: Sequence[str]) -> Iterator[int]:
        """A folder's descriptor; raises OSError for links and for what is no folder."""
        current = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for part in parts:
                inner = os.open(part, _FOLDER, dir_fd=current)
                os.close(current)
                current = inner
            yield current
        finally:
            os.close(current)


class _Search:
    """One walk through the folders; what it sees is counted."""

    def __init__(self, below: FilesBelow) -> None:
        self._below, self._seen, self._found = below, 0, 0

    def files(self, parts: Sequence[str], at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
        head, *rest = parts or [""]
        if head == "**":
            yield from self.files(rest or ["*"], at)
        for name, is_folder in self._entries(at, head):
            if head == "**":
                if is_folder:
                    yield from self.files(parts, (*at, name))
            elif rest and is_folder:
                yield from self.files(rest, (*at, name))
            elif not rest and not is_folder:
                yield self._one((*at, name))

    def _one(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        self._found += 1
        if self._found > FILES_FOUND_MAX:
            raise StepFailure(f"the pattern fits more than {FILES_FOUND_MAX} files; narrow it down")
        return parts

    def _entries(self, at: tuple[str, ...], head: str) -> list[tuple[str, bool]]:
        fits = _name_pattern(head)
        try:
            with self._below.folder(at) as folder, os.scandir(folder) as entries:
                return sorted(
                    (entry.name, entry.is_dir(follow_symlinks=False))
                    for entry in map(self._counted, entries)
                    if fits.match(entry.name) and not entry.is_symlink()
                )
        except OSError:
            return []

    def _counted(self, entry: os.DirEntry[str]) -> os.DirEntry[str]:
        self._seen += 1
        if self._seen > FILES_SEEN_MAX:
            raise StepFailure(f"the pattern leads through more than {FILES_SEEN_MAX} names; narrow it down")
        return entry


def is_pattern(path: str) -> bool:
    """Whether a path may fit several files."""
    return bool(_PATTERN.search(path))


def name_of(path: str) -> str:
    """The last part of a path."""
    return PurePosixPath(path.replace("\\", "/")).name


def _name_pattern(part: str) -> re.Pattern[str]:
    """A part of a pattern as a regular expression; stars do not try again, so that it takes no long time."""
    if part == "**":
        return re.compile(r"[^.].*\Z", re.S)
    return re.compile(("" if part.startswith(".") else r"(?!\.)") + translate(part.replace("[^", "[!")))


def _alternatives(pattern: str) -> list[str]:
    """``a{b,c}`` as ``ab`` and ``ac``; at most 100 of them."""
    done, open_ = [], [pattern]
    while open_:
        one = open_.pop(0)
        braces = re.search(r"\{([^{}]*)\}", one)
        if braces is None:
            done.append(one)
        else:
            open_ += [one[: braces.start()] + choice + one[braces.end() :] for choice in braces[1].split(",")]
        if len(done) + len(open_) > 100:
            raise InvalidInput("path has more than 100 alternatives in { }")
    return done
