"""Calls of exports that take and give integers, without the conversions of the general way.

``wasmtime.Func`` looks at the function's type and converts each value through objects of its own, which
costs several times what a small call itself does. Here the type is looked at once; the call goes to the
same C function family (``wasmtime_func_call_unchecked``), with the same traps and errors. It relies on
imports never raising in their callbacks, as those of :mod:`engine.sandbox.runtime` do not.
"""

from __future__ import annotations

from collections.abc import Callable
from ctypes import POINTER, byref, c_uint64
from typing import Any

import wasmtime
from wasmtime import _bindings as ffi

from engine.sandbox.guest_memory import quick_function

_set_fuel = quick_function("wasmtime_context_set_fuel")
_get_fuel = quick_function("wasmtime_context_get_fuel")
_set_deadline = quick_function("wasmtime_context_set_epoch_deadline")
_freed = ffi.wasmtime_func_call_unchecked
_kept = quick_function("wasmtime_func_call_unchecked")
INTEGERS = ("i32", "i64")


def direct(store: Any, function: Any, *, quick: bool = False) -> Callable[..., int | None]:
    """A faster way to call a function of a store, with the store as its first argument; ``quick``: without
    letting other threads run meanwhile.

    Functions with other than integers, or with several results, are called the general way.
    """
    kind = function.type(store)
    parameters, results = [str(each) for each in kind.params], [str(each) for each in kind.results]
    if len(results) > 1 or not set(parameters + results) <= set(INTEGERS):
        general: Callable[..., int | None] = function
        return general
    return _direct(function._func, parameters, results, _kept if quick else _freed)


def refuel(store: wasmtime.Store, fuel: int, ticks: int) -> None:
    """Give a store fuel, and so many ticks until its code is interrupted; no other thread runs meanwhile."""
    context = store._context()
    error = _set_fuel(context, fuel)
    if error:
        raise wasmtime.WasmtimeError._from_ptr(error)
    _set_deadline(context, ticks)


def fuel_left(store: wasmtime.Store) -> int:
    """The fuel that a store has, asked for without letting other threads run."""
    left = c_uint64()
    error = _get_fuel(store._context(), byref(left))
    if error:
        raise wasmtime.WasmtimeError._from_ptr(error)
    return left.value


def _direct(
    function: Any, parameters: list[str], results: list[str], enter: Any
) -> Callable[..., int | None]:
    size = max(len(parameters), len(results))
    values = (ffi.wasmtime_val_raw_t * max(size, 1))()
    reference, last = byref(function), results[0] if results else None

    def call(store: Any, *arguments: int) -> int | None:
        if len(arguments) != len(parameters):
            raise wasmtime.WasmtimeError(f"{len(parameters)} arguments are wanted, not {len(arguments)}")
        for number, value in enumerate(arguments):
            setattr(values[number], parameters[number], value)
        trap = POINTER(ffi.wasm_trap_t)()
        error = enter(store._context(), reference, values, size, byref(trap))
        if error:
            raise wasmtime.WasmtimeError._from_ptr(error)
        if trap:
            raise wasmtime.Trap._from_ptr(trap)
        return None if last is None else int(getattr(values[0], last))

    return call
