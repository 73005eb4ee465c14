"""Modules that users bring: a bounded reader and scanner, WASI without a world, typed calls."""

from __future__ import annotations

from engine.sandbox.modules.scan import scan_module
from engine.sandbox.modules.wasm_modules import WasmModules

__all__ = ["WasmModules", "scan_module"]
