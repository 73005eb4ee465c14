"""Real mail servers on loopback: one that takes mail (SMTP), and a small one that gives it (IMAP4rev1)."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from tests.servers.base import Listener


class Inbox:
    """Keeps every mail that comes in; ``refused`` are addresses it does not take."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.refused: set[str] = set()
        self.answer = "250 taken"

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        if address in self.refused:
            return "550 no such box"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:
        self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
        self.mails.append(message_from_bytes(envelope.original_content, policy=default))
        return self.answer


class _Controller(Controller):
    """Listens on a port that the system chooses."""

    def __init__(self, inbox: Inbox, **options) -> None:
        self._options = options
        self._sock = socket.create_server(("127.0.0.1", 0))
        super().__init__(inbox, hostname="127.0.0.1", port=self._sock.getsockname()[1])

    def factory(self) -> SMTP:
        return SMTP(self.handler, hostname="localhost", **self._options)

    def _create_server(self):
        return self.loop.create_server(self._factory_invoker, sock=self._sock, ssl=self.ssl_context)

    def _trigger_server(self) -> None:
        socket.create_connection(("127.0.0.1", self.port), timeout=10).close()


class SmtpServer:
    """A server that takes mail, with a user ``ann`` whose password is ``secret`` where ``login`` is set."""

    def __init__(
        self, *, tls: ssl.SSLContext | None = None, start_tls: ssl.SSLContext | None = None, login=False
    ):
        self.inbox = Inbox()
        self.logins: list[tuple[str, str]] = []
        self._controller = _Controller(
            self.inbox,
            tls_context=start_tls,
            require_starttls=start_tls is not None,
            authenticator=self._known if login else None,
            auth_require_tls=False,
        )
        self._controller.ssl_context = tls
        self.port = self._controller.port

    def _known(self, server, session, envelope, mechanism, data) -> AuthResult:
        given = (data.login.decode(), data.password.decode())
        self.logins.append(given)
        return AuthResult(success=given == ("ann", "secret"), handled=False)

    def __enter__(self) -> SmtpServer:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()


@dataclass
class Held:
    """A mail in a mailbox."""

    data: bytes
    flags: set[str] = field(default_factory=set)


class ImapServer(Listener):
    """A mailbox of ``ann`` with the password ``secret``; ``folders`` holds mails by UID from 1.
    ``asked`` are all lines that came in; ``lies`` are answers given instead, by command."""

    def __init__(self, *mails: bytes, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(self._talk, tls)
        self.folders = {"INBOX": [Held(mail) for mail in mails]}
        self.asked: list[str] = []
        self.lies: dict[str, bytes] = {}

    def _talk(self, connection: socket.socket) -> None:
        stream = connection.makefile("rwb")
        session = _Session(self, stream)
        with contextlib.closing(stream):
            stream.write(b"* OK ready\r\n")
            stream.flush()
            while not self.stopping.is_set() and session.open:
                line = stream.readline()
                if not line:
                    return
                self.asked.append(line.decode("latin-1").rstrip())
                session.answer(line.decode("latin-1").rstrip())
                stream.flush()


class _Session:
    def __init__(self, server: ImapServer, stream) -> None:
        self._server, self._stream, self.open = server, stream, True
        self._folder: list[Held] = []
        self._readonly = False

    def answer(self, line: str) -> None:
        tag, _, rest = line.partition(" ")
        words = rest.split(" ")
        name = words[1].upper() if words[0].upper() == "UID" else words[0].upper()
        if name in self._server.lies:
            self._stream.write(self._server.lies[name])
            return
        known = getattr(self, f"_{name.lower()}", None)
        verdict = known(rest) if known else "BAD what"
        self._stream.write(f"{tag} {verdict} then\r\n".encode("latin-1"))

    def _say(self, text: str) -> None:
        self._stream.write(f"* {text}\r\n".encode("latin-1"))

    def _capability(self, _: str) -> str:
        self._say("CAPABILITY IMAP4rev1")
        return "OK"

    def _login(self, rest: str) -> str:
        return "OK" if rest == 'LOGIN "ann" "secret"' else "NO wrong user or password"

    def _select(self, rest: str) -> str:
        name = rest.partition(" ")[2].strip('"')
        self._readonly = rest.upper().startswith("EXAMINE")
        if name not in self._server.folders:
            return "NO no such folder"
        self._folder = self._server.folders[name]
        self._say(f"{len(self._folder)} EXISTS")
        return "OK [READ-WRITE]"

    _examine = _select

    def _search(self, rest: str) -> str:
        fits = [
            number
            for number, held in enumerate(self._folder, 1)
            if "UNSEEN" not in rest or "\\Seen" not in held.flags
        ]
        self._say(" ".join(["SEARCH", *map(str, fits)]))
        return "OK"

    def _fetch(self, rest: str) -> str:
        number = int(rest.split(" ")[2])
        held = self._folder[number - 1]
        if "SIZE" in rest:
            self._say(
                f"{number} FETCH (UID {number} RFC822.SIZE {len(held.data)} FLAGS ({' '.join(held.flags)}))"
            )
            return "OK"
        self._stream.write(f"* {number} FETCH (UID {number} BODY[] {{{len(held.data)}}}\r\n".encode())
        self._stream.write(held.data + b")\r\n")
        return "OK"

    def _store(self, rest: str) -> str:
        if self._readonly:
            return "NO read-only"
        for number in re.findall(r"\d+", rest.split(" ")[2]):
            self._folder[int(number) - 1].flags.add("\\Seen")
        return "OK"

    def _logout(self, _: str) -> str:
        self._say("BYE")
        self.open = False
        return "OK"
