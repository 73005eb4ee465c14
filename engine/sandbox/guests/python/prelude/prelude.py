"""Runs a step's code inside the guest: reads a request, calls the code, writes the reply.

Executed once, by the guest's Python 3.12, while the snapshot is made; ``answer`` is then called once
in every instance. Types are not checked here: the checker knows this project's Python, not the guest's.
"""
# mypy: ignore-errors
# ruff: noqa: F821 names of the parts executed before it

from __future__ import annotations

import _ast
import base64
import binascii
import bisect
import builtins
import calendar
import collections
import copy
import csv
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import gc
import hashlib
import heapq
import hmac
import html
import io
import itertools
import json
import math
import operator
import os
import random
import re
import statistics
import string
import sys
import textwrap
import time
import typing
import unicodedata
import urllib.parse
import uuid

LIBRARY = (
    base64,
    binascii,
    bisect,
    calendar,
    collections,
    copy,
    csv,
    dataclasses,
    decimal,
    enum,
    fractions,
    functools,
    hashlib,
    heapq,
    hmac,
    html,
    itertools,
    math,
    operator,
    statistics,
    string,
    textwrap,
    time,
    typing,
    unicodedata,
    urllib.parse,
    uuid,
)
FILE = "<code>"
HOST = 2
"""Descriptor through which the host is asked."""
ENTRY = "__code__"
ITEM_KEYS = frozenset(("json", "binary", "pairedItem", "error"))
MESSAGE_MAX = 2_000
LINE_MAX = 4_000
SURROGATES = re.compile("[\ud800-\udfff]")


class Wrong(Exception):
    """What the code gave back is not items."""


class Logs(io.TextIOBase):
    """Takes what is printed, up to a number of lines and characters."""

    def __init__(self):
        self.lines, self.open, self.room, self.left, self.cut = [], "", 0, 0, False

    def begin(self, lines, characters):
        self.left, self.room = lines, characters

    def writable(self):
        return True

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if len(text) > self.room:
            self.cut = True
        kept = text[: self.room]
        self.room -= len(kept)
        *whole, rest = kept.split("\n")
        for part in whole:
            self._line(self.open + part)
            self.open = ""
        self.open += rest
        return len(text)

    def _line(self, line):
        if self.left <= 0:
            self.cut = True
            return
        self.left -= 1
        self.lines.append(line if len(line) <= LINE_MAX else line[:LINE_MAX] + "…")

    def taken(self):
        if self.open:
            self._line(self.open)
            self.open = ""
        return [*self.lines, "… further output was left out"] if self.cut else self.lines


# --- the host -------------------------------------------------------------------------------------


def ask(operation, request):
    """Ask the host; raises :class:`HostError`."""
    write(HOST, encoded({"operation": operation, "request": request}).encode("utf-8", "replace"))
    size = int.from_bytes(read(HOST, 8), "little")
    answer = json.loads(read(HOST, size), object_hook=Record)
    if "error" in answer:
        raise HostError(answer["error"])
    return answer["value"]


# --- the code ---------------------------------------------------------------------------------------


def compiled(source):
    """The code as a function: its ``return`` tells the line it stands on."""
    tree = compile(source, FILE, "exec", _ast.PyCF_ONLY_AST, dont_inherit=True)
    future = [node for node in tree.body if isinstance(node, _ast.ImportFrom) and node.module == "__future__"]
    body = [marked(node) for node in tree.body if node not in future]
    empty = _ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    place = {"lineno": 1, "col_offset": 0, "end_lineno": 1, "end_col_offset": 0}
    function = _ast.FunctionDef(
        name=ENTRY, args=empty, body=body or [_ast.Pass(**place)], decorator_list=[], type_params=[], **place
    )
    module = _ast.Module(body=[*future, function], type_ignores=[])
    return compile(module, FILE, "exec", dont_inherit=True)


def marked(node):
    """Every ``return`` of the code itself gives its line and its value."""
    if isinstance(node, (_ast.FunctionDef, _ast.AsyncFunctionDef, _ast.ClassDef, _ast.Lambda, _ast.expr)):
        return node
    if isinstance(node, _ast.Return):
        place = {name: getattr(node, name) for name in _ast.Return._attributes}
        value = node.value or _ast.Constant(value=None, **place)
        pair = [_ast.Constant(value=node.lineno, **place), value]
        node.value = _ast.Tuple(elts=pair, ctx=_ast.Load(), **place)
        return node
    for field in node._fields:
        inner = getattr(node, field, None)
        if isinstance(inner, list):
            for part in inner:
                if isinstance(part, _ast.AST):
                    marked(part)
    return node


