"""The first program of a command's process: lays limits on itself, then becomes the command.

``python -I -S launch.py MEMORY PROCESSOR_SECONDS PATH ARGUMENT...`` Nothing of the node is imported here.
"""

from __future__ import annotations

import os
import resource
import sys

_FILE_BYTES_MAX = 256 * 1024 * 1024
_FILES_MAX = 256


def main() -> None:
    """Limits on memory, processor time, files and their size; no core dumps; an empty environment."""
    memory, seconds, path, *arguments = sys.argv[1:]
    for kind, most in (
        (resource.RLIMIT_AS, int(memory)),
        (resource.RLIMIT_CPU, int(seconds)),
        (resource.RLIMIT_FSIZE, _FILE_BYTES_MAX),
        (resource.RLIMIT_NOFILE, _FILES_MAX),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    os.umask(0o077)
    os.execve(path, [path, *arguments], {})  # noqa: S606 - the policy names it


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        sys.stderr.write(f"it cannot be started: {error.strerror}\n")
        sys.exit(126)
