"""The real sandbox for steps that ask the guest; compiled once and kept for the machine's test runs."""

from __future__ import annotations

from functools import cache

from engine.sandbox.wasm_sandbox import WasmSandbox, cache_directory


@cache
def sandbox() -> WasmSandbox:
    """One for all tests of a process."""
    return WasmSandbox(cache_directory())
