"""Ringing within a worker: every ring is heard by one child, and the end by all."""

from __future__ import annotations

import os
import threading

from engine.dispatch.house_bell import RECORD_BYTES, HouseBell

CHILDREN = 3


def forked(bell: HouseBell, told: int) -> int:
    """A child that writes what it hears, a line each, and ends with the bell."""
    pid = os.fork()
    if pid == 0:
        over = threading.Event()
        bell.listen(lambda execution: _write(told, f"{execution}\n"), over.set)
        over.wait(20)
        _write(told, "over\n")
        os._exit(0)
    return pid


def _write(told: int, line: str) -> None:
    os.write(told, line.encode())


def test_one_child_hears_each_ring_and_all_hear_the_end() -> None:
    bell = HouseBell()
    reading, told = os.pipe()
    children = [forked(bell, told) for _ in range(CHILDREN)]
    os.close(told)
    rings = [f"exe_{number}" for number in range(200)]
    for execution in rings:
        bell.ring(execution)
    bell.close()
    with os.fdopen(reading) as lines:
        heard = lines.read().split()
    for child in children:
        os.waitpid(child, 0)
    assert sorted(heard) == sorted([*rings, *["over"] * CHILDREN])


def test_rings_that_nobody_hears_are_lost_without_a_fuss() -> None:
    bell = HouseBell()
    for number in range(10_000):
        bell.ring(f"exe_{number}")
    bell.ring("x" * (RECORD_BYTES + 1))
    bell.close()
    bell.ring("exe_late")
