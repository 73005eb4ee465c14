"""A real SSH server on loopback, with files (SFTP) below a folder and a few commands of its own."""

from __future__ import annotations

import asyncio
import threading
from functools import cache
from pathlib import Path

import asyncssh


@cache
def _key() -> asyncssh.SSHKey:
    return asyncssh.generate_private_key("ssh-ed25519")


@cache
def key_of_user(passphrase: str) -> str:
    """The private key of ``ann``, locked."""
    return _key().export_private_key(passphrase=passphrase, rounds=64).decode()


class SshServer:
    """The user ``ann`` logs in with the password ``secret`` or with her key. ``commands`` and ``logins``
    hold what was asked."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.commands: list[str] = []
        self.logins: list[str] = []
        host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.fingerprint = host_key.get_fingerprint("sha256")
        self.public_key = host_key.export_public_key().decode().strip()
        self._host_key = host_key
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0

    def __enter__(self) -> SshServer:
        self._thread.start()
        self._acceptor = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(30)
        self.port = self._acceptor.get_port()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()

    async def _listen(self):
        return await asyncssh.create_server(
            lambda: _Login(self),
            "127.0.0.1",
            0,
            server_host_keys=[self._host_key],
            process_factory=self._process,
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(self.root).encode()),
            encoding=None,
        )

    async def _stop(self) -> None:
        self._acceptor.close()
        await self._acceptor.wait_closed()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _process(self, process) -> None:
        self.commands.append(process.command or "")
        name = (process.command or "").rpartition(" ")[2]
        if name == "greet":
            process.stdout.write("hi ä\n".encode())
        elif name == "flood":
            for _ in range(100):
                process.stdout.write(b"x" * 10_000)
        elif name == "wait":
            await asyncio.sleep(60)
        elif name == "killed":
            process.exit_with_signal("KILL")
            return
        elif name == "fail":
            process.stderr.write(b"no\n")
            process.exit(3)
            return
        process.exit(0)


class _Login(asyncssh.SSHServer):
    def __init__(self, server: SshServer) -> None:
        self._server = server

    def begin_auth(self, username: str) -> bool:
        self._server.logins.append(username)
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("ann", "secret")

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == "ann" and key == _key().convert_to_public()
