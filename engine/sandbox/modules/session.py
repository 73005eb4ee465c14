"""One instance of a user's module: its memory, clock and fuel, and calls in three forms."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import orjson
import wasmtime

from engine.base.canonical import plain
from engine.base.errors import InvalidInput, Problem, QflowError, SandboxViolation, StepFailure
from engine.base.limits import GUEST_TABLE_ELEMENTS_MAX, MODULE_STDERR_CHARACTERS_SHOWN, MODULE_TABLES_MAX
from engine.ports.modules import START, Form, ModuleExport, ScanReport
from engine.ports.sandbox import Determinism, HostCalls, SandboxLimits, Usage
from engine.sandbox.host_door import HostDoor
from engine.sandbox.modules.machine import Compiled, Machine, first_line
from engine.sandbox.modules.values import numbers_in, numbers_out
from engine.sandbox.modules.wasi import OutsideMemory, WasiHost
from engine.sandbox.wasm_image import PAGE_BYTES

ALLOCATE, RELEASE, INITIALIZE = "alloc", "dealloc", "_initialize"
DOCUMENT = (("i32", "i32"), ("i64",))
"""A function that takes and gives JSON: place and size in, both packed into 64 bits out."""
WORD = 0xFFFFFFFF


class Session:
    """Implements :class:`engine.ports.modules.ModuleSession`; used by one thread."""

    def __init__(
        self,
        machine: Machine,
        compiled: Compiled,
        report: ScanReport,
        limits: SandboxLimits,
        determinism: Determinism,
        host: HostCalls | None = None,
    ) -> None:
        self._machine, self._limits = machine, limits
        self._exports = {one.name: one for one in report.exports}
        self._store = wasmtime.Store(machine.engine)
        self._memory: Any = None
        self._found: dict[str, Any] = {}
        self._fuel_left: int | None = None
        self._wall_ns = 0
        self._started = False
        self._door = HostDoor(host, limits)
        self._called_ns = self._waited_ns = 0
        self._host = WasiHost(self, limits, determinism, self._stop, self._ask)
        try:
            self._instantiate(compiled)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Free the instance."""
        self._memory = None
        self._found.clear()
        self._store.close()

    def call(self, function: str, arguments: Any, form: Form = "auto") -> Any:
        """Call a function and give its result as a JSON value; errors as the port says."""
        name = function or START
        export = self._function(name)
        kind = self._form(export, form)
        if kind == "numbers":
            numbers = numbers_in(name, export.takes, arguments)
            return numbers_out(export.gives, self._invoke(name, *numbers))
        document = self._document(arguments)
        return self._command(name, document) if kind == "wasi" else self._exchange(name, document)

    def takes_document(self, function: str, form: Form = "auto") -> bool:
        """Whether the function takes one JSON document rather than numbers."""
        return self._form(self._function(function or START), form) != "numbers"

    def usage(self) -> Usage:
        """What the instance has used so far."""
        left = self._store.get_fuel() if self._fuel_left is None else self._fuel_left
        memory = self._memory.size(self._store) * PAGE_BYTES if self._memory is not None else 0
        fuel = self._limits.fuel - left
        return Usage(fuel, memory, self._wall_ns // 1000, self._host.calls)

    def logs(self) -> Sequence[str]:
        """Lines that it wrote to standard error."""
        return self._host.log.decode("utf-8", "replace").splitlines()

    # --- the guest's memory, for the host ---

    def read(self, at: int, size: int) -> bytes:
        """Bytes of the memory; raises :class:`OutsideMemory`."""
        if not self._holds(at, size):
            raise OutsideMemory
        return bytes(self._memory.read(self._store, at, at + size)) if size else b""

    def write(self, at: int, data: bytes) -> None:
        """Put bytes into the memory; raises :class:`OutsideMemory`."""
        if not self._holds(at, len(data)):
            raise OutsideMemory
        if data:
            self._memory.write(self._store, bytearray(data), at)

    def _holds(self, at: int, size: int) -> bool:
        """Whether the memory has these bytes."""
        there = self._memory is not None and at >= 0 and size >= 0
        return bool(there and at + size <= self._memory.data_len(self._store))

    # --- calls ---

    def _instantiate(self, compiled: Compiled) -> None:
        limits = self._limits
        self._store.set_limits(
            memory_size=limits.memory_bytes,
            table_elements=GUEST_TABLE_ELEMENTS_MAX,
            instances=1,
            tables=MODULE_TABLES_MAX,
            memories=1,
        )
        self._store.set_fuel(limits.fuel)
        instance = self._guarded(lambda: compiled.ready.instantiate(self._store), "memory")
        self._offered = instance.exports(self._store)
        memory = next((one.name for one in self._exports.values() if one.kind == "memory"), None)
        if memory is not None:
            self._memory = self._offered[memory]
        if INITIALIZE in self._exports:
            self._invoke(INITIALIZE)

    def _function(self, name: str) -> ModuleExport:
        export = self._exports.get(name)
        if export is not None and export.kind == "function":
            return export
        offered = [one.name for one in self._exports.values() if one.kind == "function"]
        message = f"the module has no function {name!r}; it offers {', '.join(offered[:20]) or 'none'}"
        raise InvalidInput(message, [Problem("function", message, "missing_export")])

    def _form(self, export: ModuleExport, form: Form) -> Form:
        speaks = (export.takes, export.gives) == DOCUMENT and ALLOCATE in self._exports
        if form == "auto":
            return "wasi" if export.name == START else "json" if speaks else "numbers"
        if form == "json" and not speaks:
            message = f"{export} does not speak JSON: that takes alloc(i32) -> (i32) and (i32, i32) -> (i64)"
            raise InvalidInput(message, [Problem("function", message, "wrong_signature")])
        if form == "wasi" and (export.takes or export.gives):
            message = f"{export} is no command: it must take and give nothing"
            raise InvalidInput(message, [Problem("function", message, "wrong_signature")])
        return form

    def _invoke(self, name: str, *arguments: int | float) -> Any:
        function = self._found.get(name)
        if function is None:
            function = self._found[name] = self._offered[name]
        return self._guarded(lambda: function(self._store, *arguments), "trap")

    def _guarded(self, run: Any, limit: str) -> Any:
        """Run guest code under its deadline; what stops it becomes a typed error."""
        if self._host.violation is not None:
            raise self._host.violation
        self._store.set_epoch_deadline(self._machine.ticks(self._limits.deadline_ms))
        started = time.perf_counter_ns()
        self._called_ns, self._waited_ns = started, 0
        try:
            with self._machine.running(self._host):
                result = run()
        except (wasmtime.Trap, wasmtime.WasmtimeError, QflowError) as error:
            raise self._explained(error, limit) from error
        finally:
            self._wall_ns += time.perf_counter_ns() - started
        if self._host.violation is not None:  # it was told to halt, and ended before it could
            raise self._host.violation
        if self._host.exit_code is not None:
            raise self._ended(self._host.exit_code)
        return result

    def _ask(self, request: bytes) -> bytes:
        """Ask the host; the guest's clock stands meanwhile."""
        began = time.perf_counter_ns()
        try:
            return self._door(request)
        finally:
            now = time.perf_counter_ns()
            self._waited_ns += now - began
            used_ms = (now - self._called_ns - self._waited_ns) // 1_000_000
            self._store.set_epoch_deadline(self._machine.ticks(max(self._limits.deadline_ms - used_ms, 0)))

    def _explained(self, error: Exception, limit: str) -> BaseException:
        """Why the guest stopped. An error that is not its own may belong to a guest of another thread."""
        host = self._host
        if host.violation is not None:
            return host.violation
        if host.exit_code is not None:
            return self._ended(host.exit_code)
        if isinstance(error, wasmtime.Trap):
            host.violation = self._trapped(error)
        elif limit == "memory":
            message = f"the module does not start within its limits: {first_line(error)}"
            host.violation = SandboxViolation(message, limit=limit)
        else:
            host.violation = SandboxViolation("the module was stopped", limit=limit)
        return host.violation

    def _trapped(self, trap: Any) -> QflowError:
        codes, code, limits = wasmtime.TrapCode, trap.trap_code, self._limits
        if code is codes.INTERRUPT:
            message = f"the module ran longer than its deadline of {limits.deadline_ms} ms and was stopped"
            return SandboxViolation(message, limit="time")
        if code is codes.OUT_OF_FUEL:
            return SandboxViolation(f"the module used up its fuel of {limits.fuel}", limit="fuel")
        if code is codes.STACK_OVERFLOW:
            return SandboxViolation("the module called itself too deeply and was stopped", limit="stack")
        grown = self._memory.size(self._store) * PAGE_BYTES if self._memory is not None else 0
        if grown > PAGE_BYTES and grown + PAGE_BYTES > limits.memory_bytes:
            message = f"the module ran out of its memory of {limits.memory_bytes} bytes"
            return SandboxViolation(message, limit="memory")
        if self._door.unanswered is not None:  # the module did not cope with the host's refusal
            return self._door.unanswered
        what = code.name.lower().replace("_", " ") if code is not None else first_line(trap)
        return SandboxViolation(f"the module trapped: {what}", limit="trap")

    def _ended(self, code: int) -> QflowError:
        if code and self._door.unanswered is not None:
            return self._door.unanswered
        said = self._host.log.decode("utf-8", "replace").strip()[-MODULE_STDERR_CHARACTERS_SHOWN:]
        message = f"the module ended with exit code {code}" + (f": {said}" if said else "")
        return StepFailure(message, exit_code=code)

    def _stop(self) -> None:
        """Called from inside the guest: no fuel, so that it halts at its next step."""
        self._fuel_left = self._store.get_fuel()
        self._store.set_fuel(0)

    # --- documents ---

    def _document(self, value: Any) -> bytes:
        try:
            document = orjson.dumps(value)
        except TypeError:
            document = orjson.dumps(plain(value), default=float)
        if len(document) > self._limits.input_bytes:
            message = f"the arguments have more than {self._limits.input_bytes} bytes"
            raise SandboxViolation(message, limit="input_bytes")
        return document

    def _command(self, name: str, document: bytes) -> Any:
        """Standard input to standard output; once for an instance."""
        if self._started:
            message = f"{name} runs once for an instance; offer a function to be called for each item"
            raise InvalidInput(message, [Problem("function", message, "command")])
        self._started = True
        self._host.begin(document)
        try:
            self._invoke(name)
        except StepFailure as ended:
            if ended.details.get("exit_code") != 0:
                raise
        return _parsed(bytes(self._host.output)) if self._host.output.strip() else None

    def _exchange(self, name: str, document: bytes) -> Any:
        """Through the memory: place the document, call, read where the answer points."""
        at = self._invoke(ALLOCATE, len(document)) & WORD
        try:
            self.write(at, document)
        except OutsideMemory:
            raise self._pointed(f"{ALLOCATE} gave a place outside the memory") from None
        packed = self._invoke(name, at, len(document))
        place, size = packed >> 32 & WORD, packed & WORD
        if size > self._limits.output_bytes:
            message = f"the answer has more than {self._limits.output_bytes} bytes"
            raise SandboxViolation(message, limit="output_bytes")
        try:
            answer = self.read(place, size)
        except OutsideMemory:
            raise self._pointed(f"{name} answered with a place outside the memory") from None
        if self._releases():
            self._invoke(RELEASE, place, size)
        return _parsed(answer) if answer else None

    def _releases(self) -> bool:
        export = self._exports.get(RELEASE)
        return export is not None and (export.takes, export.gives) == (("i32", "i32"), ())

    def _pointed(self, message: str) -> SandboxViolation:
        self._host.violation = SandboxViolation(message, limit="trap")
        return self._host.violation


def _parsed(answer: bytes) -> Any:
    try:
        return orjson.loads(answer)
    except orjson.JSONDecodeError as error:
        shown = answer[:60].decode("utf-8", "replace")
        raise StepFailure(f"the module answered with what is not JSON ({error}): {shown!r}") from error
