"""Compiles modules that nobody vouches for in a process of their own, with limits of time and memory.

What a module makes of the compiler's time can be the square of its size. Here it is bounded, the node
goes on meanwhile, and a compiler that runs out of memory takes nothing with it. The machine code comes
back through a pipe.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import wasmtime

from engine.base.limits import (
    COMPILER_MEMORY_BYTES_MAX,
    COMPILER_SECONDS_MAX,
    COMPILERS_MAX,
    GUEST_STACK_BYTES,
)

CONFIGURATION = 1
"""Raise when the engine's configuration changes: it is part of the name of compiled modules."""
SWITCHED_OFF = (
    "wasm_threads",
    "wasm_memory64",
    "wasm_multi_memory",
    "wasm_gc",
    "wasm_function_references",
    "wasm_exceptions",
    "wasm_stack_switching",
    "wasm_custom_page_sizes",
    "wasm_wide_arithmetic",
    "wasm_component_model",
)
"""Proposals that toolchains do not ask for by themselves: less compiler to trust."""
REFUSED = 3
"""Exit status of the process where the module cannot be compiled; why stands on its standard error."""
NICENESS = 10
_ROOTS = [str(Path(__file__).parents[2]), str(Path(wasmtime.__file__).parents[1])]
_PROGRAM = (
    f"import sys; sys.path[:0] = {_ROOTS!r}; from engine.sandbox.compiler import serve; sys.exit(serve())"
)
_room = threading.BoundedSemaphore(COMPILERS_MAX)


class NotCompiled(Exception):
    """The module cannot be compiled; says why."""


def modules_engine(*, parallel: bool = True) -> Any:
    """The engine for users' modules; both processes must make it the same way."""
    config = wasmtime.Config()
    config.epoch_interruption = True
    config.consume_fuel = True
    config.max_wasm_stack = GUEST_STACK_BYTES
    config.cranelift_nan_canonicalization = True  # the same bits on every processor
    config.wasm_relaxed_simd_deterministic = True
    config.parallel_compilation = parallel
    for name in SWITCHED_OFF:
        setattr(config, name, False)
    return wasmtime.Engine(config)


def compile_apart(
    wasm: bytes,
    *,
    seconds_max: int = COMPILER_SECONDS_MAX,
    memory_bytes_max: int = COMPILER_MEMORY_BYTES_MAX,
) -> bytes:
    """The serialized machine code; raises :class:`NotCompiled`."""
    command = [sys.executable, "-I", "-c", _PROGRAM, str(seconds_max), str(memory_bytes_max)]
    with _room:
        try:
            # the environment holds the node's secrets, which are none of the compiler's business
            done = subprocess.run(  # noqa: S603
                command, input=wasm, capture_output=True, timeout=seconds_max * 2, env={}, check=False
            )
        except subprocess.TimeoutExpired:
            done = None
    if done is not None and done.returncode == 0:
        return done.stdout
    if done is not None and done.returncode == REFUSED:
        raise NotCompiled(done.stderr.decode("utf-8", "replace").strip())
    raise NotCompiled(f"compiling it takes more than {seconds_max} s or {memory_bytes_max >> 20} MiB")


def serve() -> int:
    """The other process: a module on standard input, its machine code on standard output."""
    seconds, memory = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICENESS)
    wasm = sys.stdin.buffer.read()
    try:
        code = wasmtime.Module(modules_engine(parallel=False), wasm).serialize()
    except wasmtime.WasmtimeError as error:
        sys.stderr.write((str(error).strip().splitlines() or ["it is not valid"])[0])
        return REFUSED
    sys.stdout.buffer.write(bytes(code))
    sys.stdout.buffer.flush()
    return 0
