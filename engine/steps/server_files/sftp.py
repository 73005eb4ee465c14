"""Files by SFTP: the session's acts, each done on a loop that the step's thread drives."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, BinaryIO

from engine.base.errors import NetworkFailure, StepFailure, TimedOut
from engine.base.limits import FILES_FOUND_MAX
from engine.steps.connecting import Line
from engine.steps.server_files.entries import checked
from engine.steps.server_files.manifest import FileServer
from engine.steps.ssh_login import connection

_PIECE = 256 * 1024
_KINDS = {1: "-", 2: "d", 3: "l"}


class SftpSession:
    """:class:`Session` over SFTP."""

    def __init__(self, client: Any, runner: asyncio.Runner, line: Line, host: str) -> None:
        self._client, self._runner, self._line, self._host = client, runner, line, host

    def _done(self, work: Coroutine[Any, Any, Any]) -> Any:
        return _run(self._runner, self._line, self._host, work)

    def entries(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._done(self._entries(checked(path)))
        return found

    async def _entries(self, path: str) -> list[dict[str, Any]]:
        found = []
        async for entry in self._client.scandir(path):
            if entry.filename not in (".", ".."):
                found.append(_told(str(entry.filename), entry.attrs))
            if len(found) > FILES_FOUND_MAX:
                raise StepFailure(f"the folder holds more than {FILES_FOUND_MAX} files")
        return sorted(found, key=lambda entry: str(entry["name"]))

    def fetch(self, path: str, into: BinaryIO) -> None:
        self._done(self._fetch(checked(path), into))

    async def _fetch(self, path: str, into: BinaryIO) -> None:
        async with self._client.open(path, "rb") as source:
            while piece := await source.read(_PIECE):
                into.write(piece)

    def send(self, path: str, data: BinaryIO) -> None:
        self._done(self._send(checked(path), data))

    async def _send(self, path: str, data: BinaryIO) -> None:
        async with self._client.open(path, "wb") as target:
            while piece := data.read(_PIECE):
                await target.write(piece)

    def remove(self, path: str) -> None:
        self._done(self._client.remove(checked(path)))

    def remove_folder(self, path: str) -> None:
        self._done(self._client.rmdir(checked(path)))

    def make_folder(self, path: str) -> None:
        self._done(self._client.mkdir(checked(path)))

    def rename(self, path: str, to: str) -> None:
        self._done(self._client.rename(checked(path), checked(to)))


def _run(runner: asyncio.Runner, line: Line, host: str, work: Coroutine[Any, Any, Any]) -> Any:
    import asyncssh

    async def bounded() -> Any:
        async with asyncio.timeout(line.seconds):
            return await work

    try:
        return runner.run(bounded())
    except TimeoutError as error:
        raise TimedOut(f"{host}: the step's time is over") from error
    except asyncssh.PermissionDenied as error:
        raise StepFailure(f"{host} does not accept user and password or key") from error
    except (asyncssh.ConnectionLost, asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection) as error:
        raise NetworkFailure(f"{host}: the connection was lost") from error
    except (asyncssh.Error, asyncssh.SFTPError) as error:
        raise StepFailure(f"{host}: {str(error.reason)[:300]}") from error


@contextmanager
def sftp_session(line: Line, server: FileServer) -> Iterator[SftpSession]:
    """Log in, and log out in the end."""
    at = server.model_copy(update={"port": server.port or 22})
    with asyncio.Runner() as runner:
        opened = connection(line, at)
        found = _run(runner, line, server.host, opened.__aenter__())
        try:
            client = _run(runner, line, server.host, found.start_sftp_client())
            yield SftpSession(client, runner, line, server.host)
            client.exit()
        finally:
            _run(runner, line, server.host, opened.__aexit__(None, None, None))


def _told(name: str, attributes: Any) -> dict[str, Any]:
    mode = attributes.permissions or 0
    entry: dict[str, Any] = {
        "type": _KINDS.get(attributes.type, "-"),
        "name": name,
        "size": attributes.size or 0,
        "rights": {who: _rights(mode >> shift) for who, shift in {"user": 6, "group": 3, "other": 0}.items()},
        "owner": attributes.uid,
        "group": attributes.gid,
    }
    times = {"accessTime": attributes.atime, "modifyTime": attributes.mtime}
    return {**entry, **{key: _iso(seconds) for key, seconds in times.items() if seconds is not None}}


def _rights(bits: int) -> str:
    return "".join(letter for letter, bit in (("r", 4), ("w", 2), ("x", 1)) if bits & bit)


def _iso(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return ""
