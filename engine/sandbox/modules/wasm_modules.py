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
from engine.base.errors import InvalidInput, PolicyViolation, Problem
from engine.ports.modules import Finding, LoadedModule, Risk, ScanReport
from engine.ports.policy import Policy
from engine.ports.sandbox import Determinism, SandboxLimits
from engine.sandbox.modules.machine import Compiled, Machine, first_line
from engine.sandbox.modules.scan import MODULE_BYTES_MAX, scan_module
from engine.sandbox.modules.session import Session

TEXT_BYTES_MAX = 1024 * 1024
REPORTS_MAX = 512
"""Examined modules whose report is kept."""


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
        check_allowed(policy, cid)
        report = self._examined(cid, wasm)
        if report.risk is Risk.REFUSED:
            raise _refused(report)
        try:
            return Module(cid, report, self._machine().compiled(cid, wasm))
        except wasmtime.WasmtimeError as error:
            message = f"module {cid} cannot be compiled: {first_line(error)}"
            raise InvalidInput(message, [Problem("module", message, "not_compiled")]) from error

    @contextmanager
    def session(
        self, module: LoadedModule, limits: SandboxLimits, determinism: Determinism
    ) -> Iterator[Session]:
        """A fresh instance, gone when the body ends."""
        assert isinstance(module, Module)
        session = Session(self._machine(), module.compiled, module.report, limits, determinism)
        try:
            yield session
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
            while len(self._reports) > REPORTS_MAX:
                self._reports.popitem(last=False)
        return report

    def _machine(self) -> Machine:
        """This process's engine: engines and their threads do not survive a fork."""
        process = os.getpid()
        with self._lock:
            if self._built is None or self._built[0] != process:
                self._built = (process, Machine(self._directory, self._key))
            return self._built[1]


def check_allowed(policy: Policy, cid: str) -> None:
    """Whether a subnet lets this module run; raises :class:`PolicyViolation` naming it.

    No policy carries a list of approved code yet, so ``approved-only`` refuses every module.
    """
    if policy.code == "none":
        message = f"the policy of subnet {policy.subnet!r} lets no code run; module {cid} is refused"
        raise PolicyViolation(message, cid=cid)
    if policy.code == "approved-only":
        message = (
            f"the policy of subnet {policy.subnet!r} lets only approved code run, and module {cid} is not"
            " approved; propose it to the subnet's members"
        )
        raise PolicyViolation(message, cid=cid)


def _refused(report: ScanReport) -> InvalidInput:
    found = [finding for finding in report.findings if finding.risk is Risk.REFUSED]
    problems = [Problem("module", finding.message, finding.code) for finding in found]
    message = f"module {report.cid} is refused: {'; '.join(finding.message for finding in found[:3])}"
    return InvalidInput(message, problems)


@lru_cache(maxsize=64)
def _assembled(text: str) -> bytes:
    message = ""
    if len(text.encode("utf-8", "replace")) > TEXT_BYTES_MAX:
        message = f"the text of the module has more than {TEXT_BYTES_MAX} bytes"
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
