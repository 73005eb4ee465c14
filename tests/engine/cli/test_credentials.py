"""Credentials from the command line."""

from __future__ import annotations


def test_a_credential_is_filled_in_tried_listed_and_forgotten(qflow, tmp_path):
    values = tmp_path / "values.json"
    values.write_text('{"token": "open sesame"}')
    named = ("httpBearerAuth", "My account")
    done = qflow("credential", "set", *named, "--values", f"@{values}", "--host", "api.example.com")
    assert "filled in" in done.err
    assert "right in itself" in qflow("credential", "test", *named).err
    listed = qflow("credential", "list")
    assert "My account" in listed.out
    assert "sesame" not in listed.out + qflow("credential", "list", "--json").out
    assert "forgotten" in qflow("credential", "delete", *named).err
    assert "there is no credential" in qflow("credential", "test", *named, code=2).err
    assert "no credentials" in qflow("credential", "list").out


def test_types_mark_their_secret_fields(qflow):
    assert "user, password*" in qflow("credential", "types").out
