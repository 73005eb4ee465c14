"""Numbers of WebAssembly as JSON values, and back, without losing any."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from engine.base.errors import InvalidInput, Problem

BITS = {"i32": 32, "i64": 64}
FLOATS = ("f32", "f64")
SAFE = 2**53 - 1
"""The largest integer that every reader of JSON keeps; larger ones travel as text."""
ODD = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
DECIMAL = re.compile(r"-?[0-9]{1,20}")
F32_MAX = (2 - 2**-23) * 2.0**127


def numbers_in(function: str, kinds: Sequence[str], values: Any) -> list[int | float]:
    """The arguments of a call; raises :class:`InvalidInput` naming the wrong one."""
    given = values if isinstance(values, list | tuple) else [] if values is None else [values]
    if isinstance(values, dict):
        raise _wrong("args", f"{function} takes numbers by place: give a list such as [1, 2]")
    if len(given) != len(kinds):
        raise _wrong("args", f"{function} takes {len(kinds)} numbers and is given {len(given)}")
    return [
        number_in(value, kind, f"args[{n}]") for n, (value, kind) in enumerate(zip(given, kinds, strict=True))
    ]


def number_in(value: Any, kind: str, where: str = "args") -> int | float:
    """One number of a type; raises :class:`InvalidInput`."""
    if kind in BITS:
        return _integer_in(value, kind, where)
    if kind in FLOATS:
        return _float_in(value, kind, where)
    raise _wrong(where, f"values of type {kind} cannot be given as JSON")


def _integer_in(value: Any, kind: str, where: str) -> int:
    bits = BITS[kind]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if (
        isinstance(value, str)
        and len(value) <= 20
        and value.removeprefix("-").isdecimal()
        and value.isascii()
    ):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong(where, f"{_shown(value)} is no integer of {bits} bits")
    if not -(2 ** (bits - 1)) <= value < 2**bits:
        raise _wrong(where, f"{value} does not fit into {bits} bits")
    return value - 2**bits if value >= 2 ** (bits - 1) else value


def _float_in(value: Any, kind: str, where: str) -> float:
    if isinstance(value, str) and value in ODD:
        return ODD[value]
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _wrong(where, f"{_shown(value)} is no number")
    try:
        number = float(value)
    except OverflowError:
        raise _wrong(where, f"a number is too large for {kind}") from None
    if kind == "f32" and math.isfinite(number) and abs(number) > F32_MAX:
        raise _wrong(where, f"{number} is too large for f32")
    return number


def numbers_out(kinds: Sequence[str], value: Any) -> Any:
    """The result of a call: nothing, one value, or a list."""
    if not kinds:
        return None
    if len(kinds) == 1:
        return number_out(value, kinds[0])
    return [number_out(one, kind) for one, kind in zip(value, kinds, strict=True)]


def number_out(value: Any, kind: str) -> int | float | str:
    """One result: integers past 2**53 and what JSON lacks become text."""
    if kind in BITS:
        return int(value) if -SAFE <= value <= SAFE else str(value)
    if kind not in FLOATS:
        raise _wrong("function", f"it gives a value of type {kind}, which JSON cannot hold")
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return float(value)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:60] + "..."


def _wrong(where: str, message: str) -> InvalidInput:
    return InvalidInput(message, [Problem(where, message, "wrong_argument")])
