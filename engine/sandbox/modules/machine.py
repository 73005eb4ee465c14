"""The engine for users' modules: compiled once, kept by CID in memory and on disk."""

from __future__ import annotations

import hashlib
import platform
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import wasmtime

from engine.base.limits import (
    MODULE_CACHE_BYTES_MAX,
    MODULE_COMPILED_HERE_BYTES_MAX,
    MODULES_COMPILED_BYTES_MAX,
    MODULES_COMPILED_MAX,
)
from engine.sandbox.compiler import CONFIGURATION, NotCompiled, compile_apart, modules_engine
from engine.sandbox.module_cache import ModuleCache
from engine.sandbox.modules.wasi import FUNCTIONS, HOST, WASI
from engine.sandbox.ticker import Ticker


class Answering(Protocol):
    """Whoever answers the imports of the running instance."""

    """Nothing of it may raise: what a callback raises may reach a guest of another thread."""

    def answered(self, name: str, arguments: tuple[Any, ...]) -> int: ...
    def host_call(self, at: int, size: int) -> int: ...
    def host_take(self, at: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Compiled:
    """Machine code, its imports resolved."""

    module: Any
    ready: Any
    size_bytes: int


class Machine:
    """One in a process; thread-safe."""

    def __init__(self, directory: Path | None = None, key: bytes | None = None) -> None:
        self._cache = ModuleCache(directory, key, MODULE_CACHE_BYTES_MAX) if directory else None
        self.engine = modules_engine()
        self._ticker = Ticker(self.engine.increment_epoch)
        self._kept: OrderedDict[str, Compiled] = OrderedDict()
        self._lock = threading.Lock()
        self._calling = threading.local()
        self._linker = self._imports()

    def compiled(self, cid: str, wasm: bytes) -> Compiled:
        """The compiled module: from memory, from disk, or anew. Raises :class:`NotCompiled`."""
        with self._lock:
            found = self._kept.get(cid)
            if found is not None:
                self._kept.move_to_end(cid)
                return found
        made = self._load(cid) or self._compile(cid, wasm)
        with self._lock:
            self._kept[cid] = made
            while len(self._kept) > MODULES_COMPILED_MAX or (
                len(self._kept) > 1 and self._kept_bytes() > MODULES_COMPILED_BYTES_MAX
            ):
                self._kept.popitem(last=False)
        return made

    def _kept_bytes(self) -> int:
        return sum(compiled.size_bytes for compiled in self._kept.values())

    def fault(self, wasm: bytes) -> str:
        """Why the engine would not take the module; empty where it would."""
        try:
            wasmtime.Module.validate(self.engine, wasm)
        except wasmtime.WasmtimeError as error:
            return first_line(error)
        return ""

    def ticks(self, deadline_ms: int) -> int:
        """Ticks of the engine's clock after which a deadline has passed."""
        return self._ticker.ticks(deadline_ms)

    @contextmanager
    def running(self, answering: Answering) -> Iterator[None]:
        """While the body runs on this thread, imports are answered by ``answering``, and deadlines hold."""
        before = getattr(self._calling, "host", None)
        self._calling.host = answering
        try:
            with self._ticker.running():
                yield
        finally:
            self._calling.host = before

    def _load(self, cid: str) -> Compiled | None:
        stored = self._cache.get(_file_name(cid)) if self._cache else None
        if stored is None:
            return None
        try:
            return self._ready(stored)
        except wasmtime.WasmtimeError:  # written by another version of the compiler
            return None

    def _compile(self, cid: str, wasm: bytes) -> Compiled:
        code = self._code_here(wasm) if len(wasm) <= MODULE_COMPILED_HERE_BYTES_MAX else compile_apart(wasm)
        if self._cache:
            self._cache.put(_file_name(cid), code)
        try:
            return self._ready(code)
        except wasmtime.WasmtimeError as error:  # an import that the scan does not know of
            raise NotCompiled(first_line(error)) from error

    def _code_here(self, wasm: bytes) -> bytes:
        try:
            return bytes(wasmtime.Module(self.engine, wasm).serialize())
        except wasmtime.WasmtimeError as error:
            raise NotCompiled(first_line(error)) from error

    def _ready(self, code: bytes) -> Compiled:
        module = wasmtime.Module.deserialize(self.engine, code)
        return Compiled(module, self._linker.instantiate_pre(module), len(code))

    def _imports(self) -> Any:
        linker, kinds = wasmtime.Linker(self.engine), {"i": wasmtime.ValType.i32, "I": wasmtime.ValType.i64}
        for name, takes in FUNCTIONS.items():
            gives = [] if name == "proc_exit" else [wasmtime.ValType.i32()]
            signature = wasmtime.FuncType([kinds[letter]() for letter in takes], gives)
            linker.define_func(WASI, name, signature, self._answer(name, bool(gives)))
        number = wasmtime.ValType.i32()
        linker.define_func(HOST, "call", wasmtime.FuncType([number, number], [number]), self._host_call)
        linker.define_func(HOST, "take", wasmtime.FuncType([number], []), self._host_take)
        return linker

    def _host_call(self, at: int, size: int) -> int:
        answered: int = self._calling.host.host_call(at, size)
        return answered

    def _host_take(self, at: int) -> None:
        self._calling.host.host_take(at)

    def _answer(self, name: str, gives: bool) -> Callable[..., int | None]:
        def answer(*arguments: Any) -> int | None:
            number: int = self._calling.host.answered(name, arguments)
            return number if gives else None

        return answer


def first_line(error: Exception) -> str:
    """What an error of the engine says, without its trace."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _file_name(cid: str) -> str:
    about = f"modules {version('wasmtime')} {platform.system()} {platform.machine()} {CONFIGURATION}"
    return f"{cid}-{hashlib.sha256(about.encode()).hexdigest()[:16]}.cwasm"
