"""Memories of guests: bounded, and put back whatever was written, also where the system tells nothing."""

from __future__ import annotations

import os
from contextlib import contextmanager

import pytest
import wasmtime
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import SandboxViolation
from engine.sandbox import guest_memory
from engine.sandbox.guest_memory import GuestMemory, Image

PAGES = 40
MODULE = f"""(module
  (memory (export "memory") {PAGES} {PAGES + 1})
  (data (i32.const 0) "{"abcdefgh" * 4096}")
  (data (i32.const 655360) "{"12345678" * 2048}")
  (func (export "grow") (result i32) (memory.grow (i32.const 1)))
  (func (export "put") (param i32 i32) (i32.store8 (local.get 0) (local.get 1))))"""


@contextmanager
def opened():
    store = wasmtime.Store(wasmtime.Engine())
    try:
        exports = wasmtime.Instance(store, wasmtime.Module(store.engine, MODULE), []).exports(store)
        yield store, exports, GuestMemory(store, exports["memory"])
    finally:
        store.close()


def whole(memory):
    return memory.read(0, memory.size())


@given(st.lists(st.lists(st.tuples(st.integers(0, PAGES * 65_536 - 1), st.integers(0, 255)))))
def test_whatever_calls_write_is_put_back(calls):
    with opened() as (store, exports, memory):
        image = Image(whole(memory))
        for call in calls:
            image.begun(memory)
            for at, value in call:
                exports["put"](store, at, value)
            assert image.restore(memory)
            assert whole(memory) == image.content


def test_only_what_was_written_is_copied():
    with opened() as (store, exports, memory):
        image = Image(whole(memory))
        if image._pagemap is None:
            pytest.skip("this system does not tell which pages were written")
        image.begun(memory)
        exports["put"](store, 100, 1)
        exports["put"](store, 655_360 + 5, 1)
        assert image.restore(memory)
        assert sum(size for _, size in memory.written) < len(image.content)


@pytest.mark.parametrize("told", [b"", b"\0" * 8 * 16 * PAGES])
def test_a_system_that_tells_less_than_the_truth_is_not_believed(monkeypatch, told):
    with opened() as (store, exports, memory):
        image = Image(whole(memory))
        monkeypatch.setattr(os, "pread", lambda *_: told)
        for _ in range(3):
            image.begun(memory)
            exports["put"](store, 100, 1)
            assert image.restore(memory)
            assert whole(memory) == image.content


def test_without_being_told_all_is_copied(monkeypatch):
    monkeypatch.setattr(guest_memory, "_pagemap", lambda: None)
    with opened() as (store, exports, memory):
        image = Image(whole(memory))
        exports["put"](store, 9_999, 1)
        assert image.restore(memory)
        assert whole(memory) == image.content


def test_a_memory_that_has_grown_is_not_put_back():
    with opened() as (store, exports, memory):
        image = Image(whole(memory))
        exports["grow"](store)
        assert not image.restore(memory)


def test_what_another_thread_wrote_is_put_back():
    """Page faults of another thread are not seen here, so the system is asked again."""
    from threading import Thread

    with opened() as (store, exports, memory):
        image = Image(whole(memory))
        image.begun(memory)
        assert image.restore(memory)
        begin = Thread(target=image.begun, args=(memory,))
        begin.start()
        begin.join()
        exports["put"](store, 70_000, 1)
        assert image.restore(memory)
        assert whole(memory) == image.content


@pytest.mark.parametrize(("at", "size"), [(PAGES * 65_536, 1), (0, PAGES * 65_536 + 1), (0, -1), (-1, 2)])
def test_outside_of_the_memory_nothing_is_read(at, size):
    with opened() as (_, _, memory), pytest.raises(SandboxViolation):
        memory.read(at, size)


def test_outside_of_the_memory_nothing_is_written():
    with opened() as (_, _, memory), pytest.raises(SandboxViolation):
        memory.write(memory.size() - 1, b"ab")
