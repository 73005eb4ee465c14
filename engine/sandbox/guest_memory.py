"""The linear memory of an instance: read, written and put back without leaving the interpreter.

``wasmtime.Memory`` lets other threads run during each of its small calls, and then waits for its turn
again, which costs many times what the call itself does. Here the same C functions are called while the
interpreter is kept.
"""

from __future__ import annotations

import ctypes
import os
import re
import resource
import threading
import weakref
from ctypes import byref
from mmap import PAGESIZE
from typing import Any

import wasmtime
from wasmtime import _bindings as ffi

from engine.base.errors import SandboxViolation

_ENTRY_BYTES = 8  # of /proc/self/pagemap, for one page
_CHECKED_EVERY = 10_000  # restorations after which all of a memory is compared once more

_library = ctypes.PyDLL(ffi.dll._name)


def quick_function(name: str, result: Any = None) -> Any:
    """A function of the engine's C library that is called while the interpreter is kept."""
    function = getattr(_library, name)
    known = getattr(ffi, f"_{name}")
    function.restype, function.argtypes = result or known.restype, known.argtypes
    return function


_data_of = quick_function("wasmtime_memory_data", ctypes.c_void_p)
_size_of = quick_function("wasmtime_memory_data_size")
_copy = ctypes.PyDLL(None).memmove
_copy.restype = ctypes.c_void_p
_copy.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]


def _marks() -> bytes:
    """For the top byte of an entry: 1 where the page is this process's own, else 0. Bit 63: present, 62:
    swapped, 61: of a file (Linux, Documentation/admin-guide/mm/pagemap.rst)."""
    return bytes(1 if top & 0xC0 and not top & 0x20 else 0 for top in range(256))


_OWN = _marks()
_RUNS = re.compile(rb"\x01+")


class GuestMemory:
    """The exported memory of an instance in a store."""

    def __init__(self, store: wasmtime.Store, memory: wasmtime.Memory) -> None:
        self._store, self._reference = store, byref(memory._memory)
        self._memory = memory  # which the reference points into
        self.written: list[tuple[int, int]] | None = None  # runs of bytes: those that ever were, if known
        self.faults = (0, 0)  # the thread's, when the memory was last put back

    def size(self) -> int:
        """Bytes."""
        size: int = _size_of(self._store._context(), self._reference)
        return size

    def address(self) -> int:
        """Where it begins, in this process."""
        address: int = _data_of(self._store._context(), self._reference)
        return address

    def read(self, at: int, size: int) -> bytes:
        """A copy of bytes; raises :class:`SandboxViolation` outside of the memory."""
        at = self._inside(at, size)
        return ctypes.string_at(self.address() + at, size) if size else b""

    def write(self, at: int, data: bytes) -> None:
        """Put bytes there; raises :class:`SandboxViolation` outside of the memory."""
        at = self._inside(at, len(data))
        if data:
            _copy(self.address() + at, data, len(data))

    def _inside(self, at: int, size: int) -> int:
        at &= 0xFFFFFFFF
        if size < 0 or at + size > self.size():
            raise SandboxViolation("the guest pointed outside its memory", limit="trap")
        return at


class Image:
    """What a memory was at the start, to make it so again.

    A fresh memory is a private mapping of a file, so only pages that were written since belong to the
    process. Where the system tells which those are (Linux), only they are copied; it is asked again when
    the thread had a page fault, without which no further page can have become the process's own. The first
    time and now and then all of the memory is compared, and where the system told less than the truth it
    is not believed again.
    """

    def __init__(self, content: bytes) -> None:
        self.content = content
        self._filled = content.rstrip(b"\0")  # what is compared; to look at zeros would take memory
        self._at = ctypes.cast(ctypes.c_char_p(content), ctypes.c_void_p).value or 0
        self._pagemap = _pagemap()
        if self._pagemap is not None:
            weakref.finalize(self, os.close, self._pagemap)
        self._restored = 0

    def begun(self, memory: GuestMemory) -> None:
        """A call begins on this thread, after which the memory is put back on this thread."""
        memory.faults = page_faults()

    def restore(self, memory: GuestMemory) -> bool:
        """Put it back; False where the memory has grown, and cannot be made what it was."""
        if memory.size() != len(self.content):
            return False
        address = memory.address()
        for start, size in self._written(memory, address):
            _copy(address + start, self._at + start, size)
        if self._restored % _CHECKED_EVERY == 0 and memory.read(0, len(self._filled)) != self._filled:
            self._pagemap = None
            _copy(address, self._at, len(self.content))
        self._restored += 1
        return True

    def _written(self, memory: GuestMemory, address: int) -> list[tuple[int, int]]:
        if self._pagemap is None:
            return [(0, len(self.content))]
        if memory.written is None or memory.faults != page_faults():
            first, pages = address // PAGESIZE, -(-len(self.content) // PAGESIZE)
            entries = os.pread(self._pagemap, pages * _ENTRY_BYTES, first * _ENTRY_BYTES)
            own = entries[_ENTRY_BYTES - 1 :: _ENTRY_BYTES].translate(_OWN).ljust(pages, b"\1")
            found = (run.span() for run in _RUNS.finditer(own))
            memory.written = [(start * PAGESIZE, (end - start) * PAGESIZE) for start, end in found]
        return memory.written


def page_faults() -> tuple[int, int]:
    """This thread, and how many page faults it has had."""
    used = resource.getrusage(resource.RUSAGE_THREAD)
    return threading.get_ident(), used.ru_minflt + used.ru_majflt


def _pagemap() -> int | None:
    """Tells of this process's pages; None where there is no such thing."""
    try:
        return os.open("/proc/self/pagemap", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
