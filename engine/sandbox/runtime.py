"""WebAssembly: one engine in a process, modules compiled once, a fresh bounded instance per call."""

from __future__ import annotations

import hashlib
import platform
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, TypeAlias

import wasmtime

from engine.base.canonical import RAW, cid_of_bytes
from engine.base.errors import QflowError, SandboxViolation
from engine.base.limits import GUEST_STACK_BYTES, GUEST_TABLE_ELEMENTS_MAX
from engine.ports.sandbox import SandboxLimits, Usage, note_spent
from engine.sandbox.direct_call import direct, fuel_left, refuel
from engine.sandbox.guest_memory import GuestMemory, Image
from engine.sandbox.module_cache import ModuleCache
from engine.sandbox.ticker import Ticker

CONFIGURATION = 1
"""Raise when the engine's configuration changes: it is part of the name of compiled modules."""

FAILED = -1
"""What an import answers while its guest is being stopped."""

HostCall: TypeAlias = Callable[[bytes], bytes]
"""Answers a request of a guest; whatever it raises stops the guest and is raised by the call."""


@dataclass(frozen=True, slots=True)
class CompiledModule:
    """A module ready to be instantiated, under the CID of its bytes."""

    cid: str
    module: Any


class Runtime:
    """The engine, its compiled modules, and the clock that interrupts guests."""

    def __init__(self, cache: ModuleCache | None = None) -> None:
        self._cache = cache
        self._engine = wasmtime.Engine(_configuration())
        self._ticker = Ticker(self._engine.increment_epoch)
        self._modules: dict[str, CompiledModule] = {}
        self._lock = threading.Lock()
        self._linker = self._imports()
        self._calling = threading.local()

    def compile(self, wasm: bytes, *, keep: bool = True) -> CompiledModule:
        """The compiled module; from memory, from disk, or anew. With ``keep`` false, not stored on disk."""
        cid = cid_of_bytes(wasm, RAW)
        with self._lock:
            found = self._modules.get(cid)
            if found is None:
                found = self._modules[cid] = CompiledModule(
                    cid, self._load(cid) or self._compile(cid, wasm, keep)
                )
        return found

    def forget(self, compiled: CompiledModule) -> None:
        """Drop a module that is not needed again from memory."""
        with self._lock:
            self._modules.pop(compiled.cid, None)

    def load(self, cid: str) -> CompiledModule | None:
        """A module compiled before, by CID, or None."""
        with self._lock:
            found = self._modules.get(cid)
            if found is None and (module := self._load(cid)) is not None:
                found = self._modules[cid] = CompiledModule(cid, module)
        return found

    def _load(self, cid: str) -> Any:
        stored = self._cache.get(_file_name(cid)) if self._cache else None
        if self._cache is None or stored is None:
            return None
        try:
            self._cache.pin(_file_name(cid))
            return wasmtime.Module.deserialize(self._engine, stored)
        except wasmtime.WasmtimeError:  # written by another version of the compiler
            return None

    def _compile(self, cid: str, wasm: bytes, keep: bool) -> Any:
        module = wasmtime.Module(self._engine, wasm)
        if self._cache and keep:
            self._cache.pin(_file_name(cid))
            self._cache.put(_file_name(cid), bytes(module.serialize()))
        return module

    @contextmanager
    def instance(
        self, compiled: CompiledModule, limits: SandboxLimits, host: HostCall | None = None
    ) -> Iterator[Instance]:
        """A fresh instance, gone when the body ends."""
        opened = self.open(compiled, limits, host)
        try:
            yield opened
        except QflowError as error:
            note_spent(error, opened.usage())
            raise
        finally:
            opened.close()

    def open(self, compiled: CompiledModule, limits: SandboxLimits, host: HostCall | None = None) -> Instance:
        """A fresh instance; whoever opens it closes it."""
        store = wasmtime.Store(self._engine)
        try:
            return Instance(self, store, compiled, limits, host)
        except BaseException:
            store.close()
            raise

    def instantiate(self, store: Any, compiled: CompiledModule) -> Any:
        """An instance of the module in a store."""
        return self._linker.instantiate(store, compiled.module)

    def enter(self, instance: Instance) -> Instance | None:
        """From now on imports are answered for this instance on this thread; gives whose they were.
        Guests are interrupted meanwhile."""
        before = getattr(self._calling, "instance", None)
        self._calling.instance = instance
        self._ticker.begin()
        return before

    def leave(self, before: Instance | None) -> None:
        """Imports are again answered for whom they were."""
        self._ticker.end()
        self._calling.instance = before

    @contextmanager
    def entered(self, instance: Instance) -> Iterator[None]:
        """While the body runs on this thread, imports are answered for this instance."""
        before = self.enter(instance)
        try:
            yield
        finally:
            self.leave(before)

    def ticks(self, deadline_ms: int) -> int:
        """Ticks of the engine's clock after which a deadline has passed."""
        return self._ticker.ticks(deadline_ms)

    def _imports(self) -> Any:
        linker = wasmtime.Linker(self._engine)
        number = wasmtime.ValType.i32()
        asked = wasmtime.FuncType([number, number], [number])
        taken = wasmtime.FuncType([number], [])
        linker.define_func("qflow", "call", asked, self._host_call)
        linker.define_func("qflow", "take", taken, self._host_take)
        return linker

    def _host_call(self, at: int, size: int) -> int:
        instance = self._calling.instance
        answered: int = instance.guarded(instance.host_call, at, size)
        return answered

    def _host_take(self, at: int) -> None:
        instance = self._calling.instance
        instance.guarded(instance.host_take, at)


