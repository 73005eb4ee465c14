"""The machine a number was measured on."""

from __future__ import annotations

import os
import platform
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.stats import percentile

FSYNCS = 50
LOOP = 1_000_000


def describe(folder: Path) -> dict[str, Any]:
    """Cores, CPU, memory (GiB), versions, load, and milliseconds of an fsync in ``folder``."""
    return {
        "cores": os.cpu_count(),
        "cpu": _first(Path("/proc/cpuinfo"), "model name") or platform.processor() or platform.machine(),
        "memory_gib": _memory_gib(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load_1min": round(os.getloadavg()[0], 2),
        "fsync_ms": round(fsync_ms(folder), 3),
        "folder": _file_system(folder),
    }


def as_text(machine: dict[str, Any]) -> str:
    """The description in one line."""
    return (
        f"{machine['cores']} cores {machine['cpu']}, {machine['memory_gib']} GiB, {machine['system']}, "
        f"Python {machine['python']}, SQLite {machine['sqlite']}, fsync {machine['fsync_ms']} ms on "
        f"{machine['folder']}, load {machine['load_1min']}"
    )


def loop_ms() -> float:
    """How long Python takes for a loop of a million additions: what a host gives its guests changes by the
    minute, and figures with it."""
    began, total = time.perf_counter(), 0
    for number in range(LOOP):
        total += number
    return (time.perf_counter() - began) * 1000


def fsync_ms(folder: Path) -> float:
    """The median time to append 4 KiB to a file and force it to the disk."""
    with tempfile.TemporaryFile(dir=folder) as file:
        times = []
        for _ in range(FSYNCS):
            file.write(b"q" * 4096)
            file.flush()
            before = time.perf_counter()
            os.fsync(file.fileno())
            times.append((time.perf_counter() - before) * 1000)
    return percentile(times, 0.5)


def _first(path: Path, key: str) -> str:
    if not path.exists():
        return ""
    for line in path.read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return ""


def _memory_gib() -> float:
    return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1)


def _file_system(folder: Path) -> str:
    """The kind of file system that holds a folder (a RAM disk's fsync costs nothing)."""
    best, kind = "", "unknown"
    mounts = Path("/proc/mounts")
    for line in mounts.read_text().splitlines() if mounts.exists() else []:
        _, point, type_, *_ = line.split()
        if folder.resolve().is_relative_to(point) and len(point) >= len(best):
            best, kind = point, type_
    return kind
