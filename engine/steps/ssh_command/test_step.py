"""Tests of ssh.command against a real server on loopback."""

from __future__ import annotations

import pytest

from engine.base.errors import (
    EgressDenied,
    InvalidInput,
    NetworkFailure,
    PayloadTooLarge,
    StepFailure,
    TimedOut,
)
from engine.ports.policy import PERSONAL, EgressPolicy, Policy
from engine.testing.step_bench import StepBench
from tests.servers.base import Listener
from tests.servers.ssh import SshServer, key_of_user

OPEN = Policy(PERSONAL, egress=EgressPolicy(allow=("127.0.0.0/8",)))


@pytest.fixture(scope="module")
def ssh(tmp_path_factory):
    with SshServer(tmp_path_factory.mktemp("root")) as running:
        yield running


@pytest.fixture(autouse=True)
def _forget(ssh):
    ssh.commands.clear()
    ssh.logins.clear()


def bench(ssh, policy=OPEN, server=None, timeout_ms=20_000, **parameters):
    where = {
        "host": "127.0.0.1",
        "port": ssh.port,
        "user": "ann",
        "password": "secret",
        "hostKey": ssh.fingerprint,
    }
    return StepBench(
        "ssh.command",
        {"server": {**where, **(server or {})}, "command": "echo", **parameters},
        policy=policy,
        timeout_ms=timeout_ms,
    )


def run(ssh, **parameters):
    (item,) = bench(ssh, **parameters).run([{"json": {}}]).outputs["main"]
    return item["json"]


def test_a_command_gives_code_and_output(ssh):
    assert run(ssh, command="greet") == {"code": 0, "signal": None, "stdout": "hi ä", "stderr": ""}
    assert run(ssh, command="fail") == {"code": 3, "signal": None, "stdout": "", "stderr": "no"}
    assert run(ssh, command="killed")["signal"] == "KILL"
    with pytest.raises(StepFailure, match="ended with 3: no"):
        run(ssh, command="fail", neverError=False)


def test_a_folder_is_quoted(ssh):
    run(ssh, command="greet", folder="/a b; rm -rf /")
    assert ssh.commands == ["cd '/a b; rm -rf /' && greet"]


def test_a_key_is_as_good_as_a_password(ssh):
    safe = {"password": "", "privateKey": key_of_user("word"), "passphrase": "word"}
    assert run(ssh, server=safe, command="greet")["code"] == 0
    with pytest.raises(InvalidInput, match="passphrase"):
        run(ssh, server={**safe, "passphrase": "other"})
    with pytest.raises(StepFailure, match="does not accept") as caught:
        run(ssh, server={"password": "wrong-one"})
    assert "wrong-one" not in str(caught.value)


@pytest.mark.parametrize("pin", ["", "SHA256:" + "A" * 43])
def test_a_machine_with_another_key_learns_nothing(ssh, pin):
    with pytest.raises(StepFailure, match="SHA256") as caught:
        run(ssh, server={"hostKey": pin})
    assert ssh.fingerprint in str(caught.value)
    assert ssh.commands == ssh.logins == []


def test_the_key_may_be_pinned_as_in_known_hosts(ssh):
    for pin in (ssh.public_key, f"[127.0.0.1]:22 {ssh.public_key}"):
        assert run(ssh, server={"hostKey": pin}, command="greet")["code"] == 0
    with pytest.raises(InvalidInput, match="hostKey"):
        run(ssh, server={"hostKey": "nonsense"})


def test_output_and_time_are_bounded(ssh):
    with pytest.raises(PayloadTooLarge):
        run(ssh, command="flood", outputMax=10_000)
    with pytest.raises(TimedOut):
        run(ssh, command="wait", timeout_ms=700)


def test_the_egress_policy_stands_before_the_machine(ssh):
    for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]"):
        with pytest.raises(EgressDenied):
            run(ssh, policy=Policy(PERSONAL), server={"host": host})
    assert ssh.logins == []


def test_a_machine_that_is_none_is_a_failure_of_the_network():
    with Listener(lambda sock: sock.close()) as silent:
        silent.fingerprint = ""
        with pytest.raises((NetworkFailure, StepFailure)):
            run(silent)
