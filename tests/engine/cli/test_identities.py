"""``qflow identity`` and ``qflow token narrow``, as people call them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.engine.cli.support import Qflow


def test_an_identity_lives_and_its_log_is_checked_without_a_node(qflow: Qflow, tmp_path: Path) -> None:
    made = qflow("identity", "create", "mailer", "--delegated", "--json").json
    rotated = qflow("identity", "rotate", made["id"], "--json").json
    assert [len(rotated["keys"]), rotated["keys"][0]["key"]] == [2, made["key"]]
    given = qflow(
        "identity",
        "delegate",
        "owner:personal",
        made["id"],
        "--scopes",
        "flows:read",
        "--days",
        "7",
        "--json",
    ).json
    assert given["delegations"][0]["scopes"] == ["flows:read"]

    file = tmp_path / "logs.json"
    qflow("identity", "export", made["id"], "-o", str(file))
    elsewhere = Qflow(tmp_path / "elsewhere")
    assert "2 events, signed and in order" in elsewhere("identity", "verify", str(file)).out
    assert not elsewhere.data_dir.exists()
    bundle = json.loads(file.read_text())
    events = bundle["logs"][made["id"]]
    events[1] = events[1][:40] + ("A" if events[1][40] != "A" else "B") + events[1][41:]
    file.write_text(json.dumps(bundle))
    refused = elsewhere("identity", "verify", str(file), code=1)
    assert made["id"] in refused.err
    assert "key event 1" in refused.err

    token = qflow("token", "create", "--identity", made["id"], "--scopes", "flows:read").out.strip()
    assert token.startswith("qfb_")
    narrow = qflow("token", "narrow", token, "--scopes", "flows:read", "--days", "1").out.strip()
    assert narrow != token
    assert qflow("identity", "revoke", made["id"], "--json").json["revokedAt"]


def test_the_recovery_key_is_shown_once_and_brings_in_new_keys(qflow: Qflow, tmp_path: Path) -> None:
    made = qflow("identity", "create", "Ada", "--subject", "person", "--json").json
    file = tmp_path / "recovery-key"
    file.write_text(made["recoveryKey"] + "\n")
    recovered = qflow("identity", "recover", made["id"], "--key-file", str(file), "--json").json
    assert recovered["key"] != made["key"]
    assert recovered["recoveryKey"] != made["recoveryKey"]
    again = qflow("identity", "recover", made["id"], "--key-file", str(file), code=1)
    assert "no recovery key" in again.err
    assert made["recoveryKey"] not in qflow("identity", "show", made["id"]).out
