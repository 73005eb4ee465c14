"""Tests of the scanner: it never crashes, and what it lets through is safe to compile."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.base.errors import InvalidInput, QflowError
from engine.ports.modules import Risk
from engine.sandbox.modules import scan_module
from tests.engine.sandbox.modules.support import ANY, CHANCE, ECHO, LIMITS, modules, wasi

EMPTY = b"\0asm\1\0\0\0"


def wasm(text: str) -> bytes:
    return modules().assemble(text)


def codes(data: bytes) -> dict[str, Risk]:
    return {finding.code: finding.risk for finding in scan_module(data).findings}


def section(number: int, body: bytes) -> bytes:
    return bytes([number]) + leb(len(body)) + body


def leb(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def test_a_report_says_what_a_module_is():
    report = scan_module(wasm(ECHO))
    assert report.functions == 2
    assert [str(one) for one in report.exports] == [
        "memory memory",
        "alloc(i32) -> (i32)",
        "echo(i32, i32) -> (i64)",
    ]
    assert report.memories[0].minimum == 1
    assert report.risk is Risk.MEDIUM
    assert "no maximum" in report.as_text()
    assert json.loads(json.dumps(report.as_json()))["risk"] == "medium"


def test_a_plain_module_is_of_low_risk():
    assert scan_module(wasm('(module (memory 1 2) (func (export "f")))')).risk is Risk.LOW
    assert scan_module(EMPTY).risk is Risk.LOW


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "malformed"),
        (b"\0asm", "malformed"),
        (b"\0asm\x0d\0\1\0", "malformed"),
        (EMPTY + b"\x0e\0", "malformed"),
        (EMPTY + b"\1\xff\xff\xff\xff\x0f", "malformed"),
        (EMPTY + section(2, b"\xff\xff\xff\xff\x0f"), "malformed"),
        (EMPTY + section(1, b"\1\x5f\0"), "malformed"),
        (EMPTY + section(5, b"\1\3\1\1"), "malformed"),
        (EMPTY + section(5, b"\1\4\1"), "malformed"),
        (EMPTY + section(7, b"\1\1a\0\5"), "malformed"),
        (EMPTY + section(0, b"\xff"), "malformed"),
        (EMPTY + section(5, b"\2\0\1\0\1"), "too_many"),
        (EMPTY + section(5, b"\1\0" + leb(3000)), "large_memory"),
        (EMPTY + section(4, b"\1\x70\0" + leb(30_000)), "large_table"),
        (bytes(16 * 1024 * 1024 + 1), "too_large"),
        (EMPTY + section(11, bytes(12 * 1024 * 1024 + 1)), "too_many"),
        (EMPTY + section(10, leb(1) + leb(2**20 + 1) + bytes(2**20 + 1)), "too_many"),
        (EMPTY + section(10, leb(40) + (leb(2**17) + bytes(2**17)) * 40), "too_many"),
        (EMPTY + section(10, leb(50_001) + b"\0" * 50_001), "too_many"),
    ],
)
def test_what_cannot_run_is_refused(data, code):
    assert codes(data)[code] is Risk.REFUSED
    with pytest.raises(InvalidInput, match="refused"):
        modules().load(data, ANY)


@pytest.mark.parametrize(
    ("text", "code", "risk"),
    [
        ("(module (func $s) (start $s))", "start_function", Risk.MEDIUM),
        ("(module (memory 1))", "unbounded_memory", Risk.MEDIUM),
        ('(module (import "env" "f" (func)))', "unknown_import", Risk.REFUSED),
        ('(module (import "env" "m" (memory 1)))', "unknown_import", Risk.REFUSED),
        ('(module (import "env" "g" (global i32)))', "unknown_import", Risk.REFUSED),
        ('(module (import "env" "t" (table 1 funcref)))', "unknown_import", Risk.REFUSED),
        ('(module (@custom "more" "see https://evil.example/x"))', "addresses", Risk.MEDIUM),
    ],
)
def test_habits_are_found(text, code, risk):
    assert codes(wasm(text))[code] is risk


def test_where_a_compiler_lives_is_nothing_to_worry_about():
    assert codes(wasm('(module (@custom "producers" "clang (https://github.com/llvm)"))')) == {}


def test_asking_for_files_is_found():
    assert codes(wasm(wasi("", "path_open")))["reaches_out"] is Risk.MEDIUM


@pytest.mark.parametrize(("targets", "risk"), [(500, None), (5_000, Risk.MEDIUM), (30_000, Risk.HIGH)])
def test_large_branch_tables_are_found(targets, risk):
    text = f'(module (func (export "f") (block (br_table {"0 " * targets} (i32.const 1)))))'
    assert codes(wasm(text)).get("large_branch_table") is risk


def test_looking_for_branch_tables_takes_time_that_grows_with_the_size_alone():
    body = (b"\x0e\xff\x3f" * 300_000)[: 2**20 - 10]
    nasty = b"".join(b"\x0e\xff\x3f" + b"\1" * 4_000 + b"\xff" * 6 for _ in range(200))
    for code in (body, nasty, b"\x0e" * (2**20 - 10)):
        scan_module(EMPTY + section(10, leb(1) + leb(len(code)) + code))


def test_much_data_is_found():
    data = EMPTY + section(11, b"\1\1" + leb(5_000_000) + bytes(5_000_000))
    assert codes(data)["much_data"] is Risk.HIGH


def test_what_the_engine_refuses_is_refused():
    data = wasm('(module (func (export "f") (result i32) (i32.const 1)))')
    broken = data.replace(b"\x41\x01\x0b", b"\x01\x01\x0b")
    assert scan_module(broken).risk is Risk.LOW
    assert modules().validate(broken).risk is Risk.REFUSED
    with pytest.raises(InvalidInput, match="no valid module"):
        modules().load(broken, ANY)


SOUND = [wasm(ECHO), wasm(wasi("(call $proc_exit (i32.const 0))", "proc_exit fd_write")), EMPTY]
broad = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(st.binary(max_size=300))
@broad
def test_no_bytes_crash_the_scanner(data):
    for given_bytes in (data, EMPTY + data):
        report = scan_module(given_bytes)
        assert report.as_text()
        assert json.dumps(report.as_json())


@given(st.sampled_from(SOUND), st.integers(0, 10_000))
@broad
def test_truncated_modules_are_told(data, size):
    _runs_or_is_told(data[: size % (len(data) + 1)])


@given(st.sampled_from(SOUND), st.integers(0, 2**32))
@broad
def test_bit_flipped_modules_run_contained_or_are_told(data, seed):
    chosen, flipped = random.Random(seed), bytearray(data)
    for _ in range(chosen.randint(1, 4)):
        flipped[chosen.randrange(len(flipped))] ^= 1 << chosen.randrange(8)
    _runs_or_is_told(bytes(flipped))


def _runs_or_is_told(data: bytes) -> None:
    try:
        module = modules().load(data, ANY)
        with modules().session(module, LIMITS, CHANCE) as session:
            for export in module.report.exports:
                if export.kind == "function":
                    session.call(export.name, [1] * len(export.takes))
    except QflowError as error:
        assert error.message
