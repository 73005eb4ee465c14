"""Makes the Python snapshot in a process of its own: it takes seconds and some 500 MB, which the node
that starts would rather spend on its work."""

from __future__ import annotations

import fcntl
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import wasmtime

from engine.base.limits import PREPARATION_SECONDS_MAX
from engine.sandbox.module_cache import ModuleCache

log = logging.getLogger("qflow.sandbox")

NICENESS = 15
"""Of the process that makes the snapshot in the background."""
LOCK_FILE = "preparing"
_ROOTS = [str(Path(__file__).parents[2]), str(Path(wasmtime.__file__).parents[1])]
_PROGRAM = (
    f"import sys; sys.path[:0] = {_ROOTS!r}; from engine.sandbox.python import prepare_here; prepare_here()"
)


def prepare_apart(cache: ModuleCache, niceness: int) -> None:
    """Fill the cache, unless another process is about it; where that fails, the first use makes the
    snapshot itself."""
    directory, key = cache.place
    command = [sys.executable, "-I", "-c", _PROGRAM, str(directory), str(niceness)]
    try:
        with _alone(directory) as alone:
            if not alone:
                return
            subprocess.run(  # noqa: S603
                command,
                input=key or b"",
                env={},
                check=True,
                capture_output=True,
                timeout=PREPARATION_SECONDS_MAX,
            )
    except (OSError, subprocess.SubprocessError) as error:
        log.warning("the Python guest could not be prepared: %s", error)


@contextmanager
def _alone(directory: Path) -> Iterator[bool]:
    """Whether nobody else prepares there: nodes and their further processes start at the same time."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (directory / LOCK_FILE).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
