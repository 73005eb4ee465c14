"""The node's root keys: the first seals, the others only open what they sealed before a rotation.

They are text: 64 hexadecimal digits a key, separated by white space or commas. By default they lie in
the data directory with mode 0600 and are rotated there; where they come from the environment or a
mounted file, whoever keeps that rotates them: the new key is put before the old one.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from engine.base.errors import InvalidInput, WrongState
from engine.identity.xchacha import XChaChaKey, fresh_key

_KEY = re.compile(r"[0-9a-fA-F]{64}\Z")
_HELP = "give 64 hexadecimal digits (openssl rand -hex 32), or several such keys, the newest first"


class RootKeys(Protocol):
    """Where the root keys come from; read again whenever they are needed, which is rare."""

    def read(self) -> list[XChaChaKey]:
        """All of them, the sealing one first."""

    def put(self, key: bytes) -> None:
        """Make this the sealing key; raises :class:`WrongState` where they are kept outside."""

    def keep_only(self, ids: set[bytes]) -> None:
        """Forget the keys that are not named; the sealing one stays."""


def parse_root_keys(text: str, where: str) -> list[XChaChaKey]:
    """The keys in a text; raises :class:`InvalidInput` without repeating any of it."""
    words = text.replace(",", " ").split()
    if not words or not all(_KEY.match(word) for word in words):
        raise InvalidInput(f"the root key in {where} is not readable; {_HELP}")
    return [XChaChaKey(bytes.fromhex(word)) for word in words]


class GivenRootKeys:
    """Root keys from the environment or a mounted file."""

    def __init__(self, text: str, where: str = "QFLOW_ROOT_KEY") -> None:
        self._keys = parse_root_keys(text, where)

    def read(self) -> list[XChaChaKey]:
        """As given."""
        return list(self._keys)

    def put(self, key: bytes) -> None:
        """They are kept outside."""
        raise WrongState(
            "the root key is given by QFLOW_ROOT_KEY: put the new key before the old one there, restart "
            "the node, call qflow keys rewrap, and take the old one away"
        )

    def keep_only(self, ids: set[bytes]) -> None:
        """Whoever keeps them takes the old ones away."""


class RootKeyFile:
    """Root keys in a file that only its owner can read; made on first use."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> list[XChaChaKey]:
        """As the file has them now."""
        if not self._path.exists():
            with self._alone():
                if not self._path.exists():
                    self._write([fresh_key().hex()])
        return parse_root_keys(self._path.read_text(encoding="ascii", errors="replace"), str(self._path))

    def put(self, key: bytes) -> None:
        """Write it before the others; the file is exchanged as a whole."""
        with self._alone():
            self._write([key.hex(), *self._words()])

    def keep_only(self, ids: set[bytes]) -> None:
        """Write the file without the others."""
        with self._alone():
            first, *rest = self._words()
            kept = [word for word in rest if XChaChaKey(bytes.fromhex(word)).id in ids]
            if kept != rest:
                self._write([first, *kept])

    def _words(self) -> list[str]:
        return self._path.read_text(encoding="ascii").split()

    def _write(self, words: list[str]) -> None:
        draft = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write("\n".join(words) + "\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time changes the file."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path.with_name(f".{self._path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def root_keys_of(given: str, path: Path) -> RootKeys:
    """Those that are given, or else those in a file."""
    return GivenRootKeys(given) if given else RootKeyFile(path)
