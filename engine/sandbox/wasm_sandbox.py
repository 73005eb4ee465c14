"""The sandbox of a node: guests in WebAssembly, behind the port."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping, Sequence, Set
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from engine.base.errors import InvalidInput, QflowError, SandboxViolation
from engine.ports.items import Item
from engine.ports.sandbox import (
    CodeRequest,
    CodeResult,
    ExpressionBatch,
    ExpressionValues,
    Foresight,
    HostCalls,
    RowAhead,
    SandboxLimits,
    note_spent,
)
from engine.sandbox.foreseeing import batch_document, foreseen, values_of
from engine.sandbox.javascript import JavaScriptGuest, guest_cid
from engine.sandbox.javascript_code import JavaScriptCode
from engine.sandbox.module_cache import ModuleCache
from engine.sandbox.modules import WasmModules
from engine.sandbox.python import PythonGuest
from engine.sandbox.runtime import Runtime
from engine.sandbox.templates import PreparedTemplates


def cache_directory(otherwise: Path | None = None) -> Path:
    """Where compiled guests are kept: ``QFLOW_CACHE_DIR``, or ``qflow`` in the user's cache directory
    (XDG base directory specification), or ``otherwise`` where there is no home to write to."""
    given = os.environ.get("QFLOW_CACHE_DIR")
    if given:
        return Path(given)
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    usable = os.access(base if base.is_dir() else base.parent, os.W_OK)
    return base / "qflow" if usable or otherwise is None else otherwise


class WasmSandbox:
    """Implements :class:`engine.ports.sandbox.Sandbox`.

    ``cache_directory`` keeps compiled guests between processes (about 15 MB, and 35 MB for Python);
    ``cache_key`` proves that this node wrote them (default: a key kept beside them). Thread-safe; safe
    to create before the process forks, since everything is built at the first use in each process.
    """

    def __init__(self, cache_directory: Path | None = None, cache_key: bytes | None = None) -> None:
        self._cache = ModuleCache(cache_directory, cache_key) if cache_directory else None
        self.modules = WasmModules(cache_directory / "modules" if cache_directory else None, cache_key)
        self._guests: dict[int, JavaScriptGuest] = {}  # by process
        self._python: dict[int, PythonGuest] = {}
        self._locks: dict[int, threading.Lock] = {}
        self._templates = PreparedTemplates()

    @property
    def guest_cid(self) -> str:
        """CID of the JavaScript guest."""
        return guest_cid()

    def warm_up(self) -> None:
        """Load the JavaScript guest, and have what is not compiled yet compiled now."""
        self._javascript()
        self._python_guest().prepare()

    def evaluate(self, batch: ExpressionBatch, limits: SandboxLimits) -> ExpressionValues:
        """Evaluate all templates for all items in one call of a fresh machine."""
        request = batch_document(batch, self._prepared(batch, limits))
        with self._javascript().machine(limits, batch.determinism) as machine:
            reply = orjson.loads(machine.request(_document(request)))
            usage = machine.instance.usage()
        return values_of(reply, usage)

    def foresee(self, items: Sequence[Item], row: RowAhead, limits: SandboxLimits) -> Foresight:
        """Answers for the steps of a row that the JavaScript guest is asked for, in one call of a fresh
        machine."""
        prepared = partial(self._prepared, limits=limits)
        return foreseen(self._javascript(), prepared, _document, items, row, limits)

    def _prepared(self, batch: ExpressionBatch, limits: SandboxLimits) -> list[orjson.Fragment]:
        def prepare(texts: list[str]) -> list[bytes]:
            request = {"op": "prepare", "templates": texts}
            with self._javascript().machine(limits, batch.determinism) as machine:
                return [orjson.dumps(each) for each in orjson.loads(machine.request(_document(request)))]

        return self._templates.of(batch.templates, prepare)

    def run_code(
        self, request: CodeRequest, limits: SandboxLimits, host: HostCalls | None = None
    ) -> CodeResult:
        """Run code of a step in the guest of its language."""
        guests: dict[str, Callable[[], JavaScriptCode | PythonGuest]] = {
            "javascript": lambda: JavaScriptCode(self._javascript(), _document),
            "python": self._python_guest,
        }
        guest = guests.get(request.language)
        if guest is None:
            known = ", ".join(sorted(guests))
            raise InvalidInput(f"there is no guest for code in {request.language!r}; there is: {known}")
        try:
            return guest().run(request, limits, host)
        except SandboxViolation as violation:
            violation.details["code_cid"] = request.cid
            note_spent(violation, code=request.cid)
            raise
        except QflowError as error:
            note_spent(error, code=request.cid)
            raise

    def _python_guest(self) -> PythonGuest:
        """This process's guest for Python, made when code in it is first run."""
        process = os.getpid()
        with self._locks.setdefault(process, threading.Lock()):
            guest = self._python.get(process)
            if guest is None:
                guest = self._python[process] = PythonGuest(self._cache)
        return guest

    def _javascript(self) -> JavaScriptGuest:
        """This process's guest: engines and their threads do not survive a fork."""
        process = os.getpid()
        guest = self._guests.get(process)
        if guest is None:
            with self._locks.setdefault(process, threading.Lock()):
                guest = self._guests.get(process)
                if guest is None:
                    guest = JavaScriptGuest(Runtime(self._cache), self._cache)
                    guest.compiled()
                    self._guests[process] = guest
        return guest


def _document(value: Any) -> bytes:
    """JSON for the guest; bytes become text, integers too long for 64 bits stay numbers, and half of a
    surrogate pair stays what it is."""
    try:
        return orjson.dumps(value, default=_plain, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:
        return json.dumps(value, default=_plain).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, orjson.Fragment):
        return orjson.loads(orjson.dumps(value))
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, Sequence | Set) else str(value)
