"""Which credentials a step names."""

from __future__ import annotations

from engine.flow.credentials import credentials_in

MINE = {"type": "note", "name": "mine"}


def test_credentials_are_found_however_deep_and_each_once():
    given = {
        "auth": {"credential": MINE},
        "list": [{"credential": {"type": "a", "name": "b"}}, {"credential": MINE}],
    }
    assert credentials_in(given) == [("a", "b"), ("note", "mine")]


def test_what_is_worked_out_names_no_credential():
    for name in ("{{ $json.name }}", "$json.name", 5, None, ["mine"]):
        assert credentials_in({"credential": {"type": "note", "name": name}}) == []
    assert credentials_in({"credential": "{{ $json }}"}) == []
    assert credentials_in({"credential": {**MINE, "more": 1}}) == []
    assert credentials_in("{{ $json.credential }}") == []
