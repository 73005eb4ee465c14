"""The socket for WebAssembly modules that users bring: examining, loading and calling them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Literal, Protocol

from engine.ports.policy import Policy
from engine.ports.sandbox import Determinism, HostCalls, SandboxLimits, Usage

Form = Literal["auto", "numbers", "json", "wasi"]
"""How values reach a function: as numbers, as JSON through the module's memory, as JSON on standard
input and output; ``auto`` looks at the function's signature."""

START = "_start"
"""The function of a WASI command."""


class Risk(StrEnum):
    """How much care a module asks for; ``refused`` ones never run."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    REFUSED = "refused"


ORDER = (Risk.LOW, Risk.MEDIUM, Risk.HIGH, Risk.REFUSED)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing worth knowing about a module, in plain words."""

    risk: Risk
    code: str  # stable
    message: str


@dataclass(frozen=True, slots=True)
class ModuleImport:
    """Something a module asks its host for."""

    module: str
    name: str
    kind: str  # function, table, memory, global, tag


@dataclass(frozen=True, slots=True)
class ModuleExport:
    """Something a module offers; functions with the types of what they take and give."""

    name: str
    kind: str
    takes: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.kind != "function":
            return f"{self.kind} {self.name}"
        return f"{self.name}({', '.join(self.takes)}) -> ({', '.join(self.gives)})"


@dataclass(frozen=True, slots=True)
class Extent:
    """Size of a memory in pages of 64 KiB, or of a table in elements."""

    minimum: int
    maximum: int | None = None

    def __str__(self) -> str:
        return f"{self.minimum} to {'any number' if self.maximum is None else self.maximum}"


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What a module is and asks for, found without running it."""

    cid: str
    size_bytes: int
    functions: int = 0
    imports: tuple[ModuleImport, ...] = ()
    exports: tuple[ModuleExport, ...] = ()
    memories: tuple[Extent, ...] = ()
    tables: tuple[Extent, ...] = ()
    start: bool = False  # code runs when the module is instantiated
    data_bytes: int = 0
    custom_sections: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def risk(self) -> Risk:
        """The gravest finding's."""
        return max((finding.risk for finding in self.findings), key=ORDER.index, default=Risk.LOW)

    def as_json(self) -> dict[str, Any]:
        """Render for doors and blocks; names are camelCase."""
        return {
            "cid": self.cid,
            "risk": str(self.risk),
            "sizeBytes": self.size_bytes,
            "functions": self.functions,
            "imports": [asdict(one) for one in self.imports],
            "exports": [
                {"name": one.name, "kind": one.kind, "takes": list(one.takes), "gives": list(one.gives)}
                for one in self.exports
            ],
            "memories": [asdict(one) for one in self.memories],
            "tables": [asdict(one) for one in self.tables],
            "start": self.start,
            "dataBytes": self.data_bytes,
            "customSections": list(self.custom_sections),
            "findings": [{**asdict(one), "risk": str(one.risk)} for one in self.findings],
        }

    def as_text(self) -> str:
        """Render for people: class first, then why, then what it is."""
        lines = [f"{self.cid}: risk {self.risk}"]
        lines += [f"  {finding.risk}: {finding.message}" for finding in self.findings]
        lines.append(
            f"  {self.size_bytes} bytes, {self.functions} functions, {self.data_bytes} bytes of data"
        )
        for word, found in (("memory pages", self.memories), ("table elements", self.tables)):
            lines += [f"  {word}: {extent}" for extent in found]
        lines += [f"  asks for {one.kind} {one.module}.{one.name}" for one in self.imports]
        lines += [f"  offers {one}" for one in self.exports]
        return "\n".join(lines)


class LoadedModule(Protocol):
    """A module that was examined, is allowed, and is ready to run."""

    @property
    def cid(self) -> str: ...
    @property
    def report(self) -> ScanReport: ...


class ModuleSession(Protocol):
    """One instance of a module; used by one thread."""

    def call(self, function: str, arguments: Any, form: Form = "auto") -> Any:
        """Call a function and give its result as a JSON value.

        Raises :class:`InvalidInput` for a missing function or arguments of the wrong type,
        :class:`SandboxViolation` where it crosses a limit or traps, :class:`StepFailure` where it
        says itself that it failed or answers with what is not JSON.
        """

    def takes_document(self, function: str, form: Form = "auto") -> bool:
        """Whether the function takes one JSON document rather than numbers."""

    def usage(self) -> Usage:
        """What the instance has used so far."""

    def logs(self) -> Sequence[str]:
        """Lines that it wrote to standard error."""


class Modules(Protocol):
    """Runs modules behind the wall; thread-safe."""

    def assemble(self, text: str) -> bytes:
        """The module that a text in the WebAssembly text format stands for; raises :class:`InvalidInput`."""

    def validate(self, wasm: bytes) -> ScanReport:
        """Examine a module without running it; never raises."""

    def load(self, wasm: bytes, policy: Policy) -> LoadedModule:
        """Examine and compile a module, or take it from the cache.

        Raises :class:`PolicyViolation` where the policy does not allow its code, and
        :class:`InvalidInput` where it is refused for what it is.
        """

    def session(
        self,
        module: LoadedModule,
        limits: SandboxLimits,
        determinism: Determinism,
        host: HostCalls | None = None,
    ) -> AbstractContextManager[ModuleSession]:
        """A fresh instance, gone when the body ends; ``host`` answers what it asks for.

        Raises :class:`SandboxViolation`."""
