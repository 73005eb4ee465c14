"""Modules for the tests, and how they are called."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.ports.policy import PERSONAL, Policy
from engine.ports.sandbox import Determinism, SandboxLimits
from engine.testing.module_sandbox import modules

__all__ = ["ANY", "CHANCE", "ECHO", "LIMITS", "call", "modules", "wasi"]
NOW_US = 1_700_000_000_000_000
LIMITS = SandboxLimits(
    memory_bytes=4 * 1024 * 1024, deadline_ms=200, fuel=10**10, input_bytes=10**6, output_bytes=10**5
)
CHANCE = Determinism(NOW_US, b"seed")
ANY = Policy(PERSONAL)

ECHO = """(module (memory (export "memory") 1)
  (global $next (mut i32) (i32.const 1024))
  (func (export "alloc") (param $size i32) (result i32)
    (global.get $next)
    (global.set $next (i32.add (global.get $next) (local.get $size))))
  (func (export "echo") (param i32 i32) (result i64)
    (i64.or (i64.shl (i64.extend_i32_u (local.get 0)) (i64.const 32)) (i64.extend_i32_u (local.get 1)))))"""
"""Gives the JSON back that it is given."""


def call(
    wat: str | bytes, function: str = "", arguments: Any = None, form: Any = "auto", **limits: Any
) -> Any:
    """The result of one call in a fresh instance."""
    wasm = modules().assemble(wat) if isinstance(wat, str) else wat
    module = modules().load(wasm, ANY)
    with modules().session(module, replace(LIMITS, **limits), CHANCE) as session:
        return session.call(function, arguments, form)


def wasi(body: str, imports: str = "", more: str = "") -> str:
    """A WASI command with this body."""
    signatures = {
        "fd_write": "(param i32 i32 i32 i32) (result i32)",
        "fd_read": "(param i32 i32 i32 i32) (result i32)",
        "random_get": "(param i32 i32) (result i32)",
        "clock_time_get": "(param i32 i64 i32) (result i32)",
        "environ_sizes_get": "(param i32 i32) (result i32)",
        "args_sizes_get": "(param i32 i32) (result i32)",
        "fd_prestat_get": "(param i32 i32) (result i32)",
        "proc_exit": "(param i32)",
        "path_open": "(param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)",
    }
    given = "".join(
        f'(import "wasi_snapshot_preview1" "{name}" (func ${name} {signatures[name]}))'
        for name in imports.split()
    )
    return f'(module {given} (memory (export "memory") 1) {more} (func (export "_start") {body}))'
