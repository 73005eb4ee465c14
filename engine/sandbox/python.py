"""The Python guest: CPython started once, its memory frozen into a snapshot, a fresh copy per call."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from engine.base.errors import QflowError, SandboxViolation, StepFailure
from engine.base.limits import (
    FAILURE_LOG_LINES_MAX,
    GUEST_LOG_CHARACTERS_MAX,
    GUEST_LOG_LINES_MAX,
    GUEST_MESSAGE_CHARACTERS_MAX,
)
from engine.ports.sandbox import CodeRequest, CodeResult, HostCalls, SandboxLimits, Usage, note_spent
from engine.sandbox.host_door import HostDoor
from engine.sandbox.module_cache import ModuleCache
from engine.sandbox.python_image import ENTRY, build_image, guest_cid
from engine.sandbox.python_preparation import NICENESS, prepare_apart
from engine.sandbox.python_wasi import GuestSystem, PythonRuntime
from engine.sandbox.runtime import CompiledModule


class PythonGuest:
    """Runs Python code; thread-safe."""

    def __init__(self, cache: ModuleCache | None = None) -> None:
        self._runtime, self._cache = PythonRuntime(cache), cache
        self._ready: tuple[CompiledModule, int] | None = None
        self._lock = threading.Lock()

    @property
    def cid(self) -> str:
        """CID of everything the guest is made of."""
        return guest_cid()

    def ready(self) -> tuple[CompiledModule, int]:
        """The compiled snapshot and the function to call; made where neither memory nor disk has it,
        which takes about ten seconds."""
        if self._ready is None:
            with self._lock:
                self._ready = self._ready or self._stored() or self._made()
        return self._ready

    def prepare(self, niceness: int = NICENESS) -> None:
        """Have the snapshot made by a process of low priority where it is not stored yet. It is not
        loaded: that takes a moment at the first use, and memory from then on."""
        with self._lock:
            if self._ready is None and self._cache is not None and not self._cache.get(_pointer_name()):
                prepare_apart(self._cache, niceness)

    def _stored(self) -> tuple[CompiledModule, int] | None:
        if self._cache is None:
            return None
        self._cache.pin(_pointer_name())
        pointer = self._cache.get(_pointer_name())
        if pointer is None:
            return None
        cid, address = pointer.decode().split()
        compiled = self._runtime.load(cid)
        return (compiled, int(address)) if compiled else None

    def _made(self) -> tuple[CompiledModule, int]:
        image, address = build_image(self._runtime)
        compiled = self._runtime.compile(image)
        if self._cache:
            self._cache.put(_pointer_name(), f"{compiled.cid} {address}".encode())
        return compiled, address

    def run(self, request: CodeRequest, limits: SandboxLimits, host: HostCalls | None = None) -> CodeResult:
        """Run the code in a fresh copy of the snapshot.

        Raises :class:`StepFailure` with ``line`` and ``column`` where the code raises or gives no items,
        :class:`SandboxViolation` where it crosses a limit, and an error of the host where it does not
        catch it.
        """
        document, door = _document(request), HostDoor(host, limits)
        if len(document) > limits.input_bytes:
            message = f"{len(document)} bytes of input; the limit is {limits.input_bytes}"
            raise SandboxViolation(message, limit="input")
        reply, usage = self._called(document, request, limits, door)
        try:
            return _result(reply, request, limits, usage, door)
        except QflowError as error:
            note_spent(error, usage)
            raise

    def _called(
        self, document: bytes, request: CodeRequest, limits: SandboxLimits, door: HostDoor
    ) -> tuple[bytes, Usage]:
        compiled, address = self.ready()
        sized = len(document).to_bytes(8, "little") + document
        with self._runtime.instance(compiled, limits, door) as instance:
            system = GuestSystem(instance, request.determinism, sized)
            with self._runtime.serving(system):
                answered = instance.call(ENTRY, address, 0, 0, 0)
            if not answered:
                raise _starved(limits)
            return system.reply, instance.usage()


def prepare_here() -> None:
    """The process of :func:`prepare_apart`: the directory and its niceness are its arguments, the key is
    on standard input."""
    os.nice(int(sys.argv[2]))
    PythonGuest(ModuleCache(Path(sys.argv[1]), sys.stdin.buffer.read() or None)).ready()


def _pointer_name() -> str:
    """The file that names the stored snapshot."""
    return f"{guest_cid()}.image"


def _document(request: CodeRequest) -> bytes:
    document = {
        "source": request.source,
        "mode": request.mode,
        "items": [_bare(item) for item in request.items],
        "context": dict(request.context),
        "seed": request.determinism.seed.hex(),
        "log_lines": GUEST_LOG_LINES_MAX,
        "log_characters": GUEST_LOG_CHARACTERS_MAX,
    }
    try:
        return orjson.dumps(document, default=_plain, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:  # integers too long for 64 bits
        return json.dumps(document, default=_plain).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return dict(value) if isinstance(value, Mapping) else str(value)


def _bare(item: Mapping[str, Any]) -> dict[str, Any]:
    """The item without where it came from: what the code gives back comes from this step."""
    return {name: item[name] for name in ("json", "binary") if name in item}


def _result(
    data: bytes, request: CodeRequest, limits: SandboxLimits, usage: Usage, door: HostDoor
) -> CodeResult:
    """Read the reply. It is what the code made of it, so nothing of its form is taken for granted."""
    try:
        reply = orjson.loads(data)
        logs = [str(line) for line in reply.get("logs", [])][: GUEST_LOG_LINES_MAX + 1]
        if reply.get("starved"):
            raise _starved(limits, logs)
        if "error" in reply:
            raise door.through(_failure(reply["error"], logs), reply["error"].get("host"))
        items, custom = reply["items"], dict(reply.get("custom") or {})
        if not all(isinstance(item["json"], dict) for item in items):
            raise TypeError("an item without json")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SandboxViolation("the code spoiled the reply of its guest", limit="guest") from error
    return CodeResult(items, logs, usage, request.cid, custom)


def _failure(told: Mapping[str, Any], logs: list[str]) -> StepFailure:
    name, message = str(told["name"]), str(told["message"])[:GUEST_MESSAGE_CHARACTERS_MAX]
    line, column, item = int(told["line"]), int(told["column"]), told.get("item")
    place = f"line {line}" if line else "the code"
    if line and column:
        place += f", column {column}"
    if isinstance(item, int):
        place += f", item {item}"
    text = message if name == "Result" else f"{name}: {message}" if message else name
    details: dict[str, Any] = {
        "error": name,
        "line": line,
        "column": column,
        "logs": logs[-FAILURE_LOG_LINES_MAX:],
    }
    if isinstance(item, int):
        details["item"] = item
    return StepFailure(f"{text} ({place})", **details)


def _starved(limits: SandboxLimits, logs: Sequence[str] = ()) -> SandboxViolation:
    limit = limits.memory_bytes
    told = {"logs": list(logs)[-FAILURE_LOG_LINES_MAX:]} if logs else {}
    message = f"the code needs more memory than its limit of {limit} bytes"
    return SandboxViolation(message, limit="memory", **told)
