"""What the Python interpreter sees of a system: a request, a reply, a fixed clock and seeded chance."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import wasmtime

from engine.base.errors import SandboxViolation
from engine.base.limits import GUEST_RANDOM_BYTES_MAX, GUEST_VECTORS_MAX
from engine.ports.sandbox import Determinism
from engine.sandbox.runtime import Instance, Runtime

PREVIEW_1 = "wasi_snapshot_preview1"
SUCCESS, BAD_DESCRIPTOR, INVALID, NOT_THERE, NO_SEEK = 0, 8, 28, 52, 70
"""Error numbers of WASI preview 1."""
STANDARD_STREAMS = 3
HOST = 2
"""Descriptor through which the host is asked: the interpreter passes on none above the standard streams."""
NO_MORE = -1 & 0xFFFF_FFFF_FFFF_FFFF

_SIGNATURES = {
    "args_get": "ii",
    "args_sizes_get": "ii",
    "environ_get": "ii",
    "environ_sizes_get": "ii",
    "clock_res_get": "ii",
    "clock_time_get": "iIi",
    "fd_advise": "iIIi",
    "fd_allocate": "iII",
    "fd_close": "i",
    "fd_datasync": "i",
    "fd_fdstat_get": "ii",
    "fd_fdstat_set_flags": "ii",
    "fd_filestat_get": "ii",
    "fd_filestat_set_size": "iI",
    "fd_filestat_set_times": "iIIi",
    "fd_pread": "iiiIi",
    "fd_prestat_get": "ii",
    "fd_prestat_dir_name": "iii",
    "fd_pwrite": "iiiIi",
    "fd_read": "iiii",
    "fd_readdir": "iiiIi",
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
    "sched_yield": "",
    "random_get": "ii",
    "sock_accept": "iii",
    "sock_recv": "iiiiii",
    "sock_send": "iiiii",
    "sock_shutdown": "ii",
}
"""Parameters of the functions the interpreter imports: i for 32 bits, I for 64."""


class GuestSystem:
    """The system of one instance. Descriptor 0 gives the request, 1 takes the reply; what is written to 2 is
    a request of the host, whose answer is then read from 2, after its size in 8 bytes. There are no other
    files, no environment and no network: what is not here answers that it is not there."""

    def __init__(
        self, instance: Instance, determinism: Determinism, request: bytes, arguments: Sequence[bytes] = ()
    ) -> None:
        self._instance = instance
        self._request = memoryview(request)
        self._arguments = [argument + b"\0" for argument in arguments]
        self._now_ns = determinism.now_us * 1_000
        self._seed = determinism.seed
        self._drawn = 0
        self._reply: list[bytes] = []
        self._written = 0
        self._heard = memoryview(b"")

    @property
    def reply(self) -> bytes:
        """What was written to descriptor 1."""
        return b"".join(self._reply)

    def args_sizes_get(self, count_at: int, size_at: int) -> int:
        """Number of arguments and their bytes."""
        self._put(count_at, "<I", len(self._arguments))
        return self._put(size_at, "<I", sum(map(len, self._arguments)))

    def args_get(self, pointers_at: int, text_at: int) -> int:
        """The arguments and where each starts."""
        for number, argument in enumerate(self._arguments):
            self._put(pointers_at + 4 * number, "<I", text_at)
            self._instance.write(text_at, argument)
            text_at += len(argument)
        return SUCCESS

    def environ_sizes_get(self, count_at: int, size_at: int) -> int:
        """There is no environment."""
        self._put(count_at, "<I", 0)
        return self._put(size_at, "<I", 0)

    def environ_get(self, pointers_at: int, text_at: int) -> int:
        """There is no environment."""
        return SUCCESS

    def clock_res_get(self, clock: int, at: int) -> int:
        """Microseconds."""
        return self._put(at, "<Q", 1_000)

    def clock_time_get(self, clock: int, precision: int, at: int) -> int:
        """Every clock stands at the time the call was given."""
        return self._put(at, "<Q", max(self._now_ns, 0))

    def poll_oneoff(self, wanted: int, happened: int, count: int, count_at: int) -> int:
        """Sleeping ends at once, since the clock stands."""
        if not 0 < count <= GUEST_VECTORS_MAX:
            return INVALID
        user = self._instance.read(wanted, 8)
        self._instance.write(happened, user + bytes(24))
        return self._put(count_at, "<I", 1)

    def sched_yield(self) -> int:
        """Nobody else is there."""
        return SUCCESS

    def random_get(self, at: int, size: int) -> int:
        """The next bytes of a stream that the seed alone decides."""
        if not 0 <= size <= GUEST_RANDOM_BYTES_MAX:
            return INVALID
        self._drawn += 1
        stream = hashlib.shake_256(self._seed + self._drawn.to_bytes(8, "little"))
        self._instance.write(at, stream.digest(size))
        return SUCCESS

    def fd_fdstat_get(self, descriptor: int, at: int) -> int:
        """The standard streams are of no known kind."""
        if not 0 <= descriptor < STANDARD_STREAMS:
            return BAD_DESCRIPTOR
        return self._put(at, "<BxHxxxxQQ", 0, 0, NO_MORE, NO_MORE)

    def fd_filestat_get(self, descriptor: int, at: int) -> int:
        """The standard streams have no size and no times."""
        if not 0 <= descriptor < STANDARD_STREAMS:
            return BAD_DESCRIPTOR
        self._instance.write(at, bytes(64))
        return SUCCESS

    def fd_prestat_get(self, descriptor: int, at: int) -> int:
        """No directory is open."""
        return BAD_DESCRIPTOR

    def fd_close(self, descriptor: int) -> int:
        """Nothing is held."""
        return SUCCESS if 0 <= descriptor < STANDARD_STREAMS else BAD_DESCRIPTOR

    def fd_seek(self, descriptor: int, offset: int, whence: int, at: int) -> int:
        """Streams have no place."""
        return NO_SEEK if 0 <= descriptor < STANDARD_STREAMS else BAD_DESCRIPTOR

    def fd_read(self, descriptor: int, vectors: int, count: int, size_at: int) -> int:
        """Take the next bytes of the request, or of the host's answer."""
        if descriptor not in {0, HOST}:
            return BAD_DESCRIPTOR
        if not 0 <= count <= GUEST_VECTORS_MAX:
            return INVALID
        taken = 0
        for at, size in self._vectors(vectors, count):
            part = self._next(descriptor, size)
            self._instance.write(at, bytes(part))
            taken += len(part)
        return self._put(size_at, "<I", taken)

    def fd_write(self, descriptor: int, vectors: int, count: int, size_at: int) -> int:
        """Add to the reply, or ask the host; raises :class:`SandboxViolation` for too large a reply."""
        if descriptor not in {1, HOST}:
            return BAD_DESCRIPTOR
        if not 0 <= count <= GUEST_VECTORS_MAX:
            return INVALID
        written, asked = 0, b""
        for at, size in self._vectors(vectors, count):
            written += size
            if descriptor == 1:
                self._keep(at, size)
            elif descriptor == HOST:
                asked += self._instance.read(at, size)
        if descriptor == HOST:
            self._ask(asked)
        return self._put(size_at, "<I", written & 0xFFFF_FFFF)

    def _next(self, descriptor: int, size: int) -> memoryview:
        if descriptor == HOST:
            part, self._heard = self._heard[:size], self._heard[size:]
        else:
            part, self._request = self._request[:size], self._request[size:]
        return part

    def _ask(self, request: bytes) -> None:
        if self._instance.ask(request) >= 0:
            answer = self._instance.take()
            self._heard = memoryview(len(answer).to_bytes(8, "little") + answer)

    def _keep(self, at: int, size: int) -> None:
        self._written += size
        allowed = self._instance.limits.output_bytes
        if self._written > allowed:
            message = f"the code gave more than its limit of {allowed} bytes of output"
            raise SandboxViolation(message, limit="output")
        if size:
            self._reply.append(self._instance.read(at, size))

    def _vectors(self, at: int, count: int) -> Iterator[tuple[int, int]]:
        packed = self._instance.read(at, 8 * count)
        return struct.iter_unpack("<II", packed)

    def _put(self, at: int, form: str, *values: int) -> int:
        self._instance.write(at, struct.pack(form, *values))
        return SUCCESS


