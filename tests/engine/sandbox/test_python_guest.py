"""The Python guest: what code finds, what it may give back, how errors tell their place."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

import engine.sandbox
from engine.base.errors import CorruptData, InvalidInput, StepFailure
from engine.ports.sandbox import CodeRequest, Determinism, SandboxLimits
from engine.sandbox import python_image
from engine.sandbox.module_cache import ModuleCache
from engine.sandbox.python import PythonGuest
from tests.engine.sandbox.conftest import NEW_YORK, QUICK


@pytest.fixture
def run(sandbox):
    def run(source, *objects, mode="all", determinism=NEW_YORK, limits=QUICK, **context):
        items = [{"json": value} for value in objects]
        return sandbox.run_code(CodeRequest("python", source, items, determinism, mode, context), limits)

    return run


@pytest.fixture
def given(run):
    def given(source, *objects, **more):
        return [item["json"] for item in run(source, *objects, **more).items]

    return given


@pytest.mark.parametrize(
    "source",
    [
        "return _items",
        "return items",
        "return _input.all()",
        "return [_input.first(), _input.last()]",
        "return tuple(_items)",
        "return [_items[0].json, _items[1]['json']]",
        "from __future__ import annotations\nreturn _items",
        "import copy\nreturn copy.deepcopy(_items)",
        "for item in _items:\n    if item:\n        with_all = _items\n        return with_all",
        "try:\n    raise KeyError\nexcept KeyError:\n    return _items",
        "match len(_items):\n    case 2:\n        return _items",
    ],
)
def test_items_are_found_and_given_back(given, source):
    assert given(source, {"a": 1}, {"a": 2}) == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("source", ["return _json", "return _item", "return item", "return _input.item"])
def test_the_item_at_hand(given, source):
    assert given(source, {"a": 1}, {"a": 2}) == [{"a": 1}]
    assert given(source, {"a": 1}, {"a": 2}, mode="each") == [{"a": 1}, {"a": 2}]


def test_functions_and_classes_of_the_code_return_as_they_do(given):
    source = (
        "def f(x):\n    return x + 1\nclass C:\n    def m(self):\n        return f(1)\nreturn {'a': C().m()}"
    )
    assert given(source) == [{"a": 2}]


def test_fields_can_be_set_with_a_dot(given):
    assert given("_item.json.b = {}\n_item.json.b['c'] = 3\ndel _json.a\nreturn _item", {"a": 1}) == [
        {"b": {"c": 3}}
    ]


def test_a_field_that_is_missing_says_so(run):
    with pytest.raises(StepFailure, match="the object has no field 'b'"):
        run("return {'x': _json.b}", {"a": 1})


def test_values_that_json_lacks_become_text(given):
    source = (
        "import datetime, decimal, uuid\n"
        "return {'d': datetime.date(2024, 1, 2), 'n': decimal.Decimal('1.10'), 'u': uuid.UUID(int=1)}"
    )
    assert given(source) == [{"d": "2024-01-02", "n": "1.10", "u": "00000000-0000-0000-0000-000000000001"}]


def test_lone_surrogates_are_replaced(given):
    assert given("return {'a': chr(0xd800) + '😀'}") == [{"a": "\ufffd😀"}]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("return 5", "the code returned int; return a list of items, or a dict (line 1)"),
        ("x = 1", "the code returned None; return a list of items, or a dict (the code)"),
        ("x = 1\nreturn", "the code returned None; return a list of items, or a dict (line 2)"),
        ("return [{}, 'a']", "the code returned str at [1]; every item is a dict (line 1)"),
        ("return [{'json': []}]", "'json' of item [0] is list, not a dict (line 1)"),
        ("return {'json': {}, 'a': 1}", "'a' is no part of an item: put fields below 'json' (line 1)"),
        ("return {'a': [{1}]}", "[0].json.a[0] is set, which has no form in JSON (line 1)"),
        ("return {'a': float('inf')}", "[0].json.a is inf, which has no form in JSON (line 1)"),
        ("x = {}\nx['x'] = x\nreturn x", "the result contains itself at [0].json.x (line 3)"),
        ("return {(1, 2): 3}", "a name below [0].json is tuple, not text (line 1)"),
    ],
)
def test_what_is_no_item_is_refused_by_line(run, source, message):
    with pytest.raises(StepFailure) as caught:
        run(source)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("source", "message", "line", "column"),
    [
        ("x = 1\ny = x / 0", "ZeroDivisionError: division by zero (line 2, column 5)", 2, 5),
        ("x = 'é' + 1", 'TypeError: can only concatenate str (not "int") to str (line 1, column 5)', 1, 5),
        ("def f():\n    raise ValueError('no')\nf()", "ValueError: no (line 2, column 5)", 2, 5),
        ("import json\njson.loads('{')", None, 2, 1),
        ("x = (1", "SyntaxError: '(' was never closed (line 1, column 5)", 1, 5),
        ("if 1:\nx", None, 2, 1),
        ("import sys\nsys.exit(3)", "SystemExit: 3 (line 2, column 1)", 2, 1),
    ],
)
def test_errors_tell_line_and_column(run, source, message, line, column):
    with pytest.raises(StepFailure) as caught:
        run(source)
    assert message in {None, caught.value.message}
    assert (caught.value.details["line"], caught.value.details["column"]) == (line, column)


def test_an_error_tells_the_item_and_what_was_printed(run):
    with pytest.raises(StepFailure, match=r"\(line 2, column 14, item 1\)") as caught:
        run("print('at', _itemIndex)\nreturn {'x': 1 / _json.n}", {"n": 1}, {"n": 0}, mode="each")
    assert caught.value.details["item"] == 1
    assert caught.value.details["logs"] == ["at 0", "at 1"]


def test_what_is_printed_is_kept_within_limits(run):
    logs = run("for n in range(5000): print(n)\nreturn []").logs
    assert logs[:2] == ["0", "1"]
    assert len(logs) == 1001
    assert logs[-1] == "… further output was left out"
    assert sum(map(len, run("print('x' * 10_000_000)\nreturn []").logs)) < 10_000


CHANCE = (
    "import random, uuid, os, time\nreturn {'a': [random.random(), str(uuid.uuid4()), os.urandom(4).hex()]}"
)


def test_time_and_chance_are_given(given):
    again = given(CHANCE)
    assert given(CHANCE) == again
    assert given(CHANCE, determinism=Determinism(NEW_YORK.now_us, b"other")) != again
    clocks = "import time\ntime.sleep(3600)\nreturn {'t': time.time(), 'm': time.monotonic()}"
    assert given(clocks) == [{"t": 1_700_000_000.0, "m": 1_700_000_000.0}]


def test_hashes_of_text_stay_the_same(given):
    source = "return {'h': hash('abc'), 's': list({'a', 'b', 'c', 'd'})}"
    assert given(source) == given(source)


def test_context_is_found(given):
    source = "return {'w': _workflow.name, 'v': _vars['x'], 'r': _runIndex}"
    assert given(source, workflow={"name": "W"}, vars={"x": 1}, run=2) == [{"w": "W", "v": 1, "r": 2}]


def test_files_of_items_are_handed_through(sandbox):
    item = {"json": {}, "binary": {"data": {"cid": "b"}}, "pairedItem": {"item": 3}}
    request = CodeRequest("python", "return _items", [item], NEW_YORK)
    assert sandbox.run_code(request, QUICK).items == [{"json": {}, "binary": {"data": {"cid": "b"}}}]


def test_a_language_without_a_guest_is_named(sandbox):
    with pytest.raises(InvalidInput, match="no guest for code in 'cobol'"):
        sandbox.run_code(CodeRequest("cobol", "", [], NEW_YORK), QUICK)


def test_every_vendored_file_has_the_recorded_hash():
    vendor = Path(engine.sandbox.__file__).parent / "guests" / "python" / "vendor"
    recorded = dict(reversed(line.split()) for line in (vendor / "SHA256SUMS").read_text().splitlines())
    assert set(recorded) == {path.name for path in vendor.iterdir()} - {
        "SHA256SUMS",
        "VENDOR.md",
        "__pycache__",
    }
    for name, wanted in recorded.items():
        assert hashlib.sha256((vendor / name).read_bytes()).hexdigest() == wanted, name


def test_a_changed_interpreter_is_refused(monkeypatch):
    monkeypatch.setattr(python_image, "WASM_SHA256", "0" * 64)
    with pytest.raises(CorruptData, match="reinstall"):
        python_image.interpreter()


def test_the_compiled_guest_is_found_again(sandbox, tmp_path, run, monkeypatch):
    run("return []")
    directory = sandbox._cache._directory
    monkeypatch.setattr(PythonGuest, "_made", lambda self: pytest.fail("compiled again"))
    guest = PythonGuest(ModuleCache(directory))
    request = CodeRequest("python", "return [{'a': 1}]", [], NEW_YORK)
    assert guest.run(request, SandboxLimits()).items == [{"json": {"a": 1}}]