def names(request, items):
    """What the code finds beside Python's own names."""
    context = request["context"]
    given = {"_items": items, "items": items, "_now": now(), "_runIndex": context.get("run", 0)}
    for name in ("workflow", "execution", "vars", "parameter"):
        given["_" + name] = context.get(name) or Record()
    given["_env"] = Environment(context.get("env") or {})
    place = next(iter(context.get("source") or ()), None) or {}
    given["_prevNode"] = Record(
        name=place.get("node"), outputIndex=place.get("output", 0), runIndex=place.get("run", 0)
    )
    given.update(http_request=Http(ask), call_module=modules(ask), kv=Values(ask))
    given.update(HostError=HostError, HttpError=HttpError)
    return given


def now():
    return datetime.datetime.now(datetime.UTC)  # noqa: TID251 the guest's clock stands at the given time


def at_item(request, steps, index):
    items = request["items"]
    item = items[index] if index < len(items) else None
    fields = item["json"] if item is not None else Record()
    parameters = request["context"].get("parameter")
    return {
        "_item": item,
        "item": item,
        "_json": fields,
        "_binary": (item or {}).get("binary") or Record(),
        "_input": Input(items, item, parameters),
        "_itemIndex": index,
        "_": lambda name: Step(steps, name, index),
        "_node": ByName(lambda name: Step(steps, name, index)),
    }


# --- what it gave -----------------------------------------------------------------------------------


def kind(value):
    return "None" if value is None else type(value).__name__


def as_items(line, value):
    """The items of a list, a tuple or one dict."""
    if isinstance(value, dict):
        return [as_item(line, value, "")]
    if isinstance(value, (list, tuple)):
        return [as_item(line, one, f"[{index}]") for index, one in enumerate(value)]
    raise Wrong(line, f"the code returned {kind(value)}; return a list of items, or a dict")


def as_item(line, value, where):
    if not isinstance(value, dict):
        place = f" at {where}" if where else ""
        raise Wrong(line, f"the code returned {kind(value)}{place}; every item is a dict")
    if "json" not in value:
        return {"json": value}
    if not isinstance(value["json"], dict):
        raise Wrong(
            line, f"'json'{' of item ' + where if where else ''} is {kind(value['json'])}, not a dict"
        )
    unknown = [name for name in value if name not in ITEM_KEYS]
    if unknown:
        message = f"{unknown[0]!r} is no part of an item: put fields below 'json'"
        raise Wrong(line, message)
    return value


def plain(value):
    """JSON for what has none of its own."""
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (decimal.Decimal, uuid.UUID, fractions.Fraction)):
        return str(value)
    if isinstance(value, enum.Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def encoded(value):
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=plain, separators=(",", ":"))


def written(line, items):
    """The items as JSON; names the first value that has no form in it."""
    try:
        return encoded(items)
    except RecursionError:
        raise Wrong(line, "the result is nested too deeply for JSON") from None
    except (TypeError, ValueError):
        for index, item in enumerate(items):
            search(line, item, f"[{index}]", set())
        raise Wrong(line, "the result holds a value that has no form in JSON") from None


def search(line, value, path, above):
    """Raise for the first value below that JSON cannot hold."""
    if isinstance(value, (dict, list, tuple)):
        if id(value) in above:
            raise Wrong(line, f"the result contains itself at {path}")
        above = above | {id(value)}
        for name, part in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(value, dict) and not isinstance(name, (str, int, float, bool, type(None))):
                raise Wrong(line, f"a name below {path} is {kind(name)}, not text")
            search(line, part, f"{path}.{name}" if isinstance(value, dict) else f"{path}[{name}]", above)
    elif isinstance(value, float) and not math.isfinite(value):
        raise Wrong(line, f"{path} is {value}, which has no form in JSON")
    else:
        try:
            encoded(value)
        except (TypeError, ValueError):
            raise Wrong(line, f"{path} is {kind(value)}, which has no form in JSON") from None


# --- errors -----------------------------------------------------------------------------------------


