"""Makes the snapshot of the Python interpreter: started, its library loaded, ready to be called."""

from __future__ import annotations

import hashlib
import lzma
import struct
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.resources import files
from itertools import islice

from engine.base.canonical import cid_of
from engine.base.errors import CorruptData, SandboxViolation
from engine.ports.sandbox import MEBIBYTE, Determinism, SandboxLimits
from engine.sandbox.python_wasi import GuestSystem, PythonRuntime
from engine.sandbox.runtime import Instance
from engine.sandbox.wasm_image import MAGIC, read_unsigned, sections, signed, unsigned, with_memory

ENTRY = "qf_enter"
"""Export of the image: CPython's own function that calls a Python function."""
LAYOUT = 1
"""Raise when what this module makes of the same parts changes."""
WASM_SHA256 = "04a8c76e8b8f247f16f442016c052abbf85c9a553763128f500f4ab3f1c7799a"
PRELUDE = (
    "engine.sandbox.guests.python.prelude.items",
    "engine.sandbox.guests.python.prelude.host",
    "engine.sandbox.guests.python.prelude.prelude",
)
"""The modules that run inside the guest, in order; never imported here."""
BUILD_LIMITS = SandboxLimits(memory_bytes=64 * MEBIBYTE, deadline_ms=60_000)
BUILD_TIME = Determinism(now_us=1_700_000_000_000_000, seed=b"qflow python guest")
BOOT = b"""import os
for part in os.read(0, 1 << 20).split(b"\\0"): exec(compile(part, '<guest>', 'exec'))"""
ARGUMENTS = (b"python", b"-I", b"-S", b"-B", b"-c", BOOT)
VECTORCALL_AT = 64
"""Where a function object of CPython 3.12 on 32 bits holds the table index of its vectorcall."""

GLOBALS, EXPORTS, ELEMENTS = 6, 7, 9
"""Numbers of sections."""
FUNCTION, GLOBAL = b"\0", b"\3"
"""Kinds of exports."""
CONSTANT, END = 0x41, 0x0B


@lru_cache(maxsize=1)
def guest_cid() -> str:
    """CID over the interpreter and the prelude: what ran, for receipts and for the cache."""
    return cid_of([WASM_SHA256, prelude(), LAYOUT])


def prelude() -> bytes:
    """The Python sources that are run once inside the guest, with a zero byte between them."""
    folder = files("engine.sandbox").joinpath("guests", "python", "prelude")
    return b"\0".join(folder.joinpath(f"{name.rpartition('.')[2]}.py").read_bytes() for name in PRELUDE)


def interpreter() -> bytes:
    """The interpreter's module, unpacked; raises :class:`CorruptData` where it is not what it should be."""
    packed = files("engine.sandbox").joinpath("guests", "python", "vendor", "python.wasm.xz").read_bytes()
    wasm = lzma.decompress(packed)
    found = hashlib.sha256(wasm).hexdigest()
    if found != WASM_SHA256:
        message = f"the Python interpreter has the hash {found} instead of {WASM_SHA256}; reinstall Qflow"
        raise CorruptData(message)
    return wasm


def build_image(runtime: PythonRuntime) -> tuple[bytes, int]:
    """The module whose memory starts where the prelude left off, and the address of the function
    to call. The same bytes on every machine."""
    wasm = with_exports(interpreter(), {"qf_stack": (GLOBAL, 0)})
    compiled = runtime.compile(wasm, keep=False)
    try:
        with runtime.instance(compiled, BUILD_LIMITS) as instance:
            answer = _started(runtime, instance)
            (slot,) = struct.unpack("<I", instance.read(answer + VECTORCALL_AT, 4))
            image = with_memory(wasm, instance.memory())
            image = with_stack_at(image, instance.global_of("qf_stack"))
    finally:
        runtime.forget(compiled)
    return with_exports(image, {ENTRY: (FUNCTION, function_in_table(image, slot))}), answer


def _started(runtime: PythonRuntime, instance: Instance) -> int:
    """Run the interpreter until the prelude leaves it; gives the address of its ``answer``."""
    system = GuestSystem(instance, BUILD_TIME, prelude(), ARGUMENTS)
    try:
        with runtime.serving(system):
            instance.call("_start")
    except SandboxViolation as ended:
        if ended.details.get("limit") != "exit" or not system.reply.isdigit():
            raise
    return int(system.reply)


# --- changes to the module ---------------------------------------------------------------------------


def with_exports(module: bytes, exports: dict[str, tuple[bytes, int]]) -> bytes:
    """The module with further exports: kind and index by name."""
    added = b"".join(
        unsigned(len(name)) + name.encode() + kind + unsigned(index)
        for name, (kind, index) in exports.items()
    )

    def changed(body: bytes) -> bytes:
        count, at = read_unsigned(body, 0)
        return unsigned(count + len(exports)) + body[at:] + added

    return _changed(module, EXPORTS, changed)


def with_stack_at(module: bytes, pointer: int) -> bytes:
    """The module with its one mutable global, the stack pointer, starting at ``pointer``."""
    return _changed(module, GLOBALS, lambda _: b"\1\x7f\1\x41" + signed(pointer) + b"\x0b")


def function_in_table(module: bytes, slot: int) -> int:
    """Index of the function that a slot of the module's one table holds."""
    body = next(body for number, body in sections(module) if number == ELEMENTS)
    numbers = _numbers(body)
    if next(numbers) != 1 or next(numbers) != 0 or next(numbers) != CONSTANT:
        raise ValueError("the module's table is not filled in the way that is known")
    first = next(numbers)
    if next(numbers) != END or slot - first not in range(next(numbers)):
        raise ValueError(f"the module's table has no slot {slot}")
    return next(islice(numbers, slot - first, None))


def _changed(module: bytes, section: int, change: Callable[[bytes], bytes]) -> bytes:
    parts = [MAGIC]
    for number, content in sections(module):
        body = change(content) if number == section else content
        parts.append(bytes([number]) + unsigned(len(body)) + body)
    return b"".join(parts)


def _numbers(data: bytes) -> Iterator[int]:
    at = 0
    while at < len(data):
        value, at = read_unsigned(data, at)
        yield value
