"""Files by FTP (RFC 959, 2228, 3659): passive mode, every connection judged by the guard."""

from __future__ import annotations

import ftplib
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, BinaryIO

from engine.base.errors import InvalidInput, StepFailure
from engine.base.limits import FILES_FOUND_MAX
from engine.steps.connecting import Line, tls_context
from engine.steps.server_files.entries import checked
from engine.steps.server_files.manifest import FileServer

_LISTED = re.compile(
    r"(?P<type>[-dlbcps])(?P<rights>\S{9})\S*\s+\d+\s+(?P<owner>\S+)\s+(?P<group>\S+)\s+(?P<size>\d+)\s+"
    r"(?P<when>\w{3}\s+\d{1,2}\s+[\d:]{4,5})\s(?P<name>.+)\Z"
)
_LISTED_DOS = re.compile(
    r"(?P<when>\d\d-\d\d-\d\d(?:\d\d)?\s+\d\d:\d\d[AP]M)\s+(?P<size><DIR>|\d+)\s+(?P<name>.+)\Z"
)
_PIECE = 256 * 1024


class _Client(ftplib.FTP):
    """A client whose connections are made elsewhere; data come from the address it is logged in to alone."""

    encoding = "utf-8"

    def __init__(self, line: Line, server: FileServer, tls: ssl.SSLContext | None) -> None:
        super().__init__(timeout=line.seconds, encoding="utf-8")
        self._line, self._server, self._tls = line, server, tls

    def open(self) -> None:
        """Connect, and switch to TLS where that is wanted."""
        self.host, self.port = self._server.host, self._server.port or 21
        self.sock = self._line.connect(self.host, self.port)
        self.af = self.sock.family
        self._read_from(self.sock)
        self.welcome = self.getresp()
        if self._tls is not None:
            self.voidcmd("AUTH TLS")
            self.sock = self._line.secured(self.sock, self._tls, self.host)
            self._read_from(self.sock)

    def _read_from(self, sock: socket.socket) -> None:
        self.file = sock.makefile("r", encoding=self.encoding, errors="replace")

    def protect(self) -> None:
        """Encrypt the data, too (RFC 4217)."""
        if self._tls is not None:
            self.voidcmd("PBSZ 0")
            self.voidcmd("PROT P")

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int | None]:
        """A connection for data, and how many bytes to expect."""
        _, port = self.makepasv()
        sock = self._line.connect_again(self.host, self.sock, port)  # type: ignore[arg-type]
        answer = self.sendcmd(cmd)
        if answer[0] == "2":  # some servers say first that they are done
            answer = self.getresp()
        if answer[0] != "1":
            raise ftplib.error_reply(answer)  # noqa: S321 - as above
        if self._tls is not None:
            sock = self._line.secured(sock, self._tls, self.host)
        return sock, None


class FtpSession:
    """:class:`Session` over FTP."""

    def __init__(self, client: _Client) -> None:
        self._client = client
        self._machine = True  # whether it lists for machines (MLSD)

    def entries(self, path: str) -> list[dict[str, Any]]:
        """By MLSD, or else what LIST tells of a Unix or Windows."""
        if self._machine:
            try:
                facts = self._lines(f"MLSD {checked(path)}")
                return [entry for line in facts if (entry := _fact(line)) is not None]
            except ftplib.error_perm as error:
                if str(error)[:3] not in ("500", "501", "502", "504"):
                    raise
                self._machine = False
        lines = self._lines(f"LIST {checked(path)}")
        return [entry for line in lines if (entry := _listed(line)) is not None]

    def _lines(self, command: str) -> list[str]:
        found: list[str] = []

        def take(line: str) -> None:
            if len(found) > FILES_FOUND_MAX:
                raise StepFailure(f"the folder holds more than {FILES_FOUND_MAX} files")
            found.append(line)

        self._client.retrlines(command, take)
        return found

    def fetch(self, path: str, into: BinaryIO) -> None:
        self._client.retrbinary(f"RETR {checked(path)}", into.write, _PIECE)

    def send(self, path: str, data: BinaryIO) -> None:
        self._client.storbinary(f"STOR {checked(path)}", data, _PIECE)

    def remove(self, path: str) -> None:
        self._client.delete(checked(path))

    def remove_folder(self, path: str) -> None:
        self._client.rmd(checked(path))

    def make_folder(self, path: str) -> None:
        try:
            self._client.mkd(checked(path))
        except ftplib.error_perm as error:
            raise StepFailure(str(error)) from error

    def rename(self, path: str, to: str) -> None:
        self._client.rename(checked(path), checked(to))


@contextmanager
def ftp_session(line: Line, server: FileServer, *, tls: bool) -> Iterator[FtpSession]:
    """Log in. Raises :class:`StepFailure` for what the server refuses."""
    for text in (server.user, server.password):
        if any(ord(letter) < 32 for letter in text):
            raise InvalidInput("server.user or server.password holds a control character")
    client = _Client(line, server, tls_context(server.verify, server.caCertificate) if tls else None)
    try:
        client.open()
        client.login(server.user or "anonymous", server.password)
        client.protect()
        yield FtpSession(client)
        client.quit()
    except ftplib.error_temp as error:
        raise StepFailure(f"{server.host}: {str(error)[:300]}", retryable=True) from error
    except (ftplib.error_perm, ftplib.error_reply, ftplib.error_proto) as error:
        raise StepFailure(f"{server.host}: {str(error)[:300]}") from error
    except ftplib.Error as error:
        raise StepFailure(f"{server.host} cannot be understood: {str(error)[:300]}") from error
    finally:
        with suppress(OSError):
            client.close()


def _fact(line: str) -> dict[str, Any] | None:
    """An entry of MLSD: ``type=file;size=3;modify=20260101120000; name``."""
    facts, _, name = line.partition(" ")
    found = dict(pair.lower().partition("=")[::2] for pair in facts.split(";") if "=" in pair)
    kind = found.get("type", "file")
    if kind in ("cdir", "pdir") or not name:
        return None
    entry: dict[str, Any] = {"type": "d" if kind == "dir" else "l" if "link" in kind else "-", "name": name}
    size = found.get("size", "")
    return {**entry, "size": int(size) if size.isdecimal() else 0, **_time(found.get("modify", ""))}


def _time(text: str) -> dict[str, str]:
    try:
        moment = datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return {}
    return {"modifyTime": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")}


def _listed(line: str) -> dict[str, Any] | None:
    """An entry of LIST as Unix and Windows write it; its time is text, since the year may be missing."""
    if found := _LISTED.match(line.strip()):
        name = found["name"].partition(" -> ")[0] if found["type"] == "l" else found["name"]
        kind = found["type"] if found["type"] in "dl" else "-"
        about = {"owner": found["owner"], "group": found["group"], "rights": found["rights"]}
        entry = {"type": kind, "name": name, "size": int(found["size"]), "modified": found["when"], **about}
    elif found := _LISTED_DOS.match(line.strip()):
        folder = found["size"] == "<DIR>"
        entry = {
            "type": "d" if folder else "-",
            "name": found["name"],
            "size": 0 if folder else int(found["size"]),
        }
        entry["modified"] = found["when"]
    else:
        return None
    return None if entry["name"] in (".", "..") else entry