class Instance:
    """One instance with its own memory, clock and fuel; used by one thread at a time."""

    def __init__(
        self,
        runtime: Runtime,
        store: Any,
        compiled: CompiledModule,
        limits: SandboxLimits,
        host: HostCall | None,
    ) -> None:
        self._runtime, self._store = runtime, store
        self._functions: dict[tuple[str, bool], Any] = {}
        self._bounds: SandboxLimits | None = None
        self.renew(limits, host)
        try:
            with runtime.entered(self):
                self._exports = runtime.instantiate(store, compiled).exports(store)
        except wasmtime.Trap as trap:
            raise self._stopped or _violation(trap, limits) from trap
        except wasmtime.WasmtimeError as error:
            message = f"the guest does not start within its limits: {_first_line(error)}"
            raise SandboxViolation(message, limit="memory") from error
        self._memory = GuestMemory(store, self._exports["memory"])

    def renew(self, limits: SandboxLimits, host: HostCall | None) -> None:
        """Begin anew with these limits and this host; the memory is as it was left."""
        self.limits, self._host = limits, host
        if limits != self._bounds:
            self._bind(limits)
        self._wall_ns = 0
        self._host_calls = 0
        self._answer = b""
        self._stopped: BaseException | None = None
        self._fuel_left: int | None = None
        self.refuel()

    def _bind(self, limits: SandboxLimits) -> None:
        self._bounds = limits
        self._store.set_limits(
            memory_size=limits.memory_bytes,
            table_elements=GUEST_TABLE_ELEMENTS_MAX,
            instances=1,
            tables=4,
            memories=1,
        )

    def renew_from(self, image: Image, limits: SandboxLimits, host: HostCall | None) -> None:
        """Begin anew with a memory that was put back."""
        self.renew(limits, host)
        image.begun(self._memory)

    def restore(self, image: Image) -> bool:
        """Make all of the memory what it was at the start; False where it grew, and cannot be."""
        if not image.restore(self._memory):
            return False
        self._host, self._answer = None, b""
        return True

    def close(self) -> None:
        """Free it."""
        self._store.close()

    def refuel(self) -> None:
        """Give fuel and time for one further call."""
        refuel(self._store, self.limits.fuel, self._runtime.ticks(self.limits.deadline_ms))
        self._began_ns, self._waited_ns = time.perf_counter_ns(), 0

    def call(self, name: str, *arguments: int) -> int:
        """Call an export; a trap raises :class:`SandboxViolation`."""
        before = self._runtime.enter(self)
        try:
            return self._called(self._function(name), arguments)
        finally:
            self._runtime.leave(before)

    def call_quick(self, name: str, *arguments: int) -> int:
        """Call an export that surely returns in microseconds and asks nobody, and keep the interpreter
        meanwhile: nothing could interrupt it. Only for exports of our own in a memory that no user's code
        has touched."""
        return self._called(self._function(name, quick=True), arguments)

    def _called(self, function: Any, arguments: tuple[int, ...]) -> int:
        if self._stopped is not None:
            raise self._stopped
        started = time.perf_counter_ns()
        try:
            answer: int = function(self._store, *arguments) or 0
        except wasmtime.Trap as trap:
            raise self._stopped or _violation(trap, self.limits) from trap
        except wasmtime.WasmtimeError as error:
            raise self._stopped or SandboxViolation(_first_line(error), limit="trap") from error
        finally:
            self._wall_ns += time.perf_counter_ns() - started
        if self._stopped is not None:  # it was told to halt, and ended before it could
            raise self._stopped
        return answer

    def _function(self, name: str, *, quick: bool = False) -> Any:
        found = self._functions.get((name, quick))
        if found is None:
            found = direct(self._store, self._exports[name], quick=quick)
            self._functions[name, quick] = found
        return found

    def read(self, at: int, size: int) -> bytes:
        """Bytes of the guest's memory; raises :class:`SandboxViolation` outside of it."""
        return self._memory.read(at, size)

    def write(self, at: int, data: bytes) -> None:
        """Put bytes into the guest's memory."""
        self._memory.write(at, data)

    def memory(self) -> bytes:
        """All of the guest's memory, for a snapshot."""
        return self._memory.read(0, self._memory.size())

    def usage(self) -> Usage:
        """What the guest has used since :meth:`refuel`."""
        left = fuel_left(self._store) if self._fuel_left is None else self._fuel_left
        return Usage(
            fuel=self.limits.fuel - left,
            memory_bytes=self._memory.size(),
            wall_us=self._wall_ns // 1000,
            host_calls=self._host_calls,
        )

    def guarded(self, answer: Callable[..., int | None], *arguments: int) -> int:
        """Answer an import. Whatever goes wrong stops this guest: an exception that left a callback of
        the engine would be raised in whichever thread looks next."""
        if self._stopped is not None:
            return FAILED
        try:
            return answer(*arguments) or 0
        except BaseException as error:
            return self._stop(error)

    def host_call(self, at: int, size: int) -> int:
        """The import ``call``: ask the host; -1 where there is nobody to ask."""
        return self.ask(self.read(at, size))

    def ask(self, request: bytes) -> int:
        """Ask the host; gives the size of the answer, or -1. The guest's clock stands meanwhile."""
        if self._host is None or self._stopped is not None:
            return -1
        self._host_calls += 1
        if self._host_calls > self.limits.host_calls:
            message = f"the code called its host more than {self.limits.host_calls} times"
            return self._stop(SandboxViolation(message, limit="host_calls"))
        began = time.perf_counter_ns()
        try:
            self._answer = self._host(request)
        except BaseException as error:
            return self._stop(error)
        finally:
            now = time.perf_counter_ns()
            self._waited_ns += now - began
            used_ms = (now - self._began_ns - self._waited_ns) // 1_000_000
            self._store.set_epoch_deadline(self._runtime.ticks(max(self.limits.deadline_ms - used_ms, 0)))
        return len(self._answer)

    def take(self) -> bytes:
        """The last answer of the host, once."""
        answer, self._answer = self._answer, b""
        return answer

    def host_take(self, at: int) -> None:
        """The import ``take``: copy the last answer into the guest's memory."""
        self.write(at, self.take())

    def _stop(self, error: BaseException) -> int:
        self._stopped = error
        self._fuel_left = self._store.get_fuel()
        self._store.set_fuel(0)  # it halts at its next function or loop
        return FAILED

    def global_of(self, name: str) -> int:
        """The value of a global that the instance exports."""
        value: int = self._exports[name].value(self._store)
        return value


