"""Makes the Python snapshot in a process of its own: it takes seconds and some 500 MB, which the node
that starts would rather spend on its work."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import wasmtime

from engine.base.limits import PREPARATION_SECONDS_MAX
from engine.sandbox.module_cache import ModuleCache

log = logging.getLogger("qflow.sandbox")

_ROOTS = [str(Path(__file__).parents[2]), str(Path(wasmtime.__file__).parents[1])]
_PROGRAM = (
    f"import sys; sys.path[:0] = {_ROOTS!r}; from engine.sandbox.python import prepare_here; prepare_here()"
)


def prepare_apart(cache: ModuleCache) -> None:
    """Fill the cache; where that fails, the first use makes the snapshot itself."""
    directory, key = cache.place
    command = [sys.executable, "-I", "-c", _PROGRAM, str(directory)]
    try:
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
