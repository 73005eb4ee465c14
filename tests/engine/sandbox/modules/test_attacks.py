"""Attacks by modules: all are contained, and the next module runs as if nothing had been."""

from __future__ import annotations

import threading
import time

import pytest

from engine.base.errors import InvalidInput, SandboxViolation
from tests.engine.sandbox.modules.support import ECHO, call, wasi

HELLO = '(module (func (export "f") (result i32) (i32.const 7)))'


@pytest.fixture(autouse=True)
def _the_next_module_runs():
    yield
    assert call(HELLO, "f") == 7


def violated(wat: str, function: str = "f", arguments: object = None, **limits: object) -> str:
    with pytest.raises(SandboxViolation) as caught:
        call(wat, function, arguments, **limits)
    return str(caught.value.details["limit"])


def exported(body: str, more: str = "") -> str:
    return f'(module {more} (func (export "f") {body}))'


def test_an_endless_loop_is_stopped_soon_after_its_deadline():
    started = time.monotonic()
    assert violated(exported("(loop (br 0))"), deadline_ms=50) == "time"
    assert time.monotonic() - started < 10


def test_an_endless_loop_is_stopped_by_its_fuel():
    assert violated(exported("(loop (br 0))"), fuel=100_000) == "fuel"


def test_a_start_function_that_spins_is_stopped():
    wat = '(module (func $s (loop (br 0))) (start $s) (func (export "f")))'
    assert violated(wat, deadline_ms=50) == "time"


def test_a_start_function_that_traps_is_told():
    assert violated('(module (func $s unreachable) (start $s) (func (export "f")))') == "trap"


def test_deep_recursion_is_stopped():
    assert violated('(module (func $r (export "f") (call $r)))') == "stack"


def test_deep_recursion_with_large_frames_is_stopped():
    names = " ".join("i64" for _ in range(2_000))
    again = "(call $r (i32.add (local.get 0) (i32.wrap_i64 (local.get 1999))))"
    wat = f'(module (func $r (export "f") (param i32) (local {names}) {again}))'
    assert violated(wat, "f", [1]) == "stack"


@pytest.mark.escape(
    "Modules: memory growth",
    "CWE-789",
    outcome="refused growth",
)
def test_memory_grows_to_the_limit_and_no_further():
    wat = """(module (memory (export "memory") 1) (func (export "f") (result i32)
      (loop (br_if 0 (i32.ge_s (memory.grow (i32.const 1)) (i32.const 0)))) (memory.size)))"""
    assert call(wat, "f") == 4 * 1024 * 1024 // 65536


def test_a_module_that_runs_out_of_memory_is_told_so():
    wat = """(module (memory (export "memory") 1) (func (export "f")
      (loop (br_if 0 (i32.ge_s (memory.grow (i32.const 1)) (i32.const 0)))) unreachable))"""
    assert violated(wat) == "memory"


def test_a_memory_that_begins_too_large_for_the_step_does_not_start():
    assert violated('(module (memory 100) (func (export "f")))', memory_bytes=65536) == "memory"


@pytest.mark.escape(
    "Modules: table growth",
    "CWE-789",
    outcome="refused growth",
)
def test_a_table_grows_to_the_limit_and_no_further():
    wat = """(module (table $t 1 funcref) (func (export "f") (result i32)
      (loop (br_if 0 (i32.ge_s (table.grow $t (ref.null func) (i32.const 1000)) (i32.const 0))))
      (table.size $t)))"""
    assert call(wat, "f") <= 20_000


@pytest.mark.escape(
    "Modules: traps, out-of-bounds access",
    "CWE-787",
    outcome="typed violations",
)
@pytest.mark.parametrize(
    "body",
    [
        "unreachable",
        "(drop (i32.div_s (i32.const 1) (i32.const 0)))",
        "(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))",
        "(drop (i32.trunc_f64_s (f64.const nan)))",
        "(drop (i32.load (i32.const 0x7fffffff)))",
        "(i64.store offset=0xffffffff (i32.const -1) (i64.const 1))",
        "(memory.fill (i32.const 0) (i32.const 0) (i32.const -1))",
        "(call_indirect (i32.const 5))",
        "(drop (table.get 0 (i32.const 5)))",
    ],
)
def test_traps_are_typed(body):
    assert violated(exported(body, "(memory 1) (table 1 funcref)")) == "trap"


def test_data_outside_the_memory_does_not_start():
    assert violated('(module (memory 1) (data (i32.const 65535) "ab") (func (export "f")))') in {
        "trap",
        "memory",
    }


@pytest.mark.escape(
    "Modules: host-call floods",
    "CWE-770",
    outcome="stopped at the limit",
)
def test_a_host_call_flood_is_stopped():
    flood = wasi("(loop (drop (call $random_get (i32.const 0) (i32.const 1))) (br 0))", "random_get")
    assert violated(flood, "", host_calls=500, deadline_ms=5_000) == "host_calls"


def test_a_flood_of_refused_calls_is_stopped_as_well():
    refused = "(drop (call $fd_prestat_get (i32.const 9) (i32.const 1)))"
    assert violated(wasi(f"(loop {refused} (br 0))", "fd_prestat_get"), "", host_calls=500) == "host_calls"


WRITE = """(i32.store (i32.const 0) (i32.const {at})) (i32.store (i32.const 4) (i32.const {size}))
  (loop (drop (call $fd_write (i32.const {fd}) (i32.const 0) (i32.const {count}) (i32.const 8)))
  (br {again}))"""