def _configuration() -> Any:
    config = wasmtime.Config()
    config.epoch_interruption = True
    config.consume_fuel = True
    config.max_wasm_stack = GUEST_STACK_BYTES
    config.wasm_threads = False
    config.wasm_memory64 = False
    config.wasm_multi_memory = False
    config.wasm_relaxed_simd_deterministic = True
    config.parallel_compilation = True
    return config


def _file_name(cid: str) -> str:
    """Compiled code depends on the compiler, the processor and the configuration."""
    about = f"{version('wasmtime')} {platform.system()} {platform.machine()} {CONFIGURATION}"
    return f"{cid}-{hashlib.sha256(about.encode()).hexdigest()[:16]}.cwasm"


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


def _violation(trap: Any, limits: SandboxLimits) -> SandboxViolation:
    code = trap.trap_code
    if code is wasmtime.TrapCode.INTERRUPT:
        message = f"the code ran longer than its deadline of {limits.deadline_ms} ms and was stopped"
        return SandboxViolation(message, limit="time")
    if code is wasmtime.TrapCode.OUT_OF_FUEL:
        return SandboxViolation(f"the code used up its fuel of {limits.fuel} and was stopped", limit="fuel")
    if code is wasmtime.TrapCode.STACK_OVERFLOW:
        return SandboxViolation("the code called itself too deeply and was stopped", limit="stack")
    return SandboxViolation(f"the code was stopped: {_first_line(trap)}", limit="trap")
