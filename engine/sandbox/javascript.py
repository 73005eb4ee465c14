"""The JavaScript guest: QuickJS-ng with the prelude loaded, frozen into a snapshot.

The prelude (``guests/javascript/prelude``) is readable JavaScript. It is run once; the memory it
leaves is the memory every instance starts with, mapped copy-on-write, so that a fresh virtual
machine with all its libraries costs less than a millisecond.
"""

from __future__ import annotations

import json
import struct
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from engine.base.canonical import cid_of
from engine.base.errors import QflowError, SandboxViolation
from engine.base.limits import FAILURE_LOG_LINES_MAX, GUEST_SPARES_MAX
from engine.ports.sandbox import MEBIBYTE, Determinism, SandboxLimits, note_spent
from engine.sandbox.guest_memory import Image
from engine.sandbox.module_cache import ModuleCache
from engine.sandbox.runtime import CompiledModule, HostCall, Instance, Runtime
from engine.sandbox.wasm_image import with_memory

LIBRARIES = {"luxon": "luxon", "jmespath": "module.exports", "acorn": "module.exports"}
"""Vendored libraries, and the expression that gives what they export."""
TEXTS = {"zones": "zones.txt", "locales": "locales.txt", "letters": "letters.json"}
"""Vendored data, given to the prelude as text."""
BUILD_LIMITS = SandboxLimits(memory_bytes=64 * MEBIBYTE, deadline_ms=60_000)

OK, THREW, PENDING = 0, 1, 2
QUICK_BYTES = 65_536  # documents for which memory is found in microseconds
REPLY = struct.Struct("<iIii")  # status, address, length, whether memory was refused


class JavaScriptGuest:
    """Gives virtual machines that are ready to be called."""

    def __init__(self, runtime: Runtime, cache: ModuleCache | None = None) -> None:
        self._runtime, self._cache = runtime, cache
        self._compiled: CompiledModule | None = None
        self._spares: Spares | None = None

    @property
    def cid(self) -> str:
        """CID of everything the guest is made of."""
        return guest_cid()

    def compiled(self) -> CompiledModule:
        """The snapshot, compiled; built where neither memory nor disk has it."""
        if self._compiled is None:
            name = f"{self.cid}.image"
            if self._cache:
                self._cache.pin(name)
            pointer = self._cache.get(name) if self._cache else None
            found = self._runtime.load(pointer.decode()) if pointer else None
            if found is None:
                found = self._runtime.compile(build_image(self._runtime))
                if self._cache:
                    self._cache.put(name, found.cid.encode())
            self._compiled = found
        return self._compiled

    def free_spares(self) -> None:
        """Let the next machine be a new one."""
        if self._spares is not None:
            self._spares.free()

    def machine(
        self, limits: SandboxLimits, determinism: Determinism, host: HostCall | None = None
    ) -> MachineContext:
        """A virtual machine as good as new, as a context manager."""
        if self._spares is None:
            self._spares = Spares(self._runtime, self.compiled())
        return MachineContext(self._spares, limits, determinism, host)


class MachineContext:
    """Opens a machine, and afterwards leaves it as good as new to the next call, or frees it."""

    def __init__(
        self, spares: Spares, limits: SandboxLimits, determinism: Determinism, host: HostCall | None
    ) -> None:
        self._spares, self._determinism = spares, determinism
        self._limits, self._host = limits, host

    def __enter__(self) -> Machine:
        self._instance = self._spares.taken(self._limits, self._host)
        return Machine(self._instance, self._determinism)

    def __exit__(self, kind: type[BaseException] | None, failure: BaseException | None, *_: Any) -> None:
        if isinstance(failure, QflowError):
            note_spent(failure, self._instance.usage())
        if failure is None:
            self._spares.put_back(self._instance)
        else:  # where it stopped midway, more than its memory may be out of order
            self._instance.close()


class Spares:
    """Instances whose memory is that of the snapshot, byte for byte. To copy back what a call has written
    takes a small part of the time in which a new instance touches its pages first. Thread-safe."""

    def __init__(self, runtime: Runtime, compiled: CompiledModule) -> None:
        self._runtime, self._compiled = runtime, compiled
        self._image: Image | None = None
        self._kept: list[Instance] = []

    def taken(self, limits: SandboxLimits, host: HostCall | None) -> Instance:
        """An instance for one call."""
        if self._image and limits.memory_bytes >= len(self._image.content):
            try:
                instance = self._kept.pop()
            except IndexError:
                pass
            else:
                instance.renew_from(self._image, limits, host)
                return instance
        if self._image is None:  # of an instance that nobody uses: to look at a page takes memory
            with self._runtime.instance(self._compiled, BUILD_LIMITS) as untouched:
                self._image = Image(untouched.memory())
        return self._runtime.open(self._compiled, limits, host)

    def free(self) -> None:
        """Close what is kept."""
        while self._kept:
            self._kept.pop().close()

    def put_back(self, instance: Instance) -> None:
        """After a call that ended well: nothing of it is left."""
        if self._image and len(self._kept) < GUEST_SPARES_MAX and instance.restore(self._image):
            self._kept.append(instance)
        else:
            instance.close()


