"""Modules compiled from C with clang and wasi-libc, as docs/wasm.md tells people to."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from engine.ports.modules import Risk
from tests.engine.sandbox.modules.support import ANY, CHANCE, LIMITS, call, modules

SOURCES = Path(__file__).parent / "c"
pytestmark = pytest.mark.services  # the compiler comes with make test-setup


def built(folder: Path, name: str, *options: str) -> bytes:
    """The module that clang makes of a source."""
    clang = shutil.which("clang")
    assert clang, "clang is missing; call: make test-setup"
    target = folder / f"{name}.wasm"
    command = [clang, "--target=wasm32-wasi", "-O2", *options, "-o", target, SOURCES / f"{name}.c"]
    subprocess.run(command, check=True, timeout=60)
    return target.read_bytes()


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    """A command."""
    return built(tmp_path_factory.mktemp("words"), "words")


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    """A reactor."""
    return built(tmp_path_factory.mktemp("text"), "text", "-mexec-model=reactor")


def test_a_command_counts_and_finds_no_world_outside(words):
    assert call(words, "", {"text": "one two  three"}) == {"words": 4}


def test_a_reactor_takes_documents_and_numbers(text):
    assert call(text, "shout", {"a": ["hello"]}) == {"A": ["HELLO"]}
    assert call(text, "fibonacci", [90]) == "2880067194370816120"
    assert call(text, "fibonacci", [10]) == 55


def test_a_stream_of_documents_needs_no_more_memory_than_a_few(text):
    module = modules().load(text, ANY)
    with modules().session(module, LIMITS, CHANCE) as session:
        session.call("shout", "x" * 10_000)
        before = session.usage().memory_bytes
        for _ in range(200):
            session.call("shout", "x" * 10_000)
        assert session.usage().memory_bytes == before


def test_all_the_memory_there_is_stays_below_the_limit(text):
    assert 20 < call(text, "hoard") < LIMITS.memory_bytes // (64 * 1024)


def test_the_report_names_what_a_compiler_leaves_behind(words, text):
    assert modules().validate(text).risk is Risk.MEDIUM
    assert {finding.code for finding in modules().validate(text).findings} == {"unbounded_memory"}
    assert {finding.code for finding in modules().validate(words).findings} == {
        "unbounded_memory",
        "reaches_out",
    }


def test_the_memory_can_be_given_a_maximum(tmp_path):
    data = built(tmp_path, "text", "-mexec-model=reactor", "-Wl,--max-memory=1048576")
    assert modules().validate(data).risk is Risk.LOW
