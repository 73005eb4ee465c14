"""Secrets from files and mounted directories."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from engine.base.errors import InvalidInput
from engine.ports.capabilities import Secret
from engine.ports.policy import PERSONAL
from engine.sandbox.capabilities import NodeKeys, SecretFiles, fresh_key

ONE = {"value": "long enough", "hosts": ["API.example.com:443"]}


def write(path: Path, secrets: Any) -> Path:
    path.write_text(json.dumps({"secrets": secrets}))
    return path


def test_a_file_holds_secrets_with_their_scopes(tmp_path: Path) -> None:
    theirs = {**ONE, "subnets": ["alpha", "beta"], "plainHttp": True}
    source = SecretFiles(write(tmp_path / "secrets.json", {"one": ONE, "two": theirs}))
    assert source.of(PERSONAL) == {
        "one": Secret("one", "long enough", ("api.example.com:443",), (PERSONAL,), False)
    }
    assert source.of("alpha") == {
        "two": Secret("two", "long enough", ("api.example.com:443",), ("alpha", "beta"), True)
    }
    assert source.of("gamma") == {}


def test_without_a_path_there_are_none() -> None:
    assert SecretFiles(None).of(PERSONAL) == {}


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    path = write(tmp_path / "secrets.json", {"one": ONE})
    source = SecretFiles(path)
    assert source.of(PERSONAL)["one"].value == "long enough"
    write(path, {"one": {**ONE, "value": "another value"}})
    os.utime(path, ns=(1, 1))
    assert source.of(PERSONAL)["one"].value == "another value"


def test_a_directory_holds_one_file_a_secret(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps(ONE))
    (tmp_path / "two").write_text("bare value\n")
    (tmp_path / "two.scope.json").write_text('{"hosts": ["b.example"]}')
    (tmp_path / "..data").mkdir()
    found = SecretFiles(tmp_path).of(PERSONAL)
    assert {name: secret.value for name, secret in found.items()} == {
        "one": "long enough",
        "two": "bare value",
    }
    (tmp_path / "three").write_text("no scope at all")
    with pytest.raises(InvalidInput, match=r"three\.scope\.json"):
        SecretFiles(tmp_path).of(PERSONAL)


@pytest.mark.parametrize(
    "text",
    [
        "s3cret-value",
        '{"secrets": {"one": "s3cret-value"}}',
        '{"secrets": {"one": {"value": "s3cret-value", "hosts": ["10.0.0.0/8"]}}}',
        '{"secrets": {"one": {"value": "s3cret-value", "hosts": ["a"], "host": "b"}}}',
        '{"secrets": {"one": {"value": "s3cret", "hosts": ["a"]}}}',
        '{"secrets": {"one": {"value": "s3cret-value\\n", "hosts": ["a"]}}}',
        '{"secrets": {"../one": {"value": "s3cret-value", "hosts": ["a"]}}}',
    ],
)
def test_a_wrong_file_is_refused_without_showing_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "secrets.json"
    path.write_text(text)
    with pytest.raises(InvalidInput) as caught:
        SecretFiles(path).of(PERSONAL)
    assert "s3cret" not in str(caught.value)
    assert "s3cret" not in str(caught.value.__cause__ or "")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="none"):
        SecretFiles(tmp_path / "none").of(PERSONAL)


def test_a_key_is_64_digits() -> None:
    assert NodeKeys(fresh_key()).key_id != NodeKeys(fresh_key()).key_id
    with pytest.raises(InvalidInput) as caught:
        NodeKeys("s3cret")
    assert "s3cret" not in str(caught.value)


def test_a_former_key_still_verifies() -> None:
    from engine.ports.grants import KvCapability
    from engine.sandbox.capabilities import attenuate
    from tests.engine.sandbox.capabilities.bench import Bench

    old = fresh_key()
    token = Bench((KvCapability(),), key=old).mint(KvCapability()).text
    former = NodeKeys(old)
    renewed = NodeKeys(fresh_key(), [bytes(former.public(former.key_id).to_bytes())])
    assert attenuate(token, renewed)
    with pytest.raises(InvalidInput):
        attenuate(token, NodeKeys(fresh_key()))


def test_a_secret_that_names_no_host_is_sent_nowhere(tmp_path: Path) -> None:
    """It can still be used to check the signatures of calls."""
    file = tmp_path / "secrets.json"
    file.write_text('{"secrets": {"one": {"value": "s3cret-value"}}}')
    assert SecretFiles(file).of(PERSONAL)["one"].hosts == ()
