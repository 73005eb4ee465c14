"""A sandbox that runs modules of users and nothing else, for tests of the steps that do."""

from __future__ import annotations

from functools import cache

from engine.sandbox.modules import WasmModules
from engine.testing.no_sandbox import NoSandbox


@cache
def modules() -> WasmModules:
    """One runner for all tests of a process, without a cache on disk."""
    return WasmModules()


class ModuleSandbox(NoSandbox):
    """Implements :class:`engine.ports.sandbox.Sandbox`, with a runner of modules."""

    @property
    def modules(self) -> WasmModules:
        """The runner of modules."""
        return modules()