class Machine:
    """A running virtual machine; one request, one reply, and every call starts from its snapshot's
    frozen realm."""

    def __init__(self, instance: Instance, determinism: Determinism) -> None:
        self.instance = instance
        seed = int.from_bytes(determinism.seed[:8].ljust(8, b"\1"), "little")
        self._asked = False  # from the first request on its memory is in the hands of users' code
        self._clock = (determinism.now_us, seed - (1 << 64) if seed >> 63 else seed)

    def request(self, document: bytes) -> bytes:
        """Hand one JSON document to the guest; gives its reply.

        Raises :class:`SandboxViolation` where a limit was crossed.
        """
        instance = self.instance
        if len(document) > instance.limits.input_bytes:
            message = f"{len(document)} bytes of input; the limit is {instance.limits.input_bytes}"
            raise SandboxViolation(message, limit="input")
        quick = not self._asked and len(document) <= QUICK_BYTES
        call = instance.call_quick if quick else instance.call
        self._asked = True
        call("qf_begin", *self._clock)
        at = call("qf_alloc", len(document))
        if not at:
            raise _starved(instance)
        instance.write(at, document)
        return read_reply(instance, instance.call("qf_call", at, len(document)))


def read_reply(instance: Instance, at: int) -> bytes:
    """The text of a reply; raises :class:`SandboxViolation` where there is none."""
    status, text_at, size, starved = REPLY.unpack(instance.read(at, REPLY.size))
    if starved:
        raise _starved(instance, _printed(instance, text_at, size) if status == OK else [])
    if status == PENDING:
        raise SandboxViolation("the code waits for a promise that nobody settles", limit="promise")
    if size > instance.limits.output_bytes:
        message = f"{size} bytes of output; the limit is {instance.limits.output_bytes}"
        raise SandboxViolation(message, limit="output")
    text = instance.read(text_at, size)
    if status == THREW:
        error = json.loads(text)
        message = f"{error.get('name')}: {error.get('message')}"
        raise SandboxViolation(message, limit="guest", stack=error.get("stack"))
    if status != OK:
        raise SandboxViolation("the guest gave no reply", limit="guest")
    return text


def _starved(instance: Instance, logs: list[str] | None = None) -> SandboxViolation:
    limit = instance.limits.memory_bytes
    told = {"logs": logs} if logs else {}
    message = f"the code needs more memory than its limit of {limit} bytes"
    return SandboxViolation(message, limit="memory", **told)


def _printed(instance: Instance, at: int, size: int) -> list[str]:
    """What the code printed before its memory was refused, the last lines; none where the reply that the
    guest could make nevertheless is not whole."""
    if not 0 < size <= instance.limits.output_bytes:
        return []
    try:
        lines = json.loads(instance.read(at, size)).get("logs", [])
    except (ValueError, AttributeError, SandboxViolation):
        return []
    return [str(line) for line in lines][-FAILURE_LOG_LINES_MAX:] if isinstance(lines, list) else []


# --- the snapshot -----------------------------------------------------------------------------------


def build_image(runtime: Runtime) -> bytes:
    """The guest's module with the prelude loaded into its memory; the same bytes on every machine."""
    wasm = _folder("vendor").joinpath("quickjs.wasm").read_bytes()
    compiled = runtime.compile(wasm, keep=False)
    runtime.forget(compiled)
    with runtime.instance(compiled, BUILD_LIMITS) as instance:
        instance.call("_initialize")
        instance.call("qf_begin", 0, 1)
        if instance.call("qf_start"):
            raise SandboxViolation("the JavaScript engine does not start", limit="guest")
        for name, text in texts().items():
            if instance.call("qf_text", *_placed(instance, text, name)) < 0:
                raise SandboxViolation(f"the text {name} cannot be given to the guest", limit="guest")
        for name, source in scripts():
            read_reply(instance, instance.call("qf_load", *_placed(instance, source, name)))
        if instance.call("qf_seal") < 0:
            raise SandboxViolation("the global object cannot be frozen", limit="guest")
        return with_memory(wasm, instance.memory())


def _placed(instance: Instance, text: str, name: str) -> tuple[int, int, int]:
    """A text and its name put into the guest's memory: address, length, address of the name."""
    places = []
    for data in (text.encode(), name.encode() + b"\0"):
        at = instance.call("qf_alloc", len(data))
        instance.write(at, data)
        places.append(at)
    return places[0], len(text.encode()), places[1]


def texts() -> dict[str, str]:
    """Vendored data by the name under which the prelude knows it."""
    return {key: _folder("vendor").joinpath(name).read_text() for key, name in TEXTS.items()}


def scripts() -> list[tuple[str, str]]:
    """Name and source of what is run, in order: the libraries, then the prelude as one function."""
    vendor, prelude = _folder("vendor"), _folder("prelude")
    loaded = []
    for name, exported in LIBRARIES.items():
        source = vendor.joinpath(f"{name}.js").read_text()
        loaded.append((f"{name}.js", _library(name, source, exported)))
    parts = sorted((part.name, part.read_text()) for part in prelude.iterdir() if part.name.endswith(".js"))
    setup = "".join(
        f"__qflow.{name} = globalThis.__{name}; delete globalThis.__{name};\n" for name in LIBRARIES
    )
    given = "const __qflow = { native: globalThis.__native, texts: globalThis.__native.texts };\n"
    body = "".join(f"// {name}\n{source}\n" for name, source in parts)
    loaded.append(("prelude.js", f'(function () {{\n"use strict";\n{given}{setup}{body}}})();'))
    return loaded


def _library(name: str, source: str, exported: str) -> str:
    start = "(function () { const module = { exports: {} }; let exports = module.exports;"
    return f"globalThis.__{name} = {start}\n{source}\nreturn {exported}; }}).call({{}});"


@lru_cache(maxsize=1)
def guest_cid() -> str:
    """CID over the sources: what ran, for receipts and for the cache."""
    wasm = _folder("vendor").joinpath("quickjs.wasm").read_bytes()
    return cid_of([wasm, texts(), *([name, source] for name, source in scripts())])


def _folder(name: str) -> Traversable:
    return files("engine.sandbox").joinpath("guests", "javascript", name)
