"""Tests of servers whose host, user and password stand in a credential."""

from __future__ import annotations

import pytest

from engine.base.errors import CapabilityDenied, InvalidInput
from engine.steps.mail_read.manifest import ImapServer
from engine.steps.mail_send.manifest import SmtpServer
from engine.steps.server_files.manifest import FileServer
from engine.steps.servers import filled
from engine.testing.memory_credentials import GivenCredentials
from engine.testing.step_bench import StepBench


def server(model, kind, values, **given):
    reference = {"type": kind, "name": "mine"}
    parameters = {"server": {**given, "credential": reference}}
    context = StepBench(
        "flow.noop", parameters, credential=GivenCredentials((kind, "mine", {"host": "h.example", **values}))
    ).context()
    return filled(context, model(**parameters["server"]), (kind,))


def test_the_credential_names_host_user_and_password():
    found = server(SmtpServer, "smtp", {"user": "ann", "password": "secret", "hostName": "me.example"})
    assert (found.host, found.port, found.user, found.password) == ("h.example", 465, "ann", "secret")
    assert (found.security, found.greeting) == ("tls", "me.example")


@pytest.mark.parametrize(
    ("model", "kind", "values", "security"),
    [
        (SmtpServer, "smtp", {"secure": False}, "offered"),
        (SmtpServer, "smtp", {"secure": False, "disableStartTls": True}, "none"),
        (ImapServer, "imap", {"secure": False}, "none"),
        (ImapServer, "imap", {}, "tls"),
    ],
)
def test_the_credential_says_how_it_travels(model, kind, values, security):
    assert server(model, kind, values).security == security


def test_keys_and_what_stands_in_the_step_are_kept():
    values = {"username": "ann", "privateKey": "K", "passphrase": "P"}
    found = server(FileServer, "sftp", values, hostKey="SHA256:x")
    assert (found.user, found.privateKey, found.passphrase, found.hostKey) == ("ann", "K", "P", "SHA256:x")
    assert server(ImapServer, "imap", {"allowUnauthorizedCerts": True}).verify is False


def test_no_flow_sends_a_credential_to_another_host():
    assert server(ImapServer, "imap", {}, host="h.example").host == "h.example"
    with pytest.raises(InvalidInput, match="another host"):
        server(ImapServer, "imap", {}, host="evil.example")


def test_other_types_missing_hosts_and_missing_credentials_are_told():
    context = StepBench("flow.noop").context()
    reference = {"type": "ftp", "name": "mine"}
    with pytest.raises(InvalidInput, match="this step takes: imap"):
        filled(context, ImapServer(credential=reference), ("imap",))
    with pytest.raises(InvalidInput, match=r"server\.host is missing"):
        filled(context, ImapServer(), ("imap",))
    with pytest.raises(CapabilityDenied):
        filled(context, ImapServer(credential={**reference, "type": "imap"}), ("imap",))
