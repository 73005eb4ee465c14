"""Logging in to machines by SSH, with the host's key pinned, over a connection that the guard allows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from pydantic import Field

from engine.base.errors import InvalidInput, NetworkFailure, StepFailure, TimedOut
from engine.base.limits import CONNECT_SECONDS_MAX
from engine.ports.step_catalogue import StepContext
from engine.steps.base import CredentialRef
from engine.steps.connecting import Line, line
from engine.steps.servers import Server, server_credential

Answer = TypeVar("Answer")


class SshServer(Server):
    """A machine that is reached by SSH."""

    credential: CredentialRef | None = server_credential("sshPassword", "sshPrivateKey", "sftp")
    port: int = Field(22, ge=1, le=65535, description="Its port.")
    privateKey: str = Field(
        "",
        max_length=100_000,
        repr=False,
        description="A private key (OpenSSH or PEM), instead of a password.",
    )
    passphrase: str = Field("", max_length=1_000, repr=False, description="What opens the private key.")
    hostKey: str = Field(
        "",
        max_length=10_000,
        description="The machine's key: its fingerprint (SHA256:...), or the public key as in known_hosts.",
    )


def with_ssh(context: StepContext, server: SshServer, work: Any, *more: Any) -> Any:
    """What ``work(connection, *more)``, a coroutine, gives. Raises :class:`EgressDenied`,
    :class:`NetworkFailure`, :class:`StepFailure` and :class:`TimedOut`."""
    import asyncssh

    if not server.user:
        raise InvalidInput("server.user is missing")
    with line(context, server.host) as wire:
        try:
            return _run(wire, _connected(wire, server, work, more))
        except asyncssh.PermissionDenied as error:
            raise StepFailure(f"{server.host} does not accept user and password or key") from error
        except asyncssh.ConnectionLost as error:
            raise NetworkFailure(f"{server.host}: the connection was lost") from error
        except (asyncssh.Error, asyncssh.SFTPError) as error:
            raise StepFailure(f"{server.host}: {str(error.reason)[:300]}") from error


def _run(wire: Line, work: Coroutine[Any, Any, Answer]) -> Answer:
    """Run on a loop of its own, no longer than the step may take."""

    async def bounded() -> Answer:
        async with asyncio.timeout(wire.seconds):
            return await work

    try:
        return asyncio.run(bounded())
    except TimeoutError as error:
        raise TimedOut("the step's time is over") from error


async def _connected(wire: Line, server: SshServer, work: Any, more: tuple[Any, ...]) -> Any:
    async with connection(wire, server) as found:
        return await work(found, *more)


@asynccontextmanager
async def connection(wire: Line, server: SshServer) -> AsyncIterator[Any]:
    """A connection that is logged in; nothing of the node's own keys, agents and settings is used."""
    import asyncssh

    pin = _Pin(server)
    sock = wire.connect(server.host, server.port)
    sock.setblocking(False)
    keys = _keys(server)
    try:
        found = await asyncssh.connect(
            server.host,
            server.port,
            sock=sock,
            config=None,
            username=server.user,
            password=server.password or None,
            client_keys=keys or None,
            agent_path=None,
            agent_forwarding=False,
            gss_host=None,
            x509_trusted_certs=None,
            known_hosts=([], [], []),
            client_factory=lambda: _client(pin),
            server_host_key_algs="default",
            login_timeout=CONNECT_SECONDS_MAX,
            keepalive_interval=0,
        )
    except asyncssh.HostKeyNotVerifiable as error:
        raise StepFailure(pin.problem()) from error
    async with found:
        yield found


def _keys(server: SshServer) -> list[Any]:
    import asyncssh

    if not server.privateKey:
        return []
    try:
        return [asyncssh.import_private_key(server.privateKey, server.passphrase or None)]
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError, ValueError) as error:
        raise InvalidInput("server.privateKey cannot be opened; is the passphrase right?") from error


class _Pin:
    """The one key that is trusted; there is no trust at first sight."""

    def __init__(self, server: SshServer) -> None:
        self._server, self._wanted, self.shown = server, server.hostKey.strip(), ""
        if not self._wanted:
            self._wanted = "none"
        elif not self._wanted.startswith("SHA256:"):
            self._wanted = _fingerprint(self._wanted)

    def fits(self, key: Any) -> bool:
        """Whether it is the key that was pinned."""
        self.shown = key.get_fingerprint("sha256")
        return bool(self.shown.rstrip("=") == self._wanted.rstrip("="))

    def problem(self) -> str:
        """What to say where it is not."""
        host, shown = self._server.host, self.shown or "no key that is understood"
        if self._wanted == "none":
            return (
                f"{host} shows the key {shown}; where that is the machine's (ssh-keygen -lf tells it there), "
                "put it into server.hostKey"
            )
        return (
            f"{host} shows the key {shown}, not {self._wanted}: it may be another machine; nothing was sent"
        )


def _fingerprint(text: str) -> str:
    """The fingerprint of a public key, which may stand behind the names of its host."""
    import asyncssh

    words = text.split()
    start = next((place for place, word in enumerate(words) if word.startswith(("ssh-", "ecdsa-"))), 0)
    try:
        key = asyncssh.import_public_key(" ".join(words[start : start + 2]))
    except (asyncssh.KeyImportError, ValueError) as error:
        raise InvalidInput("server.hostKey is neither SHA256:... nor a public key") from error
    return str(key.get_fingerprint("sha256"))


def _client(pin: _Pin) -> Any:
    import asyncssh

    class Client(asyncssh.SSHClient):  # type: ignore[misc]
        """Asks the pin for every key."""

        def validate_host_public_key(self, host: str, addr: str, port: int, key: Any) -> bool:
            return pin.fits(key)

    return Client()
