"""What is vendored is what VENDOR.md says, and the guest made of it is always the same."""

from __future__ import annotations

import hashlib
from pathlib import Path

import wasmtime

import engine.sandbox
from engine.sandbox.javascript import build_image, guest_cid
from engine.sandbox.runtime import Runtime

VENDOR = Path(engine.sandbox.__file__).parent / "guests" / "javascript" / "vendor"


def test_every_vendored_file_has_the_recorded_hash():
    recorded = dict(reversed(line.split()) for line in (VENDOR / "SHA256SUMS").read_text().splitlines())
    found = {path.name for path in VENDOR.iterdir() if path.is_file()} - {"SHA256SUMS", "VENDOR.md"}
    assert set(recorded) == found
    for name, wanted in recorded.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == wanted, name


def test_every_vendored_file_has_a_row_or_is_told_of():
    page = (VENDOR / "VENDOR.md").read_text()
    names = [path.name for path in VENDOR.iterdir() if path.is_file() and path.name != "VENDOR.md"]
    assert [name for name in names if f"`{name}`" not in page and name not in page] == []


def test_the_guest_can_ask_the_host_and_nothing_else():
    engine = wasmtime.Engine()
    module = wasmtime.Module(engine, (VENDOR / "quickjs.wasm").read_bytes())
    assert {(found.module, found.name) for found in module.imports} == {("qflow", "call"), ("qflow", "take")}


def test_building_the_snapshot_twice_gives_the_same_bytes():
    runtime = Runtime()
    assert build_image(runtime) == build_image(runtime)


def test_the_guest_has_a_cid():
    assert guest_cid().startswith("bafy")
