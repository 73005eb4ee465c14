"""Mail of the node, by its SMTP server (RFC 5321): ``QFLOW_MAIL_URL`` and ``QFLOW_MAIL_FROM``."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import ExitStack
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import unquote, urlsplit

from engine.api import NetworkFailure

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_SECONDS = 20
_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Outbox:
    """The server that takes the node's mail; ``sender`` is the address that it comes from."""

    url: str = field(repr=False)
    sender: str

    @property
    def there(self) -> bool:
        """Whether one is configured."""
        return bool(self.url and self.sender)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail in plain text. The same ``id`` twice is the same mail sent twice."""

    id: str
    to: str
    subject: str
    text: str


def send(outbox: Outbox, letter: Letter) -> None:
    """Hand a mail over; raises :class:`NetworkFailure`. TLS is used from the first byte (``smtps``) or asked
    for (``smtp``), except on this machine; no password travels without it."""
    try:
        with ExitStack() as stack:
            client = _connected(outbox)
            stack.callback(client.close)
            client.send_message(_message(outbox, letter), outbox.sender, [letter.to])
            client.quit()
    except (OSError, smtplib.SMTPException) as error:
        raise NetworkFailure(f"the mail server did not take it: {type(error).__name__}") from error


def _connected(outbox: Outbox) -> smtplib.SMTP:
    url = urlsplit(outbox.url)
    host, port = url.hostname or "", url.port or _PORTS[url.scheme]
    tls = ssl.create_default_context()
    if url.scheme == "smtps":
        client: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=tls)
    else:
        client = smtplib.SMTP(host, port, timeout=_SECONDS)
        if host not in _LOOPBACK:
            client.starttls(context=tls)
    if url.username:
        client.login(unquote(url.username), unquote(url.password or ""))
    return client


def _message(outbox: Outbox, letter: Letter) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = outbox.sender, letter.to
    message["Subject"] = " ".join(letter.subject.split())
    message["Message-ID"] = f"<{letter.id}@{outbox.sender.rpartition('@')[2].rstrip('>')}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message
