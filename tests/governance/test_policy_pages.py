"""The pages of the signed policy: its history, and a validator's signature from outside the node."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
from nacl.signing import SigningKey

from engine.api import multikey
from engine.api.governing import decode_canonical, policy_in_force, policy_to_sign
from governance.comparing import document_changes
from tests.governance.hall import Hall, pages_of, visitor

KEY = SigningKey(hashlib.sha256(b"a validator's browser").digest())


def test_a_change_of_a_document_is_told_part_by_part() -> None:
    before = {"approved": ["a"], "stopped": {}, "step_timeout_ms": 5}
    after = {"approved": ["b"], "stopped": {"a": 9}, "step_timeout_ms": 6}
    assert document_changes(before, after, {"b": "resize 2"}) == [
        ("removed", "approved: a"),
        ("added", "approved: resize 2 (b)"),
        ("changed", "step_timeout_ms: 5 → 6"),
        ("added", "stopped: a: 9"),
    ]
    assert document_changes(after, after, {}) == []


def test_the_history_says_what_each_version_changed(hall: Hall) -> None:
    hall.approved()
    with pages_of(hall):
        text = visitor(hall, "cem").get("/governance/policy").content.decode()
    assert "Version 2" in text
    assert "approved: resize 1" in text
    assert text.count("in force</span>") == 1


@pytest.fixture
def guarded(hall: Hall) -> Hall:
    """A hall in which Ann's own key signs the policy beside the node's."""
    mine = multikey(KEY.verify_key.encode())
    keys = {**hall.dao.validators.keys, mine: hall.people["ann"].identity}
    hall.passed({"kind": "validators", "title": "Two", "change": {"keys": keys, "threshold": 2}})
    return hall


def test_a_validator_reads_and_signs_what_waits(guarded: Hall) -> None:
    with pages_of(guarded):
        ann = visitor(guarded, "ann")
        assert "Read and sign version 2" in ann.get("/governance/policy").content.decode()
        waiting = ann.get("/governance/policy/waiting").json()
        body = base64.b64decode(waiting["body"])
        assert decode_canonical(body)["version"] == waiting["version"] == 2
        signature = KEY.sign(policy_to_sign(body)).signature
        sent = {"version": 2, "key": multikey(KEY.verify_key.encode())}
        forged = {**sent, "signature": base64.b64encode(bytes(64)).decode()}
        assert _posted(ann, forged) == 422
        assert _posted(ann, {**sent, "signature": base64.b64encode(signature).decode()}) == 200
        assert ann.get("/governance/policy/waiting").status_code == 404
    in_force = policy_in_force(guarded.world, "acme")
    assert in_force is not None
    assert (in_force.version, in_force.threshold) == (2, 2)


def _posted(client, body) -> int:
    answer = client.post("/governance/policy/sign", json.dumps(body), content_type="application/json")
    return answer.status_code
