"""Credentials that a file gives."""

from __future__ import annotations

import json

import pytest

from engine.base.errors import InvalidInput, WrongState
from engine.ports.credentials import CredentialKey, CredentialRecord
from engine.storage.credential_files import GivenFirst
from engine.testing.memory_credentials import MemoryCredentials

KEY = CredentialKey("note", "given")
FORM = {"type": "note", "name": "given", "values": {"word": "open sesame"}, "hosts": ["a.example"]}


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "credentials.json"
    file.write_text(json.dumps({"credentials": [FORM]}))
    return file


def test_what_the_file_gives_comes_before_what_is_stored(path):
    stored = MemoryCredentials()
    stored.put(CredentialRecord("personal", *KEY), {"word": "stored"})
    stored.put(CredentialRecord("personal", "note", "own"), {"word": "own"})
    both = GivenFirst(path, stored)
    assert both.contents("personal", KEY).values == {"word": "open sesame"}
    assert both.contents("personal", CredentialKey("note", "own")).values == {"word": "own"}
    assert [record.name for record in both.records("personal")] == ["given", "own"]
    assert both.contents("elsewhere", KEY) is None
    assert both.records("elsewhere") == []


def test_what_the_file_gives_cannot_be_changed(path):
    both = GivenFirst(path, MemoryCredentials())
    assert not both.keep_state("personal", KEY, {}, 1)
    for change in (
        lambda: both.put(CredentialRecord("personal", *KEY), None),
        lambda: both.delete("personal", KEY),
    ):
        with pytest.raises(WrongState, match="QFLOW_CREDENTIALS_FILE"):
            change()


def test_a_changed_file_is_read_again(path):
    both = GivenFirst(path, MemoryCredentials())
    assert both.record("personal", KEY).hosts == ("a.example",)
    path.write_text(json.dumps({"credentials": [{**FORM, "hosts": ["b.example", "c.example"]}]}))
    assert both.record("personal", KEY).hosts == ("b.example", "c.example")


@pytest.mark.parametrize("text", ["", "[]", '{"credentials": [{"values": {"word": "open sesame"}, "x": 1}]}'])
def test_a_wrong_file_is_refused_without_its_values(path, text):
    path.write_text(text)
    with pytest.raises(InvalidInput) as found:
        GivenFirst(path, MemoryCredentials()).records("personal")
    assert "sesame" not in str(found.value)
    path.unlink()
    with pytest.raises(InvalidInput, match="cannot be read"):
        GivenFirst(path, MemoryCredentials()).records("personal")
