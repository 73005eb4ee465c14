"""WASI preview 1 without a world: three streams, a fixed clock, seeded chance, and nothing else.

Names and signatures: https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from typing import Any, Protocol

from engine.base.errors import SandboxViolation
from engine.base.limits import GUEST_RANDOM_BYTES_MAX, GUEST_VECTORS_MAX, MODULE_LOG_BYTES_MAX
from engine.ports.sandbox import Determinism, SandboxLimits

log = logging.getLogger("qflow.sandbox")

WASI = "wasi_snapshot_preview1"
OK, BADF, FAULT, INVAL, NOSYS, SPIPE, NOTCAPABLE = 0, 8, 21, 28, 52, 70, 76
STDIN, STDOUT, STDERR = 0, 1, 2
STEP_NS = 1_000  # how far the clock moves when it is read, so that waiting ends
WORD = 0xFFFFFFFF
HOST = "qflow"
HOST_FUNCTIONS = {"call": (("i32", "i32"), ("i32",)), "take": (("i32",), ())}
"""What asks the host behind the step's capability token: ``call(place, size) -> size of the answer, or -1``
with a request as in :mod:`engine.sandbox.host_door`, and ``take(place)``, which copies the answer there."""

FUNCTIONS = {
    "args_get": "ii",
    "args_sizes_get": "ii",
    "clock_res_get": "ii",
    "clock_time_get": "iIi",
    "environ_get": "ii",
    "environ_sizes_get": "ii",
    "fd_advise": "iIIi",
    "fd_allocate": "iII",
    "fd_close": "i",
    "fd_datasync": "i",
    "fd_fdstat_get": "ii",
    "fd_fdstat_set_flags": "ii",
    "fd_fdstat_set_rights": "iII",
    "fd_filestat_get": "ii",
    "fd_filestat_set_size": "iI",
    "fd_filestat_set_times": "iIIi",
    "fd_pread": "iiiIi",
    "fd_prestat_dir_name": "iii",
    "fd_prestat_get": "ii",
    "fd_pwrite": "iiiIi",
    "fd_read": "iiii",
    "fd_readdir": "iiiIi",
    "fd_renumber": "ii",
    "fd_seek": "iIii",
    "fd_sync": "i",
    "fd_tell": "ii",
    "fd_write": "iiii",
    "path_create_directory": "iii",
    "path_filestat_get": "iiiii",
    "path_filestat_set_times": "iiiiIIi",
    "path_link": "iiiiiii",
    "path_open": "iiiiiIIii",
    "path_readlink": "iiiiii",
    "path_remove_directory": "iii",
    "path_rename": "iiiiii",
    "path_symlink": "iiiii",
    "path_unlink_file": "iii",
    "poll_oneoff": "iiii",
    "proc_exit": "i",
    "proc_raise": "i",
    "random_get": "ii",
    "sched_yield": "",
    "sock_accept": "iii",
    "sock_recv": "iiiiii",
    "sock_send": "iiiii",
    "sock_shutdown": "ii",
}
"""Every function and what it takes (``i``: 32 bits, ``I``: 64); all but proc_exit give an error number."""


class OutsideMemory(Exception):
    """The guest pointed outside its memory."""


class GuestMemory(Protocol):
    """A guest's memory, checked; raises :class:`OutsideMemory`."""

    def read(self, at: int, size: int) -> bytes: ...
    def write(self, at: int, data: bytes) -> None: ...


