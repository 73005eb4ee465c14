"""Compiled modules on disk, each under a keyed hash: a file that anyone else wrote is never loaded."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import stat
import tempfile
from pathlib import Path

from engine.base.limits import GUEST_CACHE_BYTES_MAX

KEY_FILE = "key"
KEY_BYTES = 32
TAG_BYTES = 32
OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH


class ModuleCache:
    """Machine code by name. Loading foreign machine code would be running it, so every file carries
    a tag (keyed BLAKE2b over name and content) made with a key that only this user can read.

    A directory that others own or may write to is not used; nor is anything that fails its tag. Beyond
    ``bytes_max`` the files used longest ago are removed, but never one that this process pinned.
    """

    def __init__(
        self, directory: Path, key: bytes | None = None, bytes_max: int = GUEST_CACHE_BYTES_MAX
    ) -> None:
        self._directory = directory
        self._key = key
        self._bytes_max = bytes_max
        self._pinned: set[str] = set()

    def get(self, name: str) -> bytes | None:
        """The stored bytes, or None where there are none that can be trusted."""
        key = self._usable_key()
        if key is None:
            return None
        try:
            stored = (self._directory / name).read_bytes()
        except OSError:
            return None
        tag, content = stored[:TAG_BYTES], stored[TAG_BYTES:]
        if not hmac.compare_digest(tag, _tag(key, name, content)):
            return None
        with contextlib.suppress(OSError):
            os.utime(self._directory / name)  # still in use
        return content

    def put(self, name: str, content: bytes) -> None:
        """Store bytes; where that is not possible, nothing is lost but time."""
        key = self._usable_key()
        if key is None:
            return
        with contextlib.suppress(OSError):
            _write(self._directory / name, _tag(key, name, content) + content)
            self._prune()

    @property
    def place(self) -> tuple[Path, bytes | None]:
        """Directory and key, for another process of this node."""
        return self._directory, self._key

    def pin(self, name: str) -> None:
        """Keep this file for as long as this process lives."""
        self._pinned.add(name)

    def _prune(self) -> None:
        found = []
        for entry in os.scandir(self._directory):
            if entry.name != KEY_FILE and entry.is_file(follow_symlinks=False):
                about = entry.stat(follow_symlinks=False)
                found.append((about.st_mtime, about.st_size, entry.path))
        kept = 0
        for _, size, path in sorted(found, reverse=True):
            kept += size
            if kept > self._bytes_max and Path(path).name not in self._pinned:
                Path(path).unlink(missing_ok=True)

    def _usable_key(self) -> bytes | None:
        try:
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not _private(self._directory):
                return None
            return self._key or self._own_key()
        except OSError:
            return None

    def _own_key(self) -> bytes | None:
        path = self._directory / KEY_FILE
        if not path.exists():
            with contextlib.suppress(FileExistsError):
                _write(path, secrets.token_bytes(KEY_BYTES), exclusive=True)
        key = path.read_bytes()
        return key if len(key) == KEY_BYTES and _private(path) else None


def _private(path: Path) -> bool:
    """Whether the path is ours and nobody else may write to it."""
    found = path.lstat()
    return found.st_uid == os.getuid() and not found.st_mode & OTHERS_MAY_WRITE


def _tag(key: bytes, name: str, content: bytes) -> bytes:
    keyed = hashlib.blake2b(name.encode() + b"\0", key=key, digest_size=TAG_BYTES)
    keyed.update(content)
    return keyed.digest()


def _write(path: Path, content: bytes, *, exclusive: bool = False) -> None:
    """Write a file whole or not at all, readable by this user only."""
    handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        if exclusive:
            os.link(scratch, path)
        else:
            os.replace(scratch, path)
            return
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(scratch)
