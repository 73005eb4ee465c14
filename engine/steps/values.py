"""JSON values as JavaScript sees them: text, numbers, truth and order.

Flows are written by people who think in JavaScript's conversions; where a step converts, it does so
as ECMA-262 says (ToString, ToNumber, ToBoolean, the relational comparison).
"""

from __future__ import annotations

import math
import re
from typing import Any

_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,400}\.?[0-9]{0,400}|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,6})?\Z")
_RADIX = re.compile(r"0(?:[xX][0-9a-fA-F]{1,400}|[oO][0-7]{1,400}|[bB][01]{1,400})\Z")
_SPACE = " \t\n\v\f\r\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    chr(code) for code in range(0x2000, 0x200B)
)


def text_of(value: Any) -> str:
    """``String(value)`` for a JSON value; objects and lists as JavaScript joins them."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, list):
        return ",".join("" if element is None else text_of(element) for element in value)
    return value if isinstance(value, str) else "[object Object]"


def number_text(value: float) -> str:
    """A number as JavaScript writes it: 1, 0.1, 1e+21."""
    if isinstance(value, int) and abs(value) < 10**21:
        return str(value)
    value = float(value)
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    size = abs(value)
    if value.is_integer() and size < 1e21:
        return str(int(value))
    shortest = repr(value)
    if 1e-6 <= size < 1e21:
        return shortest if "e" not in shortest else f"{value:.20f}".rstrip("0")
    digits, _, power = shortest.partition("e")
    return f"{digits.removesuffix('.0')}e{int(power):+d}"


def number_of(value: Any) -> float:
    """``Number(value)``; NaN for what is no number."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    if value is None:
        return 0
    if isinstance(value, list):
        return number_of(text_of(value)) if len(value) < 2 else math.nan
    return _parsed(value) if isinstance(value, str) else math.nan


def _parsed(text: str) -> float:
    text = text.strip(_SPACE)
    if not text:
        return 0
    if _DECIMAL.match(text):
        return int(text) if text.lstrip("+-").isdigit() and len(text) < 16 else float(text)
    if _RADIX.match(text):
        return int(text, 0)
    signed = {"Infinity": math.inf, "+Infinity": math.inf, "-Infinity": -math.inf}
    return signed.get(text, math.nan)


def truth_of(value: Any) -> bool:
    """``Boolean(value)``: empty lists and objects are true."""
    if isinstance(value, float) and math.isnan(value):
        return False
    return True if isinstance(value, list | dict) else bool(value)


def less(left: Any, right: Any) -> bool:
    """``left < right``: two strings by code unit, anything else by number."""
    if isinstance(left, list | dict):
        left = text_of(left)
    if isinstance(right, list | dict):
        right = text_of(right)
    if isinstance(left, str) and isinstance(right, str):
        return code_units(left) < code_units(right)
    return number_of(left) < number_of(right)


def code_units(text: str) -> bytes:
    """What orders texts as JavaScript does: its UTF-16 code units."""
    return text.encode("utf-16-be", "surrogatepass")
