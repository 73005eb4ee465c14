"""The lock of a data directory: one node at a time; the system frees it when the process dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from engine.base.errors import WrongState

NAME = "node.lock"


@contextmanager
def node_lock(data_dir: Path, url: str = "") -> Iterator[IO[str]]:
    """Hold the lock, whose file is given; raises :class:`WrongState` naming the node that has it."""
    with (data_dir / NAME).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.readline().strip() or "unknown"
            raise WrongState(
                f"a node runs on {data_dir} already (process {holder}); stop it, or choose another --data-dir"
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n{url}\n")
        file.flush()
        yield file


def node_runs(data_dir: Path) -> bool:
    """Whether a node holds the lock now."""
    try:
        file = (data_dir / NAME).open("r")
    except FileNotFoundError:
        return False
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def node_url(data_dir: Path) -> str:
    """Where the node that holds the lock answers; empty where it has no web door."""
    lines = (data_dir / NAME).read_text(encoding="utf-8").splitlines()
    return lines[1] if len(lines) > 1 else ""
