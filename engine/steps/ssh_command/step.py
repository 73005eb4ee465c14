"""How ssh.command runs: a command on each item's machine, its output bounded."""

from __future__ import annotations

import asyncio
import shlex
from typing import Any

from engine.base.errors import PayloadTooLarge, StepFailure
from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.item_errors import each_item
from engine.steps.servers import filled
from engine.steps.ssh_command.manifest import MANIFEST, SshCommandParameters
from engine.steps.ssh_login import with_ssh

_PIECE = 64 * 1024


class SshCommandStep(StepType):
    """Gives ``{"code", "signal", "stdout", "stderr"}`` for each item."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises what :func:`with_ssh` raises, and :class:`PayloadTooLarge`."""

        def work(_: Item, index: int) -> list[Item]:
            given: SshCommandParameters = context.parameters(index)
            server = filled(context, given.server, ("sshPassword", "sshPrivateKey", "sftp"))
            found = with_ssh(context, server, _carried_out, given)
            if not given.neverError and found["code"] != 0:
                raise StepFailure(f"the command ended with {found['code']}: {found['stderr'][:500]}", **found)
            return [{"json": found}]

        return StepResult({MAIN: each_item(context, work)})


async def _carried_out(connection: Any, given: SshCommandParameters) -> dict[str, Any]:
    import asyncssh

    command = f"cd {shlex.quote(given.folder)} && {given.command}" if given.folder else given.command
    process = await connection.create_process(command, stdin=asyncssh.DEVNULL, encoding=None)
    room = _Room(given.outputMax)
    async with process:
        out, errors = await asyncio.gather(room.read(process.stdout), room.read(process.stderr))
        ended = await process.wait()
    signal = ended.exit_signal[0] if ended.exit_signal else None
    code = None if ended.exit_status is None or ended.exit_status < 0 else ended.exit_status
    return {"code": code, "signal": signal, "stdout": _text(out), "stderr": _text(errors)}


class _Room:
    """What may be read of both streams together."""

    def __init__(self, size: int) -> None:
        self._size, self._left = size, size

    async def read(self, stream: Any) -> bytes:
        """All of a stream; raises :class:`PayloadTooLarge`."""
        found = bytearray()
        while piece := await stream.read(_PIECE):
            self._left -= len(piece)
            if self._left < 0:
                raise PayloadTooLarge(f"the command writes more than {self._size} bytes")
            found += piece
        return bytes(found)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").strip()
