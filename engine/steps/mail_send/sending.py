"""Handing mail to a server (SMTP, RFC 5321)."""

from __future__ import annotations

import smtplib
import socket
from contextlib import closing
from typing import Any

from engine.base.errors import NetworkFailure, StepFailure
from engine.steps.connecting import Line, tls_context
from engine.steps.mail_send.manifest import SmtpServer
from engine.steps.mail_send.message import Letter

_SAID_MAX = 300


class _Client(smtplib.SMTP):
    """A client whose connection is made elsewhere."""

    def __init__(self, line: Line, server: SmtpServer) -> None:
        super().__init__(local_hostname=server.greeting, timeout=line.seconds)
        self._line, self._server = line, server
        self._host = server.host

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock = self._line.connect(host, port)
        if self._server.security == "tls":
            tls = tls_context(self._server.verify, self._server.caCertificate)
            return self._line.secured(sock, tls, host)
        return sock


def send(line: Line, server: SmtpServer, letter: Letter) -> dict[str, Any]:
    """Send one mail: ``{"accepted", "rejected", "response", "envelope", "messageId", "messageSize"}``.

    Raises :class:`StepFailure` where the server says no to all recipients or to the mail.
    """
    try:
        return _sent(line, server, letter)
    except smtplib.SMTPAuthenticationError as error:
        raise StepFailure(f"{server.host} does not accept user and password: {_said(error)}") from error
    except smtplib.SMTPResponseException as error:
        raise _refused(server, _said(error), error.smtp_code) from error
    except smtplib.SMTPNotSupportedError as error:
        raise StepFailure(f"{server.host} does not offer what is needed: {error}") from error
    except smtplib.SMTPException as error:
        raise NetworkFailure(f"{server.host}: {str(error)[:_SAID_MAX]}") from error


def _sent(line: Line, server: SmtpServer, letter: Letter) -> dict[str, Any]:
    with closing(_Client(line, server)) as client:
        return _handed_over(line, client, server, letter)


def _handed_over(line: Line, client: _Client, server: SmtpServer, letter: Letter) -> dict[str, Any]:
    data = letter.bytes()
    _answered(server, client.connect(server.host, server.port))
    client.ehlo_or_helo_if_needed()
    _secure(line, client, server)
    if server.user:
        client.login(server.user, server.password)
    _answered(server, client.mail(letter.sender, [f"size={len(data)}"] if client.has_extn("size") else []))
    rejected = _recipients(server, client, letter)
    code, said = client.data(data)
    _answered(server, (code, said))
    client.quit()
    taken = [address for address in letter.recipients if address not in rejected]
    return {
        "accepted": taken,
        "rejected": rejected,
        "response": f"{code} {_text(said)}",
        "envelope": {"from": letter.sender, "to": letter.recipients},
        "messageId": letter.id,
        "messageSize": len(data),
    }


def _secure(line: Line, client: _Client, server: SmtpServer) -> None:
    """TLS before anything secret is said. A password never travels in clear unless ``none`` says so."""
    offered = client.has_extn("starttls")
    if server.security == "startTls" or (server.security == "offered" and offered):
        client.starttls(context=tls_context(server.verify, server.caCertificate))
        line.keep(client.sock)  # type: ignore[arg-type]
        client.ehlo_or_helo_if_needed()
    elif server.security == "offered" and server.user:
        raise StepFailure(
            f"{server.host} offers no TLS, and the password is not sent in clear; with security none it is"
        )


def _recipients(server: SmtpServer, client: _Client, letter: Letter) -> list[str]:
    rejected, last = [], (250, b"")
    for address in letter.recipients:
        code, said = client.rcpt(address)
        if code not in (250, 251):
            rejected.append(address)
            last = (code, said)
    if len(rejected) == len(letter.recipients):
        raise _refused(server, _text(last[1]), last[0])
    return rejected


def _answered(server: SmtpServer, answer: tuple[int, bytes]) -> None:
    if answer[0] >= 400 or answer[0] < 0:
        raise _refused(server, _text(answer[1]), answer[0])


def _refused(server: SmtpServer, said: str, code: int) -> StepFailure:
    """What the server may accept later (400 to 499) may be tried again."""
    return StepFailure(f"{server.host} refuses the mail: {code} {said}", retryable=400 <= code < 500)


def _said(error: smtplib.SMTPResponseException) -> str:
    said = error.smtp_error
    return f"{error.smtp_code} {_text(said if isinstance(said, bytes) else str(said).encode())}"


def _text(said: bytes) -> str:
    return said.decode("utf-8", "replace")[:_SAID_MAX]
