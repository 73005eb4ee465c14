"""A bundle as bytes: canonical JSON, so that every byte of it means something.

Canonical: UTF-8, keys sorted, no space, no float, one line feed at the end (RFC 8785 for what a bundle may
hold). Bytes are base64 with padding, hashes hex in lower case.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any

FORM = "qflow/bundle/2"
GROWTH = "qflow/growth/1"
"""The forms of files: the bundle of an execution, and the proof that a log only grew."""


class Refused(Exception):
    """The bundle is not what it says; ``where`` names the first place that shows it."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")
        self.where, self.what = where, what


def canonical(value: Any) -> bytes:
    """The one text of a value that a bundle may hold."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def written(bundle: Mapping[str, Any]) -> bytes:
    """A bundle as a file."""
    return canonical(bundle) + b"\n"


def read(data: bytes) -> dict[str, Any]:
    """The bundle in a file; raises :class:`Refused`."""
    try:
        value = json.loads(data.decode(), parse_float=_no_float, parse_constant=_no_float)
        again = written(value)
    except UnicodeError as error:
        raise Refused(_byte(getattr(error, "start", 0)), "this is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise Refused(_byte(len(error.doc[: error.pos].encode())), f"not JSON: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise Refused("the file", f"not the JSON of a bundle: {error}") from None
    if again != data:
        raise Refused(_byte(_difference(again, data)), "the JSON is not in canonical form")
    if not isinstance(value, dict) or value.get("form") not in (FORM, GROWTH):
        raise Refused("form", f"this is no bundle of the form {FORM}")
    _has_shape(value, _BUNDLE if value["form"] == FORM else _GROWTH, "")
    return value


def _no_float(text: str) -> Any:
    raise ValueError(f"a bundle holds no floats, but {text[:40]}")


def _byte(place: int) -> str:
    return f"byte {place}"


def _difference(one: bytes, other: bytes) -> int:
    for place, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return place
    return min(len(one), len(other))


# --- shapes -----------------------------------------------------------------------------------------

_HEX = re.compile(r"(?:[0-9a-f]{64})?")
_SIGNATURE = {"at_us": int, "identity": str, "key": str, "signature": "base64"}
_TREE = {**_SIGNATURE, "size": int, "root": "hex"}
_RECEIPT = {
    "entry": int,
    "step": str,
    "run": int,
    "attempt": int,
    "code": str,
    "input": str,
    "output": str,
    "node": str,
    "fuel": int,
    "started_us": int,
    "ended_us": int,
}
_BUNDLE: dict[str, Any] = {
    "form": str,
    "execution": str,
    "subnet": str,
    "flow": str,
    "version": str,
    "status": str,
    "definition": ("base64", None),
    "base": {"sequence": int, "hash": "hex"},
    "entries": [
        (
            {"sequence": int, "hash": "hex", "salt": "base64", "payload": "base64"},
            {"sequence": int, "hash": "hex", "digest": "hex"},
        )
    ],
    "heads": [{**_SIGNATURE, "sequence": int}],
    "receipts": [(_RECEIPT, {"leaf": "hex"})],
    "identities": {str: ["base64"]},
    "log": (None, {"index": int, "proof": ["hex"], "tree": _TREE}),
    "seal": _SIGNATURE,
}
_GROWTH = {"form": str, "old": _TREE, "new": _TREE, "proof": ["hex"], "identities": {str: ["base64"]}}
"""Names -> shapes: a type, ``hex``, ``base64``, a map, a list of one shape, or a choice."""


def _has_shape(value: Any, shape: Any, where: str) -> None:
    if isinstance(shape, tuple):
        _has_shape(value, _chosen(value, shape), where)
    elif isinstance(shape, list):
        _wanted(isinstance(value, list), where, "a list")
        for index, item in enumerate(value):
            _has_shape(item, shape[0], f"{where}[{index}]")
    elif isinstance(shape, dict):
        _wanted(isinstance(value, dict), where, "a map")
        if str in shape:
            shape = dict.fromkeys(value, shape[str])
        _wanted(value.keys() == shape.keys(), where, f"a map of {', '.join(sorted(shape))}")
        for name, item in value.items():
            _has_shape(item, shape[name], f"{where}.{name}" if where else name)
    elif shape == "hex":
        _wanted(isinstance(value, str) and _HEX.fullmatch(value) is not None, where, "a hash in hex")
    elif shape == "base64":
        _wanted(isinstance(value, str) and _is_base64(value), where, "base64")
    elif shape is int:
        _wanted(type(value) is int and 0 <= value < 1 << 63, where, "a number of at most 63 bits")
    else:
        _wanted(value is None if shape is None else isinstance(value, shape), where, "a text or null")


def _chosen(value: Any, choice: tuple[Any, ...]) -> Any:
    """The shape that is meant: the one with the same names, else the first that can be it."""
    if isinstance(value, dict):
        maps = [shape for shape in choice if isinstance(shape, dict)]
        return next((shape for shape in maps if shape.keys() == value.keys()), maps[0] if maps else choice[0])
    return None if value is None and None in choice else next(shape for shape in choice if shape is not None)


def _is_base64(text: str) -> bool:
    try:
        return base64.b64encode(base64.b64decode(text, validate=True)).decode() == text
    except ValueError:
        return False


def _wanted(is_so: bool, where: str, what: str) -> None:
    if not is_so:
        raise Refused(where or "the file", f"this should be {what}")
