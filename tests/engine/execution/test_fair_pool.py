"""A pool that serves parties in turn."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from engine.execution import fair_pool
from engine.execution.fair_pool import FairPool


class Gate:
    """Work that holds its thread until it is let go."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.open = threading.Event()

    def __call__(self) -> None:
        self.entered.release()
        assert self.open.wait(30)


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.open.set()


def noted(pool: FairPool, order: list[str], party: str, count: int) -> threading.Event:
    """Work that writes its party down; the event tells of the last."""
    done = threading.Event()
    for _ in range(count - 1):
        pool.submit(party, lambda: order.append(party))
    pool.submit(party, lambda: (order.append(party), done.set()))
    return done


def test_whoever_comes_later_does_not_wait_for_all_the_work_of_another(gate: Gate) -> None:
    pool, order = FairPool(1, "test"), list[str]()
    pool.submit("a", gate)
    assert gate.entered.acquire(timeout=30)
    ends = [noted(pool, order, "a", 100), noted(pool, order, "b", 2), noted(pool, order, "c", 1)]
    gate.open.set()
    assert all(end.wait(30) for end in ends)
    assert order[:6] == ["a", "b", "c", "a", "b", "a"]
    pool.shutdown(wait=True)


def test_one_party_never_takes_every_thread(gate: Gate) -> None:
    pool, order = FairPool(3, "test", most=2), list[str]()
    for _ in range(5):
        pool.submit("a", gate)
    assert gate.entered.acquire(timeout=30)
    assert gate.entered.acquire(timeout=30)
    assert noted(pool, order, "b", 10).wait(30)
    assert not gate.entered.acquire(blocking=False)
    gate.open.set()
    for _ in range(3):
        assert gate.entered.acquire(timeout=30)
    pool.shutdown(wait=True)


def test_what_comes_waits_for_young_work_that_is_brisk(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fair_pool, "BRISK_S", 1_000.0)
    pool, order = FairPool(8, "test", brisk=2), list[str]()
    for _ in range(2):
        pool.submit("a", gate)
        assert gate.entered.acquire(timeout=30)
    ends = [noted(pool, order, party, 20) for party in "bcd"]
    assert order == []
    gate.open.set()
    assert all(end.wait(30) for end in ends)
    assert len(order) == 60
    pool.shutdown(wait=True)


@pytest.mark.parametrize("time", range(8))  # whether a thread rests when work comes is a matter of chance
def test_work_that_takes_long_keeps_nobody_waiting(
    gate: Gate, monkeypatch: pytest.MonkeyPatch, time: int
) -> None:
    monkeypatch.setattr(fair_pool, "BRISK_S", 0.02)
    pool, order = FairPool(8, "test", brisk=2), list[str]()
    for _ in range(4):
        pool.submit("a", gate)
    assert noted(pool, order, "b", 10).wait(30)
    assert all(gate.entered.acquire(timeout=30) for _ in range(4))
    gate.open.set()
    pool.shutdown(wait=True)


def test_a_pool_with_young_work_ends(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fair_pool, "BRISK_S", 1_000.0)
    pool = FairPool(4, "test", brisk=1)
    for _ in range(3):
        pool.submit("a", gate)
    assert gate.entered.acquire(timeout=30)
    pool.shutdown(wait=False)
    gate.open.set()
    pool.shutdown(wait=True)
    assert not gate.entered.acquire(blocking=False)


def test_work_that_fails_leaves_the_thread_at_work(caplog: pytest.LogCaptureFixture) -> None:
    pool, order = FairPool(1, "test"), list[str]()
    pool.submit("a", lambda: 1 // 0)
    assert noted(pool, order, "a", 1).wait(30)
    assert "work failed" in caplog.text
    pool.shutdown(wait=True)


def test_what_waits_when_the_pool_ends_is_dropped(gate: Gate) -> None:
    pool, order = FairPool(1, "test"), list[str]()
    pool.submit("a", gate)
    assert gate.entered.acquire(timeout=30)
    noted(pool, order, "b", 5)
    pool.shutdown(wait=False)
    gate.open.set()
    pool.shutdown(wait=True)
    assert order == []
    with pytest.raises(RuntimeError):
        pool.submit("a", gate)
