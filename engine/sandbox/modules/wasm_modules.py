"""Users' modules behind the port: examined, allowed, compiled, then run in fresh instances."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import wasmtime

from engine.base.canonical import RAW, cid_of_bytes
from engine.base.errors import InvalidInput, Problem, QflowError, SandboxViolation
from engine.base.limits import (
    FAILURE_LOG_LINES_MAX,
    MODULE_BYTES_MAX,
    MODULE_REPORTS_MAX,
    MODULE_TEXT_BYTES_MAX,
)
from engine.ports.modules import Finding, LoadedModule, Risk, ScanReport
from engine.ports.policy import Policy
from engine.ports.sandbox import Determinism, HostCalls, SandboxLimits, note_spent
from engine.sandbox.compiler import NotCompiled
from engine.sandbox.modules.machine import Compiled, Machine, first_line
from engine.sandbox.modules.scan import scan_module
from engine.sandbox.modules.session import Session
from engine.validation.code_gate import check_code


@dataclass(frozen=True, slots=True)
class Module:
    """A module that may run."""

    cid: str
    report: ScanReport
    compiled: Compiled


class WasmModules:
    """Implements :class:`engine.ports.modules.Modules`.

    ``cache_directory`` keeps compiled modules between processes; ``cache_key`` proves that this node
    wrote them. Safe to create before the process forks: engines are built at the first use.
    """

    def __init__(self, cache_directory: Path | None = None, cache_key: bytes | None = None) -> None:
        self._directory, self._key = cache_directory, cache_key
        self._lock = threading.Lock()
        self._built: tuple[int, Machine] | None = None
        self._reports: OrderedDict[str, ScanReport] = OrderedDict()

    def assemble(self, text: str) -> bytes:
        """The module that a text stands for; raises :class:`InvalidInput`."""
        return _assembled(text)

    def validate(self, wasm: bytes) -> ScanReport:
        """Examine a module without running it: our own scan, then the engine's validation."""
        return self._examined(cid_of_bytes(wasm, RAW), wasm)

    def load(self, wasm: bytes, policy: Policy) -> Module:
        """Examine and compile a module; the policy comes first, on every node."""
        cid = cid_of_bytes(wasm, RAW)
        check_code(cid, policy, "module")
        report = self._examined(cid, wasm)
        if report.risk is Risk.REFUSED:
            raise _refused(report)
        try:
            return Module(cid, report, self._machine().compiled(cid, wasm))
        except NotCompiled as error:
            message = f"module {cid} cannot be compiled: {error}"
            raise InvalidInput(message, [Problem("module", message, "not_compiled")]) from error

    @contextmanager
    def session(
        self,
        module: LoadedModule,
        limits: SandboxLimits,
        determinism: Determinism,
        host: HostCalls | None = None,
    ) -> Iterator[Session]:
        """A fresh instance, gone when the body ends."""
        assert isinstance(module, Module)
        with _blamed(module):
            session = Session(self._machine(), module.compiled, module.report, limits, determinism, host)
            try:
                yield session
            except QflowError as error:
                note_spent(error, session.usage(), module.cid)
                error.details.setdefault("logs", list(session.logs())[-FAILURE_LOG_LINES_MAX:])
                raise
            finally:
                session.close()

    def _examined(self, cid: str, wasm: bytes) -> ScanReport:
        with self._lock:
            known = self._reports.get(cid)
        if known is not None:
            return known
        report = scan_module(wasm)
        if report.risk is not Risk.REFUSED and (fault := self._machine().fault(wasm)):
            finding = Finding(Risk.REFUSED, "invalid", f"it is no valid module: {fault}")
            report = replace(report, findings=(*report.findings, finding))
        with self._lock:
            self._reports[cid] = report
            while len(self._reports) > MODULE_REPORTS_MAX:
                self._reports.popitem(last=False)
        return report

    def _machine(self) -> Machine:
        """This process's engine: engines and their threads do not survive a fork."""
        process = os.getpid()
        with self._lock:
            if self._built is None or self._built[0] != process:
                self._built = (process, Machine(self._directory, self._key))
            return self._built[1]


@contextmanager
def _blamed(module: Module) -> Iterator[None]:
    """Whatever crosses a limit is of this module."""
    try:
        yield
    except SandboxViolation as violation:
        violation.details["code_cid"] = module.cid
        raise


def _refused(report: ScanReport) -> InvalidInput:
    found = [finding for finding in report.findings if finding.risk is Risk.REFUSED]
    problems = [Problem("module", finding.message, finding.code) for finding in found]
    message = f"module {report.cid} is refused: {'; '.join(finding.message for finding in found[:3])}"
    return InvalidInput(message, problems)


@lru_cache(maxsize=64)
def _assembled(text: str) -> bytes:
    message = ""
    if len(text.encode("utf-8", "replace")) > MODULE_TEXT_BYTES_MAX:
        message = f"the text of the module has more than {MODULE_TEXT_BYTES_MAX} bytes"
    else:
        try:
            wasm = bytes(wasmtime.wat2wasm(text))
            if len(wasm) <= MODULE_BYTES_MAX:
                return wasm
            message = f"the module has more than {MODULE_BYTES_MAX} bytes"
        except (wasmtime.WasmtimeError, UnicodeEncodeError) as error:
            message = f"the text of the module is not valid: {_located(error)}"
    raise InvalidInput(message, [Problem("wat", message, "invalid_text")])


def _located(error: Exception) -> str:
    """What the assembler says, with line and column where it names them."""
    lines = [line.strip() for line in str(error).splitlines()]
    place = next((line.removeprefix("-->").strip() for line in lines if line.startswith("-->")), "")
    return first_line(error) + (f" at {place.removeprefix('<anon>:')}" if place else "")