def described(error, index):
    """Name, message and place of an error, in the code's own lines."""
    if isinstance(error, Wrong):
        return {"name": "Result", "message": error.args[1], "line": error.args[0], "column": 0, "item": index}
    told = {"name": type(error).__name__[:100], "message": message_of(error), "item": index}
    if isinstance(error, HostError):
        told["host"] = error.number
    if isinstance(error, SyntaxError) and error.filename == FILE:
        told.update(message=str(error.msg), line=error.lineno or 0, column=error.offset or 0)
        return told
    line, column = place_of(error)
    return {**told, "line": line, "column": column}


def message_of(error):
    try:
        return str(error)[:MESSAGE_MAX]
    except BaseException:
        return ""


def place_of(error):
    """Line and column (from 1) of the innermost frame that is of the code."""
    found, trace = (0, 0), error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename == FILE:
            line, _, column, _ = next(itertools.islice(code.co_positions(), trace.tb_lasti // 2, None))
            found = (line or trace.tb_lineno, (column or 0) + 1)
        trace = trace.tb_next
    return found


# --- one call ---------------------------------------------------------------------------------------


def run_all(function, space, request, steps):
    space.update(at_item(request, steps, 0))
    line, value = function() or (0, None)
    return line, as_items(line, value)


def run_each(function, space, request, steps, progress):
    out = []
    line = 0
    for index in range(len(request["items"])):
        progress["item"] = index
        space.update(at_item(request, steps, index))
        line, value = function() or (0, None)
        if value is None:
            continue
        if not isinstance(value, dict):
            raise Wrong(
                line, f"the code returned {kind(value)}; return a dict for each item, or None for none"
            )
        out.append({**as_item(line, value, ""), "pairedItem": {"item": index}})
    progress["item"] = None
    return line, out


def carried_out(request, progress):
    """The items that the code gives, as text."""
    context, static = request["context"], StaticData(Values(ask), request["context"].get("node"))
    steps = Steps(context.get("nodes") or {}, context.get("source") or [])
    space = {"__name__": "__main__", "__builtins__": builtins, **names(request, request["items"])}
    space["_getWorkflowStaticData"] = static
    custom = CustomData(space["_execution"])
    space["_execution"] = custom.execution
    exec(compiled(request["source"]), space)  # noqa: S102 the wall is around this interpreter
    function = space.pop(ENTRY)
    if request["mode"] == "each":
        result = run_each(function, space, request, steps, progress)
    else:
        result = run_all(function, space, request, steps)
    text = written(*result)
    static.save()
    return text + ',"custom":' + encoded(custom.said)


def reply_to(request):
    """The reply as text."""
    logs.begin(request["log_lines"], request["log_characters"])
    random.seed(request["seed"])
    progress = {"item": None}
    try:
        result = carried_out(request, progress)
    except MemoryError:
        return '{"starved":true,"logs":' + encoded(logs.taken()) + "}"
    except BaseException as error:
        told = encoded(described(error, progress["item"]))
        return '{"error":' + told + ',"logs":' + encoded(logs.taken()) + "}"
    return '{"items":' + result + ',"logs":' + encoded(logs.taken()) + "}"


def answer():
    """Read the request from descriptor 0, write the reply to descriptor 1."""
    size = int.from_bytes(read(0, 8), "little")
    request = json.loads(read(0, size), object_hook=Record)
    text = reply_to(request)
    try:
        data = text.encode()
    except UnicodeEncodeError:
        data = SURROGATES.sub("\ufffd", text).encode()
    write(1, data)


read, write = os.read, os.write
logs = Logs()
sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = logs
sys.stdin = sys.__stdin__ = io.StringIO()
sys.argv = [""]


def warm():
    """Take the ways that every call takes, so that the snapshot holds what they make."""
    example = {
        "source": "return [{'a': 1}]",
        "mode": "all",
        "items": [],
        "context": {},
        "seed": "",
        "log_lines": 9,
        "log_characters": 9,
    }
    for mode, source in (
        ("all", "return 1"),
        ("all", "return [{'a': {1}}]"),
        ("all", "x ="),
        ("all", "1/0"),
        ("each", "print(1)\nreturn {'json': {'a': [1.5, None]}}"),
    ):
        items = [Record(json=Record(a=1))]
        reply_to({**example, "mode": mode, "source": source, "items": items})
        logs.__init__()


warm()
gc.collect()
gc.freeze()
write(1, str(id(answer)).encode())
os._exit(0)