class PythonRuntime(Runtime):
    """A runtime whose guests import a :class:`GuestSystem`."""

    @contextmanager
    def serving(self, system: GuestSystem) -> Iterator[None]:
        """While the body runs, guests on this thread see this system."""
        self._calling.system = system
        try:
            yield
        finally:
            self._calling.system = None

    def _imports(self) -> Any:
        linker = super()._imports()
        numbers = {"i": wasmtime.ValType.i32(), "I": wasmtime.ValType.i64()}
        for name, signature in _SIGNATURES.items():
            form = wasmtime.FuncType([numbers[letter] for letter in signature], [numbers["i"]])
            linker.define_func(PREVIEW_1, name, form, self._answer(name))
        linker.define_func(PREVIEW_1, "proc_exit", wasmtime.FuncType([numbers["i"]], []), self._exit)
        return linker

    def _answer(self, name: str) -> Callable[..., int]:
        if not hasattr(GuestSystem, name):
            return lambda *_: NOT_THERE

        def answer(*given: int) -> int:
            answered: int = self._calling.instance.guarded(getattr(self._calling.system, name), *given)
            return answered

        return answer

    def _exit(self, status: int) -> None:
        self._calling.instance.guarded(_ended, status)


def _ended(status: int) -> int:
    raise SandboxViolation("the code ended the interpreter", limit="exit", status=status)
