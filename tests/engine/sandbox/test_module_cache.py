"""Compiled code on disk is loaded only if this user wrote it and nobody touched it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import wasmtime

from engine.ports.sandbox import SandboxLimits
from engine.sandbox.module_cache import TAG_BYTES, ModuleCache
from engine.sandbox.runtime import Runtime

WASM = bytes(
    wasmtime.wat2wasm('(module (memory (export "memory") 1) (func (export "f") (result i32) i32.const 7))')
)


def test_what_was_stored_is_found_again(tmp_path: Path):
    ModuleCache(tmp_path / "cache").put("a", b"code")
    assert ModuleCache(tmp_path / "cache").get("a") == b"code"
    assert ModuleCache(tmp_path / "cache").get("b") is None


def test_directory_key_and_files_are_for_their_owner_only(tmp_path: Path):
    cache = tmp_path / "deep" / "cache"
    ModuleCache(cache).put("a", b"code")
    assert cache.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in cache.iterdir()} == {0o600}


@pytest.mark.parametrize("at", [0, 31, 32, -1])
def test_a_tampered_file_is_not_loaded(tmp_path: Path, at: int):
    cache = ModuleCache(tmp_path / "cache")
    cache.put("a", b"code")
    path = tmp_path / "cache" / "a"
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)
    assert cache.get("a") is None


def test_a_file_under_another_name_is_not_loaded(tmp_path: Path):
    cache = ModuleCache(tmp_path / "cache")
    cache.put("a", b"code")
    os.rename(tmp_path / "cache" / "a", tmp_path / "cache" / "b")
    assert cache.get("b") is None


def test_a_file_made_with_another_key_is_not_loaded(tmp_path: Path):
    ModuleCache(tmp_path / "cache", b"k" * 32).put("a", b"code")
    assert ModuleCache(tmp_path / "cache", b"x" * 32).get("a") is None


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_directory_that_others_may_write_to_is_not_used(tmp_path: Path, mode: int):
    cache = ModuleCache(tmp_path / "cache")
    cache.put("a", b"code")
    (tmp_path / "cache").chmod(mode)
    assert cache.get("a") is None
    cache.put("b", b"code")
    assert not (tmp_path / "cache" / "b").exists()


def test_a_link_to_a_directory_is_not_used(tmp_path: Path):
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "cache").symlink_to(tmp_path / "real")
    cache = ModuleCache(tmp_path / "cache")
    cache.put("a", b"code")
    assert list((tmp_path / "real").iterdir()) == []


def test_where_nothing_can_be_written_nothing_breaks(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    cache = ModuleCache(tmp_path / "file")
    cache.put("a", b"code")
    assert cache.get("a") is None


def test_the_files_used_last_are_kept_and_whatever_this_process_pinned(tmp_path: Path):
    directory = tmp_path / "cache"
    (directory / "modules").mkdir(parents=True, mode=0o700)
    directory.chmod(0o700)
    cache = ModuleCache(directory, bytes_max=4 * (TAG_BYTES + 100))
    cache.pin("file 0")
    for number in range(9):
        cache.put(f"file {number}", b"x" * 100)
        os.utime(directory / f"file {number}", (number, number))
    kept = {path.name for path in directory.iterdir()}
    assert kept == {"key", "modules", "file 0", "file 5", "file 6", "file 7", "file 8"}


def test_a_second_runtime_loads_what_the_first_compiled(tmp_path: Path):
    first = Runtime(ModuleCache(tmp_path / "cache"))
    cid = first.compile(WASM).cid
    second = Runtime(ModuleCache(tmp_path / "cache"))
    loaded = second.load(cid)
    assert loaded is not None
    with second.instance(loaded, SandboxLimits()) as instance:
        assert instance.call("f") == 7


def test_code_of_another_compiler_is_compiled_anew(tmp_path: Path):
    cache = ModuleCache(tmp_path / "cache")
    cid = Runtime(cache).compile(WASM).cid
    name = next(path.name for path in (tmp_path / "cache").iterdir() if path.name.startswith(cid))
    cache.put(name, b"not machine code of this engine")
    runtime = Runtime(cache)
    assert runtime.load(cid) is None
    with runtime.instance(runtime.compile(WASM), SandboxLimits()) as instance:
        assert instance.call("f") == 7
