"""Capabilities from the command line: ceilings, the audit, revocation."""

from __future__ import annotations


def test_ceilings_are_shown_added_and_taken_out(qflow):
    assert "allows nothing" in qflow("capabilities", "show").out
    assert "kv" in qflow("capabilities", "allow", '{"operation": "kv", "prefix": "a"}').out
    assert qflow("capabilities", "show", "--json").json["ceilings"][0]["prefix"] == "a"
    assert "no ceiling 2" in qflow("capabilities", "forbid", "2", code=2).err
    assert "allows nothing" in qflow("capabilities", "forbid", "1").out


def test_a_wrong_ceiling_names_what_is_wrong(qflow):
    assert "not JSON" in qflow("capabilities", "allow", "{", code=2).err
    assert "operation" in qflow("capabilities", "allow", "{}", code=2).err


def test_a_token_is_revoked_by_its_id(qflow):
    assert "is refused from now on" in qflow("capabilities", "revoke", "cap_" + "0" * 26).err
    assert "no id of a capability token" in qflow("capabilities", "revoke", "x", code=2).err
    assert "no uses" in qflow("capabilities", "uses", "--denied").out