def test_an_output_bomb_is_stopped():
    assert (
        violated(wasi(WRITE.format(at=0, size=60_000, fd=1, count=1, again=0), "fd_write"), "")
        == "output_bytes"
    )


def test_an_output_larger_than_the_memory_is_never_copied():
    body = WRITE.format(at=0, size=-1, fd=1, count=1, again=1)
    assert violated(wasi(body, "fd_write"), "") == "output_bytes"


def test_a_log_bomb_fills_its_bounded_log_and_ends_with_the_calls():
    body = WRITE.format(at=0, size=60_000, fd=2, count=1, again=0)
    assert violated(wasi(body, "fd_write"), "", host_calls=2_000, deadline_ms=5_000) == "host_calls"


@pytest.mark.parametrize(("at", "size", "count"), [(-1, 8, 1), (65_000, 5_000, 1), (0, 8, -1), (0, 8, 5_000)])
def test_buffers_outside_the_memory_give_an_error_number(at, size, count):
    assert call(wasi(WRITE.format(at=at, size=size, fd=1, count=count, again=1), "fd_write")) is None


def test_random_bytes_outside_the_memory_give_an_error_number():
    body = "(if (i32.eqz (call $random_get (i32.const {}) (i32.const {}))) (then unreachable))"
    for at, size in ((-1, 10), (65_530, 10), (0, -1), (0, 65_537)):
        assert call(wasi(body.format(at, size), "random_get")) is None


@pytest.mark.escape(
    "Modules: pointers outside the memory",
    "CWE-125",
    outcome="typed violations",
)
@pytest.mark.parametrize(
    "packed", [-1, (65_535 << 32) + 2, (1 << 63) + 1, 0xFFFFFFFF00000001, (0xFFFFFFFF << 32) + 99_999]
)
def test_an_answer_outside_the_memory_is_never_read(packed):
    signed = packed - 2**64 if packed >= 2**63 else packed
    wat = ECHO.replace('"echo"', '"other"').replace(
        "(global $next",
        f'(func (export "f") (param i32 i32) (result i64) (i64.const {signed})) (global $next',
    )
    assert violated(wat, "f", {}) in {"trap", "output_bytes"}


@pytest.mark.parametrize("place", ["-1", "65535", "0x7fffffff"])
def test_a_place_outside_the_memory_is_never_written(place):
    wat = f"""(module (memory (export "memory") 1)
      (func (export "alloc") (param i32) (result i32) (i32.const {place}))
      (func (export "f") (param i32 i32) (result i64) (i64.const 0)))"""
    assert violated(wat, "f", {"a": 1}) == "trap"


def test_an_allocator_that_spins_is_stopped():
    wat = """(module (memory (export "memory") 1)
      (func (export "alloc") (param i32) (result i32) (loop (br 0)) (i32.const 0))
      (func (export "f") (param i32 i32) (result i64) (i64.const 0)))"""
    assert violated(wat, "f", {"a": 1}, deadline_ms=30) == "time"


def test_too_large_a_document_is_refused_before_it_goes_in():
    assert violated(ECHO, "echo", "x" * 2_000_000) == "input_bytes"


def test_deeply_nested_json_is_a_typed_error():
    from engine.base.errors import StepFailure

    nested = wasi(
        """(memory.fill (i32.const 100) (i32.const 91) (i32.const 60000))
           (i32.store (i32.const 0) (i32.const 100)) (i32.store (i32.const 4) (i32.const 60000))
           (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))""",
        "fd_write",
    )
    with pytest.raises(StepFailure, match="not JSON"):
        call(nested)


@pytest.mark.escape(
    "Modules: imports outside the shim list",
    "CWE-829",
    outcome="refused before loading",
)
@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("env", "system"),
        ("wasi_snapshot_preview1", "fd_teleport"),
        ("qflow", "call"),
        ("wasi_unstable", "fd_write"),
    ],
)
def test_imports_that_no_host_gives_are_refused(module, name):
    with pytest.raises(InvalidInput, match=name):
        call(f'(module (import "{module}" "{name}" (func)) (func (export "f")))', "f")


def test_a_known_import_with_another_signature_is_refused():
    with pytest.raises(InvalidInput, match="fd_write"):
        call(
            '(module (import "wasi_snapshot_preview1" "fd_write" (func (param f64))) (func (export "f")))',
            "f",
        )


def test_nothing_more_runs_in_an_instance_that_was_stopped():
    from tests.engine.sandbox.modules.support import ANY, CHANCE, LIMITS, modules

    wat = '(module (func (export "bad") unreachable) (func (export "good")))'
    module = modules().load(modules().assemble(wat), ANY)
    with modules().session(module, LIMITS, CHANCE) as session:
        for name in ("bad", "good", "good"):
            with pytest.raises(SandboxViolation, match="trapped"):
                session.call(name, [])


@pytest.mark.escape(
    "Leaks of errors between guests of one node",
    "CWE-488",
    outcome="each gets its own",
)
def test_guests_of_other_threads_never_get_each_others_errors():
    exits = wasi("(call $proc_exit (i32.const 3)) (unreachable)", "proc_exit")
    seen: list[str] = []

    def run(wat: str, name: str) -> None:
        for _ in range(60):
            try:
                call(wat, name)
            except Exception as error:
                seen.append(f"{name}: {error}")

    threads = [
        threading.Thread(target=run, args=pair) for pair in ((exits, ""), (exported("unreachable"), "f"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(seen) == {": the module ended with exit code 3", "f: the module trapped: unreachable"}
