"""Talking to a mailbox (IMAP4rev1, RFC 3501), bounded in what the server may send."""

from __future__ import annotations

import base64
import imaplib
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from engine.base.errors import InvalidInput, NetworkFailure, PayloadTooLarge, StepFailure
from engine.base.limits import MAIL_BYTES_MAX, MAIL_SESSION_BYTES_MAX
from engine.steps.connecting import Line, tls_context
from engine.steps.mail_read.manifest import ImapServer

_SAFE = re.compile(r"[\x20-\x7e]+\Z")
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,12})")
_UID = re.compile(rb"\d{1,10}")
_FLAGS = re.compile(rb"FLAGS \(([^)]*)\)")


class _Client(imaplib.IMAP4):
    """A client whose connection is made elsewhere, and that reads no more than it should."""

    def __init__(self, line: Line, server: ImapServer) -> None:
        self._line, self._server = line, server
        self._left = MAIL_SESSION_BYTES_MAX
        super().__init__(server.host, server.port, line.seconds)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        sock = self._line.connect(self._server.host, self._server.port)
        if self._server.security == "tls":
            tls = tls_context(self._server.verify, self._server.caCertificate)
            return self._line.secured(sock, tls, self._server.host)
        return sock

    def read(self, size: int) -> bytes:
        """So many bytes of a literal; raises :class:`PayloadTooLarge` before they are read."""
        self._count(size)
        return super().read(size)

    def readline(self) -> bytes:
        """A line; raises :class:`PayloadTooLarge`."""
        found = super().readline()
        self._count(len(found))
        return found

    def _count(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise PayloadTooLarge(
                f"{self._server.host} sends more than {MAIL_SESSION_BYTES_MAX} bytes; lower max"
            )


class Mailbox:
    """An open folder."""

    def __init__(self, client: imaplib.IMAP4, server: ImapServer) -> None:
        self._client, self._server = client, server

    def found(self, search: str, most: int) -> list[bytes]:
        """The numbers (UID) of the mails that fit, the oldest first."""
        if not _SAFE.match(search) or "{" in search:
            raise InvalidInput("search holds letters that IMAP criteria do not have")
        listed = self._asked(*self._client.uid("SEARCH", search))
        numbers = [one for part in listed if part for one in _UID.findall(part)]
        return sorted(numbers, key=int)[:most]

    def mail(self, number: bytes) -> tuple[bytes, list[str]]:
        """A mail and its flags, without marking it; raises :class:`PayloadTooLarge`."""
        text = number.decode("ascii")
        about = b" ".join(_parts(self._asked(*self._client.uid("FETCH", text, "(RFC822.SIZE FLAGS)"))))
        size = _SIZE.search(about)
        if size and int(size[1]) > MAIL_BYTES_MAX:
            raise PayloadTooLarge(f"mail {text} has {int(size[1])} bytes; at most {MAIL_BYTES_MAX} are read")
        flags = _FLAGS.search(about)
        found = self._asked(*self._client.uid("FETCH", text, "(BODY.PEEK[])"))
        bodies = [part[1] for part in found if isinstance(part, tuple) and len(part) > 1]
        if not bodies:
            raise StepFailure(f"mail {text} is gone: {self._server.host} does not give it", retryable=True)
        return bytes(bodies[0]), flags[1].decode("ascii", "replace").split() if flags else []

    def mark_seen(self, numbers: list[bytes]) -> None:
        """Set the flag of all of them."""
        if numbers:
            self._asked(*self._client.uid("STORE", b",".join(numbers).decode("ascii"), "+FLAGS", "(\\Seen)"))

    def _asked(self, answer: str, given: list[bytes | tuple[bytes, ...] | None]) -> list[bytes]:
        if answer != "OK":
            said = b" ".join(part for part in given if isinstance(part, bytes)).decode("utf-8", "replace")
            raise StepFailure(f"{self._server.host} says {answer}: {said[:300]}")
        return given  # type: ignore[return-value]


def _parts(given: list[bytes]) -> Iterator[bytes]:
    for part in given:
        yield from part if isinstance(part, tuple) else [part] if part else []


@contextmanager
def mailbox(line: Line, server: ImapServer, folder: str, *, writable: bool) -> Iterator[Mailbox]:
    """Log in, open the folder, and log out in the end. Raises :class:`StepFailure` for a refusal."""
    for name, text in (("user", server.user), ("password", server.password)):
        if any(ord(letter) < 32 or ord(letter) > 126 for letter in text):
            raise InvalidInput(f"server.{name} holds letters that IMAP's LOGIN does not take")
    quoted = _quoted(_folder(folder))
    try:
        client = _Client(line, server)
        try:
            _logged_in(line, client, server)
            answer, said = client.select(quoted, readonly=not writable)
            if answer != "OK":
                raise StepFailure(f"{server.host} has no folder {folder[:80]!r}: {said[0]!r}"[:400])
            yield Mailbox(client, server)
            client.logout()
        finally:
            with suppress(OSError):
                client.shutdown()
    except imaplib.IMAP4.abort as error:
        raise NetworkFailure(f"{server.host} broke off: {str(error)[:300]}") from error
    except imaplib.IMAP4.error as error:
        raise StepFailure(f"{server.host} refuses: {str(error)[:300]}") from error


def _logged_in(line: Line, client: _Client, server: ImapServer) -> None:
    if server.security == "startTls":
        if "STARTTLS" not in client.capabilities:
            raise StepFailure(f"{server.host} offers no TLS, and the password is not sent in clear")
        client.starttls(tls_context(server.verify, server.caCertificate))
        line.keep(client.sock)
    client.login(_quoted(server.user), server.password)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _folder(name: str) -> str:
    """A folder's name in IMAP's UTF-7 (RFC 3501, section 5.1.3)."""
    if any(ord(letter) < 32 for letter in name):
        raise InvalidInput("folder holds a control character")
    found = []
    for part in re.split(r"([^\x20-\x7e]+)", name):
        if part and not _SAFE.match(part):
            encoded = base64.b64encode(part.encode("utf-16-be", "surrogatepass")).decode("ascii")
            found.append(f"&{encoded.rstrip('=').replace('/', ',')}-")
        else:
            found.append(part.replace("&", "&-"))
    return "".join(found)