class WasiHost:
    """Answers one instance's calls. ``stop`` makes the guest halt as soon as the call returns."""

    def __init__(
        self,
        memory: GuestMemory,
        limits: SandboxLimits,
        determinism: Determinism,
        stop: Callable[[], None],
        ask: Callable[[bytes], bytes],
    ) -> None:
        self.calls = 0
        self.exit_code: int | None = None
        self.violation: BaseException | None = None
        self.output = bytearray()
        self.log = bytearray()
        self._input, self._read = b"", 0
        self._memory, self._limits, self._stop, self._ask = memory, limits, stop, ask
        self._heard = b""
        self._determinism = determinism
        self._clock_ns = determinism.now_us * 1_000
        self._draws = 0

    def begin(self, document: bytes) -> None:
        """Put a document on standard input, and empty the output."""
        self._input, self._read = document, 0
        self.output.clear()

    def answer(self, name: str, arguments: tuple[Any, ...]) -> int:
        """Answer one call; whatever is wrong with it becomes an error number or stops the guest."""
        if not self._counted():
            return NOSYS
        handler = getattr(self, f"_{name}", None)
        try:
            return handler(*arguments) if handler is not None else _refusal(name)
        except OutsideMemory:
            return FAULT

    def _counted(self) -> bool:
        """Whether one more call may be answered."""
        if self.violation is not None or self.exit_code is not None:
            return False
        self.calls += 1
        if self.calls > self._limits.host_calls:
            self.halt(f"the code called its host more than {self._limits.host_calls} times", "host_calls")
        return self.violation is None

    def host_call(self, at: int, size: int) -> int:
        """Ask the host behind the step's capability token; gives the size of its answer, or -1."""
        if not self._counted():
            return -1
        try:
            self._heard = self._ask(self._memory.read(at & WORD, size & WORD))
        except OutsideMemory:
            return -1
        except BaseException as error:  # raised through the engine, another thread could meet it
            self.violation = error
            self._stop()
            return -1
        return len(self._heard)

    def host_take(self, at: int) -> None:
        """Copy the host's answer into the memory, once."""
        heard, self._heard = self._heard, b""
        try:
            self._memory.write(at & WORD, heard)
        except OutsideMemory:
            self.halt("the module took an answer to a place outside its memory", "trap")

    def answered(self, name: str, arguments: tuple[Any, ...]) -> int:
        """The same for the engine's callback, which must not raise."""
        try:
            return self.answer(name, arguments)
        except BaseException as error:
            log.exception("a call of the host failed")
            self.halt(f"a call of the host failed: {type(error).__name__}", "trap")
            return NOSYS

    def halt(self, message: str, limit: str) -> None:
        """Stop the guest for crossing a limit."""
        self.violation = SandboxViolation(message, limit=limit)
        self._stop()

    # --- streams ---

    def _fd_write(self, fd: int, vectors: int, count: int, written: int) -> int:
        if fd not in {STDOUT, STDERR}:
            return BADF
        places = self._vectors(vectors, count)
        if places is None:
            return INVAL
        total = sum(size for _, size in places)
        if fd == STDOUT and len(self.output) + total > self._limits.output_bytes:
            self.halt(f"the code wrote more than {self._limits.output_bytes} bytes", "output_bytes")
            return NOSYS
        for at, size in places:
            if fd == STDOUT:
                self.output += self._memory.read(at, size)
            else:
                self.log += self._memory.read(at, min(size, MODULE_LOG_BYTES_MAX - len(self.log)))
        self._put(written, total, 4)
        return OK

    def _fd_read(self, fd: int, vectors: int, count: int, read: int) -> int:
        if fd != STDIN:
            return BADF
        places = self._vectors(vectors, count)
        if places is None:
            return INVAL
        before = self._read
        for at, size in places:
            part = self._input[self._read : self._read + size]
            self._memory.write(at, part)
            self._read += len(part)
        self._put(read, self._read - before, 4)
        return OK

    def _vectors(self, at: int, count: int) -> list[tuple[int, int]] | None:
        """Places of the buffers of a read or write."""
        count &= WORD
        if count > GUEST_VECTORS_MAX:
            return None
        table = self._memory.read(at & WORD, count * 8)
        words = [int.from_bytes(table[n : n + 4], "little") for n in range(0, len(table), 4)]
        return list(zip(words[::2], words[1::2], strict=True))

    def _fd_fdstat_get(self, fd: int, at: int) -> int:
        """Neither file nor terminal, so that libraries buffer; no rights but to read or write."""
        if fd not in {STDIN, STDOUT, STDERR}:
            return BADF
        rights = 1 << 1 if fd == STDIN else 1 << 6
        self._memory.write(at & WORD, bytes(8) + rights.to_bytes(8, "little") + bytes(8))
        return OK

    def _fd_close(self, fd: int) -> int:
        return OK if fd in {STDIN, STDOUT, STDERR} else BADF

    def _fd_seek(self, fd: int, _by: int, _whence: int, _at: int) -> int:
        return SPIPE if fd in {STDIN, STDOUT, STDERR} else BADF

    # --- arguments and environment: there are none ---

    def _args_get(self, _places: int, _texts: int) -> int:
        return OK

    _environ_get = _args_get

    def _args_sizes_get(self, count: int, size: int) -> int:
        self._put(count, 0, 4)
        self._put(size, 0, 4)
        return OK

    _environ_sizes_get = _args_sizes_get

    # --- time and chance ---

    def _clock_time_get(self, clock: int, _precision: int, at: int) -> int:
        if not 0 <= clock <= 3:
            return INVAL
        self._put(at, self._clock_ns, 8)
        self._clock_ns += STEP_NS
        return OK

    def _clock_res_get(self, clock: int, at: int) -> int:
        if not 0 <= clock <= 3:
            return INVAL
        self._put(at, STEP_NS, 8)
        return OK

    def _random_get(self, at: int, size: int) -> int:
        size &= WORD
        if size > GUEST_RANDOM_BYTES_MAX:
            return INVAL
        drawn = hashlib.shake_256(self._determinism.seed + self._draws.to_bytes(8, "little"))
        self._draws += 1
        self._memory.write(at & WORD, drawn.digest(size))
        return OK

    def _sched_yield(self) -> int:
        return OK

    # --- the end ---

    def _proc_exit(self, code: int) -> int:
        self.exit_code = code & WORD
        self._stop()
        return OK

    def _put(self, at: int, value: int, size: int) -> None:
        self._memory.write(at & WORD, (value & (1 << size * 8) - 1).to_bytes(size, "little"))


def _refusal(name: str) -> int:
    """Nothing is there to open, and no descriptor but the three streams."""
    if name.startswith(("path_", "sock_")):
        return NOTCAPABLE
    return BADF if name.startswith("fd_") else NOSYS
